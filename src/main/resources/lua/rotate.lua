-- Commits a rotation decided on what look_for_refresh returned, or returns why not (docs/refresh-protocol.md, rule 2b).
-- KEYS[1] session  [2] epoch  [3] index of the user's sessions
-- ARGV[1] expected gen  [2] expected issue  [3] expected ended  [4] expected rights  [5] time to live of the successor
--   in ms  [6] sid  [7] the successor's gen  [8] claim gen of its access token  [9] hash of its secret  [10] its salt
--   [11] request name or ''  [12] address of the client  [13] device of the client
-- ARGV[last] store-wide counter (epoch_of)
-- Returns COMMITTED | MOVED | SESSION_OVER
local s = redis.call('HMGET', KEYS[1], F.epoch, F.ends_at, F.gen, F.issue, F.salt, F.rights, F.answered)
local now = now_ms()
local ended, rights = epoch_of(KEYS[2])
if not s[1] or s[1] ~= ended or tonumber(s[2]) <= now then
  return 'SESSION_OVER'
end
if ended ~= ARGV[3] or rights ~= ARGV[4] then
  return 'MOVED'
end
if s[5] == ARGV[10] then
  return 'COMMITTED' -- the driver has retried this commit
end
if s[3] ~= ARGV[1] or s[4] ~= ARGV[2] or is_answered(s[7], ARGV[11]) then
  return 'MOVED' -- is_answered: a copy of this request was answered meanwhile without a rotation
end
redis.call('HSET', KEYS[1], F.gen, ARGV[7], F.issue, ARGV[8], F.live, ARGV[9], F.rotated_at, now, F.salt, ARGV[10],
  F.request, ARGV[11], F.answered, remember(s[7], ARGV[11]), F.address, ARGV[12], F.device, ARGV[13])
if s[6] ~= rights then
  -- access tokens of older generations carry the old rights
  redis.call('HSET', KEYS[1], F.rights, rights, F.min_gen, ARGV[8])
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
redis.call('ZADD', KEYS[3], place_of(math.min(now + ARGV[5], tonumber(s[2]))), ARGV[6])
keep(KEYS[3], ARGV[5]) -- ZADD may just have created it
return 'COMMITTED'
