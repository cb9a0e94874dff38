-- Remembers signing keys whose tokens nobody may believe any more, store-wide.
-- KEYS[1] what is store-wide
-- ARGV[1] milliseconds that it is remembered  [2…] the keys' kids
-- Returns how many are new
local fresh = 0
for i = 2, #ARGV do
  fresh = fresh + redis.call('HSET', KEYS[1], 'dead:' .. ARGV[i], '1')
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return fresh
