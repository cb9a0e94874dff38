-- KEYS[1] last uses of the user's keys
-- ARGV[1…] ids of keys
-- Returns 'ms address' for each, '' for those that were not used
local uses = redis.call('HMGET', KEYS[1], unpack(ARGV))
for i = 1, #ARGV do
  uses[i] = uses[i] or ''
end
return uses
