-- Opens a session, unless the user's epoch moved since it was read.
-- KEYS[1] session  [2] epoch  [3] index of the user's sessions
-- ARGV[1] ended as read  [2] rights as read  [3] milliseconds until the record is forgotten  [4] sid  [5] milliseconds
--   until the session's end at the latest  [6…] fields and values of the record, then [last] the
--   store-wide counter
-- Returns COMMITTED | MOVED
local ended, rights = epoch_of(KEYS[2])
if ended ~= ARGV[1] or rights ~= ARGV[2] then
  return 'MOVED'
end
local now = now_ms()
redis.call('HSET', KEYS[1], unpack(ARGV, 6, #ARGV - 1))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now / 1000)
local ends_at = tonumber(redis.call('HGET', KEYS[1], F.ends_at))
redis.call('ZADD', KEYS[3], place_of(math.min(now + ARGV[3], ends_at)), ARGV[4])
-- index and epoch outlive every session that they speak of
keep(KEYS[3], ARGV[5])
keep(KEYS[2], ARGV[5] + 86400000)
return 'COMMITTED'
