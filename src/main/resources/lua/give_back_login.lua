-- Frees the place of an attempt that was no failure: its password was right, or never looked at.
-- KEYS[1] the counter that has the attempt
-- ARGV[1] attempt's id
redis.call('ZREM', KEYS[1], ARGV[1])
