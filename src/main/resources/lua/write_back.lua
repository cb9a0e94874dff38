-- Tells the store what a node knows of what is store-wide. A counter that is lower here was lost, and whatever was ended
-- since it was kept is lost as well: it moves, so that every session of before is over, on that node too.
-- KEYS[1] what is store-wide
-- ARGV[1] milliseconds that it must outlive the longest session  [2] the counter as the caller knows it
--   [3…] kids of signing keys whose tokens nobody may believe any more, a batch of them
-- Returns the counter
local known = tonumber(ARGV[2])
local ended = tonumber(redis.call('HGET', KEYS[1], 'ended') or 0)
if ended < known then
  ended = move(KEYS[1], 'ended', known, 0)
end
for i = 3, #ARGV do
  redis.call('HSET', KEYS[1], 'dead:' .. ARGV[i], '1')
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return ended
