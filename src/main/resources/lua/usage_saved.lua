-- Notes what the database has, unless it has changed since it was read; then forgets what belongs to an hour that is over.
-- KEYS[1] the account's list of usage that the database may not have
-- ARGV[1] prefix of the account's budget keys  [2 ...] 4 for each: hour, key id, generation, version
local this_hour = math.floor(now_ms() / 3600000)
for at = 2, #ARGV, 4 do
  local name = ARGV[at] .. ':' .. ARGV[at + 1]
  local usage = ARGV[1] .. 'u:' .. name
  local stored = redis.call('HMGET', usage, 'g', 'v')
  if stored[1] == ARGV[at + 2] and stored[2] == ARGV[at + 3] then
    redis.call('ZREM', KEYS[1], name)
    if tonumber(ARGV[at]) < this_hour then
      redis.call('DEL', usage)
    end
  end
end
return 1
