-- Frees the slot of an attempt that was no failure: its password was right, or was not checked.
-- KEYS[1] the counter that holds the attempt
-- ARGV[1] attempt id
redis.call('ZREM', KEYS[1], ARGV[1])
