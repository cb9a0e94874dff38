-- Commits a rotation decided on what look_for_refresh saw, or tells why not (ROTATION.md rule 2b).
-- KEYS[1] session  [2] epoch  [3] index of the user's sessions
-- ARGV[1] expected gen  [2] expected epoch  [3] hash of the successor's secret  [4] hash of the idempotency key or ''
--   [5] milliseconds that the successor lives  [6] sid
-- Returns COMMITTED | MOVED | SESSION_OVER
local s = redis.call('HMGET', KEYS[1], 'epoch', 'ends_at', 'gen', 'live')
local now = now_ms()
if not s[1] or s[1] ~= epoch_of(KEYS[2]) or tonumber(s[2]) <= now then
  return 'SESSION_OVER'
end
if s[1] ~= ARGV[2] then
  return 'MOVED'
end
local successor = string.format('%d', tonumber(ARGV[1]) + 1)
if s[3] == successor and s[4] == ARGV[3] then
  return 'COMMITTED' -- the driver's second attempt at this very commit
end
if s[3] ~= ARGV[1] then
  return 'MOVED'
end
redis.call('HSET', KEYS[1], 'gen', successor, 'live', ARGV[3], 'rotated_at', now, 'prev', s[4], 'request', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('ZADD', KEYS[3], now + ARGV[5], ARGV[6])
return 'COMMITTED'
