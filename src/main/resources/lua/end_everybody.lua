-- Ends every session of every user: moves the store-wide counter that each epoch is added to.
-- KEYS[1] what is store-wide
-- ARGV[1] milliseconds that it must outlive the longest session  [2] the counter as the caller knows it
-- Returns the counter
local now = math.max(tonumber(redis.call('HGET', KEYS[1], 'ended') or 0), tonumber(ARGV[2])) + 1
redis.call('HSET', KEYS[1], 'ended', now)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return now
