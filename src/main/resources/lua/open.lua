-- Opens a session, unless the user's epoch moved since it was read.
-- KEYS[1] session  [2] epoch  [3] index of the user's sessions
-- ARGV[1] epoch as read  [2] milliseconds until the record is forgotten  [3] sid  [4] milliseconds until the session's
--   end at the latest  [5…] fields and values of the record
-- Returns COMMITTED | MOVED
if epoch_of(KEYS[2]) ~= ARGV[1] then
  return 'MOVED'
end
local now = now_ms()
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[3])
-- the index and the epoch outlive every session that they speak of
redis.call('PEXPIRE', KEYS[3], ARGV[4])
redis.call('PEXPIRE', KEYS[2], 2 * ARGV[4])
return 'COMMITTED'
