-- Reserves one of a quota that only failures use up, before it is known whether this attempt fails (settle). An exact
-- sliding window: of any number of attempts at once no more are under way than may fail.
-- KEYS[1] failures  [2] attempts that are under way
-- ARGV[1] limit  [2] window in ms  [3] attempt id
-- Returns {granted (1 or 0), remaining, reset in ms, wait (1 if attempts under way hold the last ones, or 0)}
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = now_ms()
local failures, under_way, reset = failures_of(KEYS[1], KEYS[2], window, now)
local granted = 1
if not redis.call('ZSCORE', KEYS[2], ARGV[3]) then -- otherwise the driver has retried
  if failures + under_way >= limit then
    granted = 0
  else
    redis.call('ZADD', KEYS[2], now, ARGV[3])
    redis.call('PEXPIRE', KEYS[2], window)
    under_way = under_way + 1
  end
end
local wait = granted == 0 and failures < limit
return {granted, math.max(0, limit - failures - under_way), reset, wait and 1 or 0}
