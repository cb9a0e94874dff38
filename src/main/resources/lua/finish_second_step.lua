-- Ends a pending sign-in by its one success.
-- KEYS[1] pending sign-in
-- ARGV[1] request id
-- Returns 1 if this request is the one that succeeds, otherwise 0
local p = redis.call('HMGET', KEYS[1], 't', 'd')
if not p[1] or p[2] and p[2] ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'd', ARGV[1])
return 1
