-- Reads usage that the database may not have yet, the one changed first in front.
-- KEYS[1] the account's list of such usage
-- ARGV[1] prefix of the account's budget keys
-- Returns {'<hour>:<key id>', fields and values, ...} of at most 16
local answer = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, 15)) do
  local usage = redis.call('HGETALL', ARGV[1] .. 'u:' .. name)
  if #usage == 0 then
    redis.call('ZREM', KEYS[1], name)
  else
    answer[#answer + 1] = name
    answer[#answer + 1] = usage
  end
end
return answer
