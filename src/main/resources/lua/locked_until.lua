-- Reads until when strangers are locked out of an account.
-- KEYS[1] lock
-- Returns the end of the lock in ms since 1970; 0 if there is none
local ends_at = tonumber(redis.call('HGET', KEYS[1], 'until') or '0')
return ends_at > now_ms() and ends_at or 0
