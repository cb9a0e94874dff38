-- Reads the accounts for which no node has counted for a while.
-- KEYS[1] see count_for
-- ARGV[1] the while in ms
-- Returns {account, ms of the note, ...} of at most STEP
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_ms() - ARGV[1], 'WITHSCORES', 'LIMIT', 0, STEP)
