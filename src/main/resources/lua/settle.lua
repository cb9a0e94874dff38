-- Ends an attempt that reserve.lua has begun: a failure stays in the window, anything else is given back. Without an
-- attempt, only reads the quota.
-- KEYS[1] failures  [2] attempts that are under way
-- ARGV[1] limit  [2] window in ms  [3] attempt id, or ''  [4] 1 if it failed, otherwise 0
-- Returns {granted: whether one is left (1 or 0), remaining, reset in ms}
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local now = now_ms()
if ARGV[3] ~= '' then
  if ARGV[4] == '1' then
    redis.call('ZADD', KEYS[1], now, ARGV[3])
    redis.call('PEXPIRE', KEYS[1], window)
  end
  redis.call('ZREM', KEYS[2], ARGV[3])
end
local failures, under_way, reset = failures_of(KEYS[1], KEYS[2], window, now)
local remaining = math.max(0, limit - failures - under_way)
return {remaining > 0 and 1 or 0, remaining, reset}
