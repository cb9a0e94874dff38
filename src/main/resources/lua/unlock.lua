-- Lifts the lock of an account and forgets the failures of strangers; the next lock is a first one again.
-- KEYS[1] lock  [2] attempts of strangers
-- Returns 1 if the account was locked, otherwise 0
local locked = tonumber(redis.call('HGET', KEYS[1], 'until') or '0') > now_ms()
redis.call('DEL', KEYS[1], KEYS[2])
return locked and 1 or 0
