-- Ends one session: its access and refresh tokens are revoked at once.
-- KEYS[1] session  [2] epoch  [3] index of the user's sessions
-- ARGV[1] sid
-- ARGV[last] store-wide counter (epoch_of)
-- Returns 1 if the session was alive, otherwise 0
local s = redis.call('HMGET', KEYS[1], F.epoch, F.ends_at)
local ended = epoch_of(KEYS[2])
local alive = s[1] and s[1] == ended and tonumber(s[2]) > now_ms()
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return alive and 1 or 0
