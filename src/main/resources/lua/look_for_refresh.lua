-- Reads the session that a refresh token names and the user's epoch, and takes one from a refresh quota if the session
-- is alive.
-- KEYS[1] session  [2] epoch  [3] refresh quota: the session's, or the one for requests that do not prove the session
-- ARGV[1] quota limit, 0 = unlimited  [2] quota window in ms  [3] request id
-- ARGV[last] store-wide counter (epoch_of)
-- Returns {ended, rights, fields and values of the session or {}, granted (1 or 0), remaining, reset in ms, now in ms}
local ended, rights = epoch_of(KEYS[2])
local now = now_ms()
local s = redis.call('HMGET', KEYS[1], F.epoch, F.ends_at)
if not s[1] or s[1] ~= ended or tonumber(s[2]) <= now then
  return {ended, rights, {}, 1, 0, 0, now}
end
local granted, remaining, reset = 1, 0, 0
if ARGV[1] ~= '0' then
  granted, remaining, reset = take(KEYS[3], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], now)
end
return {ended, rights, redis.call('HGETALL', KEYS[1]), granted, remaining, reset, now}
