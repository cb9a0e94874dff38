-- Keeps what the database grants a key, or that it grants nothing, if the key is still leased and the epoch has not moved
-- since: a key that was revoked meanwhile, or whose lease was lost with the store, is not revived.
-- KEYS[1] the key's copy  [2] epoch
-- ARGV[1] lease  [2] ended  [3] rights  [4] limits, as they were when it was leased  [5] ms for which the copy holds
--   [6] hash, '' if nothing is granted  [7] end of the key in ms  [8] grant
-- ARGV[last] store-wide counter (epoch_of)
-- Returns 1 if it is kept
local state = redis.call('HMGET', KEYS[1], K.state, K.lease)
local ended, rights, limits = epoch_of(KEYS[2])
if state[1] ~= LEASED or state[2] ~= ARGV[1] or ended ~= ARGV[2] or rights ~= ARGV[3] or limits ~= ARGV[4] then
  return 0
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], K.ended, ended, K.rights, rights, K.limits, limits)
if ARGV[6] == '' then
  redis.call('HSET', KEYS[1], K.state, NOTHING)
else
  redis.call('HSET', KEYS[1], K.state, LIVE, K.version, ARGV[1], K.hash, ARGV[6], K.expires_at, ARGV[7], K.grant, ARGV[8])
end
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
