-- Reads failed sign-ins, the latest first.
-- KEYS[1] failed sign-ins, of one account or of all
-- ARGV[1] how many to skip  [2] how many to read  [3] for how long they are kept, in ms
-- Returns {what failed, ms since 1970, …}
local since = '(' .. now_ms() - tonumber(ARGV[3])
return redis.call('ZRANGE', KEYS[1], '+inf', since, 'BYSCORE', 'REV', 'LIMIT', ARGV[1], ARGV[2], 'WITHSCORES')
