-- Has a key refused, also if a copy is being filled right now.
-- KEYS[1] the key's copy
-- ARGV[1] ms for which that is remembered: longer than a lease and any reading of the database
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], K.state, KILLED)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
