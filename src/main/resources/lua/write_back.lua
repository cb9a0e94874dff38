-- Adds compromised keys to the store-wide hash, and raises its counter if a node knows a higher one. A lower counter
-- means that the store lost data, including what was ended since: the counter moves past both values, which ends all
-- earlier sessions, on that node too (docs/adr/0039).
-- KEYS[1] store-wide hash
-- ARGV[1] its time to live in ms, longer than the longest session  [2] the counter as the caller knows it  [3…] kids of
--   compromised signing keys, one batch
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
