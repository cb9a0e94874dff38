-- Marks an attempt as a failure, and locks strangers out when their failures reach the threshold.
-- Only failures lock: parallel logins with the right password fill the counter, but leave it again.
-- KEYS[1] lock  [2] the counter that has the attempt
-- ARGV[1] attempt's id  [2] threshold, 0 when this counter locks nobody out  [3] milliseconds that a failure counts
--   [4] milliseconds of a first lock
-- Returns when the lock that this attempt began ends, in milliseconds since 1970; 0 when it began none
local lock = redis.call('HMGET', KEYS[1], 'by', 'until')
if lock[1] == ARGV[1] then
  return tonumber(lock[2]) -- begin_login locked, or this is the driver's second attempt
end
local now = now_ms()
local began = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not began then
  return 0
end
redis.call('ZADD', KEYS[2], began, FAILED .. ARGV[1]) -- first: an emptied counter would lose its time to live
redis.call('ZREM', KEYS[2], ARGV[1])
local threshold = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[3]))
if threshold == 0 or failed(KEYS[2], now) < threshold then
  return 0
end
return lock_out(KEYS[1], KEYS[2], ARGV[4], ARGV[1], now)
