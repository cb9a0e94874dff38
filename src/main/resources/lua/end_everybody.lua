-- Ends every session of every user: moves the store-wide counter, which is added to the epoch of each user.
-- KEYS[1] store-wide hash
-- ARGV[1] its time to live in ms, longer than the longest session  [2] the counter as the caller knows it
-- Returns the counter
local ended = move(KEYS[1], 'ended', tonumber(ARGV[2]), 0)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return ended
