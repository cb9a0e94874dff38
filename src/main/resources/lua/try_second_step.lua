-- Takes one of the tries of a pending sign-in before the factor is looked at, so that of any number of parallel guesses
-- no more are looked at than it has tries. Another client takes none.
-- KEYS[1] pending sign-in  [2] epoch
-- ARGV[1] hash of the client  [2] request id
-- ARGV[last] store-wide counter (epoch_of)
-- Returns {ended, rights, tries left after this one, password version}; -1 tries if there is no such sign-in, it has no
--   tries left, it has succeeded, or the user's sessions were ended since
local p = redis.call('HMGET', KEYS[1], 'e', 'c', 't', 'p', 'q', 'd')
local ended, rights = epoch_of(KEYS[2])
if p[1] ~= ended or p[2] ~= ARGV[1] or p[6] then
  return {ended, rights, -1, '0'}
end
if p[5] == ARGV[2] then
  return {ended, rights, tonumber(p[3]), p[4]} -- the driver has retried
end
if tonumber(p[3]) <= 0 then
  return {ended, rights, -1, '0'}
end
redis.call('HSET', KEYS[1], 'q', ARGV[2])
return {ended, rights, redis.call('HINCRBY', KEYS[1], 't', -1), p[4]}
