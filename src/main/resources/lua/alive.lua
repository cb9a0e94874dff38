-- Reads whether a session is alive, and when and how its user was authenticated last.
-- KEYS[1] session  [2] epoch
-- ARGV[last] store-wide counter (epoch_of)
-- Returns {opened in seconds since 1970, auth_time or '', methods or ''}; {} if it is not alive
local ended = epoch_of(KEYS[2])
local s = redis.call('HMGET', KEYS[1], F.epoch, F.ends_at, F.created_at, F.auth_time, F.methods)
if s[1] ~= ended or tonumber(s[2]) <= now_ms() then
  return {}
end
return {s[3], s[4] or '', s[5] or ''}
