-- Reads whether a session is alive, and since when.
-- KEYS[1] session  [2] epoch
-- ARGV[last] store-wide counter (epoch_of)
-- Returns when it was opened, in seconds since 1970; 0 if it is not alive
local ended = epoch_of(KEYS[2])
local s = redis.call('HMGET', KEYS[1], F.epoch, F.ends_at, F.created_at)
return s[1] == ended and tonumber(s[2]) > now_ms() and tonumber(s[3]) or 0
