-- Commits a rotation decided on what look_for_refresh saw, or tells why not (ROTATION.md rule 2b).
-- KEYS[1] session  [2] epoch  [3] index of the user's sessions
-- ARGV[1] expected gen  [2] ended as read  [3] rights as read  [4] hash of the successor's secret  [5] hash of the
--   idempotency key or ''  [6] milliseconds that the successor lives  [7] sid
-- Returns COMMITTED | MOVED | SESSION_OVER
local s = redis.call('HMGET', KEYS[1], 'epoch', 'ends_at', 'gen', 'live', 'rights')
local now = now_ms()
local ended, rights = epoch_of(KEYS[2])
if not s[1] or s[1] ~= ended or tonumber(s[2]) <= now then
  return 'SESSION_OVER'
end
if ended ~= ARGV[2] or rights ~= ARGV[3] then
  return 'MOVED'
end
local successor = string.format('%d', tonumber(ARGV[1]) + 1)
if s[3] == successor and s[4] == ARGV[4] then
  return 'COMMITTED' -- the driver's second attempt at this very commit
end
if s[3] ~= ARGV[1] then
  return 'MOVED'
end
redis.call('HSET', KEYS[1], 'gen', successor, 'live', ARGV[4], 'rotated_at', now, 'prev', s[4], 'request', ARGV[5])
if s[5] ~= rights then
  -- access tokens of older generations carry the old rights
  redis.call('HSET', KEYS[1], 'rights', rights, 'min_gen', successor)
end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('ZADD', KEYS[3], math.min(now + ARGV[6], tonumber(s[2])), ARGV[7])
keep(KEYS[3], ARGV[6]) -- it may just have been made anew
return 'COMMITTED'
