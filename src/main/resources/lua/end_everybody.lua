-- Ends every session of every user: moves the store-wide counter that each epoch is added to.
-- KEYS[1] what is store-wide
-- ARGV[1] milliseconds that it must outlive the longest session  [2] the counter as the caller knows it
-- Returns the counter
local ended = move(KEYS[1], 'ended', tonumber(ARGV[2]), 0)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return ended
