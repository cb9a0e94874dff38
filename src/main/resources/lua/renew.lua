-- Records another sign-in within a session, unless the user's epoch moved since it was read. If the user's rights changed
-- since the last refresh, access tokens issued under the old ones are revoked.
-- KEYS[1] session  [2] epoch
-- ARGV[1] expected ended  [2] expected rights  [3] auth_time in s  [4] methods (RFC 8176)
-- ARGV[last] store-wide counter (epoch_of)
-- Returns {COMMITTED | MOVED | SESSION_OVER, claim gen of the access tokens that are issued now}
local s = redis.call('HMGET', KEYS[1], F.epoch, F.ends_at, F.rights, F.issue)
local ended, rights = epoch_of(KEYS[2])
if not s[1] or s[1] ~= ended or tonumber(s[2]) <= now_ms() then
  return {'SESSION_OVER', 0}
end
if ended ~= ARGV[1] or rights ~= ARGV[2] then
  return {'MOVED', 0}
end
local issue = tonumber(s[4])
if s[3] ~= rights then
  issue = issue + 1
  redis.call('HSET', KEYS[1], F.issue, string.format('%.0f', issue), F.rights, rights, F.min_gen, string.format('%.0f', issue))
end
redis.call('HSET', KEYS[1], F.auth_time, ARGV[3], F.methods, ARGV[4])
return {'COMMITTED', issue}
