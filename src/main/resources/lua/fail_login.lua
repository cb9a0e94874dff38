-- Records an attempt as a failure, and locks strangers out when their failures reach the threshold. Parallel logins
-- with the right password may fill the slots, but never lock: each frees its slot.
-- KEYS[1] lock  [2] the counter that holds the attempt
-- ARGV[1] attempt id  [2] threshold, 0 if this counter locks nobody out  [3] ms for which a failure counts
--   [4] length of a first lock in ms
-- Returns the end of the lock that this attempt caused, in ms since 1970; 0 if it caused none
local lock = redis.call('HMGET', KEYS[1], 'by', 'until')
if lock[1] == ARGV[1] then
  return tonumber(lock[2]) -- begin_login has locked it, or the driver has retried
end
local now = now_ms()
local began = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not began then
  return 0
end
redis.call('ZADD', KEYS[2], began, FAILED .. ARGV[1]) -- before ZREM: an emptied counter would lose its time to live
redis.call('ZREM', KEYS[2], ARGV[1])
local threshold = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[3]))
if threshold == 0 or failed(KEYS[2], now) < threshold then
  return 0
end
return lock_out(KEYS[1], KEYS[2], ARGV[4], ARGV[1], now)
