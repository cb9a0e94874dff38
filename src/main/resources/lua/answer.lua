-- Commits a refresh answer that rotates nothing (docs/refresh-protocol.md, rules 2a, 3a, 3b), or returns why not.
-- Records the idempotency key; if the user's rights changed, revokes access tokens issued under the old ones.
-- KEYS[1] session  [2] epoch
-- ARGV[1] expected gen  [2] expected issue  [3] expected ended  [4] expected rights  [5] claim gen of the answer's
--   access token  [6] request name or ''
-- ARGV[last] store-wide counter (epoch_of)
-- Returns COMMITTED | MOVED | SESSION_OVER
local s = redis.call('HMGET', KEYS[1], F.epoch, F.ends_at, F.gen, F.issue, F.rights, F.answered)
local ended, rights = epoch_of(KEYS[2])
if not s[1] or s[1] ~= ended or tonumber(s[2]) <= now_ms() then
  return 'SESSION_OVER'
end
if ended ~= ARGV[3] or rights ~= ARGV[4] or s[3] ~= ARGV[1] or s[4] ~= ARGV[2] then
  return 'MOVED'
end
redis.call('HSET', KEYS[1], F.answered, remember(s[6], ARGV[6]))
if s[5] ~= rights then
  redis.call('HSET', KEYS[1], F.issue, ARGV[5], F.rights, rights, F.min_gen, ARGV[5])
end
return 'COMMITTED'
