-- Ends every session of a user by moving the epoch; the records, now of an old epoch, go when their time is up.
-- KEYS[1] epoch  [2] index of the user's sessions
-- ARGV[1] milliseconds that the epoch must outlive the longest session
-- Returns how many sessions were alive
redis.call('HINCRBY', KEYS[1], 'ended', 1)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
local alive = redis.call('ZCOUNT', KEYS[2], '(' .. now_ms(), '+inf')
redis.call('DEL', KEYS[2])
return alive
