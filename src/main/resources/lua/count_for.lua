-- Notes that a node counts usage for an account, and will save it unless it dies.
-- KEYS[1] accounts with such usage
-- ARGV[1] account  [2] ms for which the note is needed
redis.call('ZADD', KEYS[1], now_ms(), ARGV[1])
keep(KEYS[1], ARGV[2])
return 1
