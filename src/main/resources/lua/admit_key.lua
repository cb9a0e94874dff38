-- Admits one request with a well-formed API key, or returns why not. Checks, in this order: the copy of what the database
-- grants the key, secret, expiry, address, quota, budgets.
-- KEYS[1] the key's copy  [2] epoch  [3] the key's quota  [4] last uses of the user's keys
-- ARGV[1] hash of the presented key  [2] version of the copy that the caller knows, or ''  [3] '1' if that copy allows the
--   client's address  [4] quota limit, 0 = unlimited  [5] quota window in ms  [6] request id  [7] the key's id
--   [8] the client's address  [9] ms for which a lease holds  [10] prefix of the user's budgets
--   [11] '' if it is not metered, [11...] the call (reserve)
-- ARGV[last] store-wide counter (epoch_of)
-- Returns {verdict, remaining, reset in ms, version or lease, grant, ended, rights, limits, answer of reserve if it is
--   metered}
local k = redis.call('HMGET', KEYS[1], K.version, K.hash, K.expires_at, K.ended, K.rights, K.limits, K.state, K.lease)
local now = now_ms()
local ended, rights, limits = epoch_of(KEYS[2])
local function answer(verdict, remaining, reset, version, grant, budget)
  return {verdict, remaining or 0, reset or 0, version or '', grant or '', ended, rights, limits, budget}
end

if k[7] == KILLED then
  return answer('REFUSED')
end
local valid = k[7] and k[7] ~= LEASED and k[4] == ended and k[5] == rights and k[6] == limits
if not valid then
  -- who asks while the key is leased shares the lease: the first that fills the copy ends it
  local lease = k[7] == LEASED and k[8] or ARGV[6]
  if k[7] ~= LEASED then
    redis.call('DEL', KEYS[1])
    redis.call('HSET', KEYS[1], K.state, LEASED, K.lease, lease)
  end
  redis.call('PEXPIRE', KEYS[1], ARGV[9])
  return answer('LEASED', 0, 0, lease)
end
if k[7] == NOTHING then
  return answer('REFUSED')
end
-- hashes of 256 random bits: how long their comparison takes tells nothing that could be searched
if k[2] ~= ARGV[1] then
  return answer('WRONG_SECRET')
end
if tonumber(k[3]) <= now then
  return answer('EXPIRED')
end
if k[1] ~= ARGV[2] then
  return answer('CHANGED', 0, 0, k[1], redis.call('HGET', KEYS[1], K.grant))
end
if ARGV[3] ~= '1' then
  return answer('ADDRESS_REFUSED')
end

local remaining, reset = 0, 0
if ARGV[4] ~= '0' then
  local granted
  granted, remaining, reset = take(KEYS[3], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6], now)
  if granted == 0 then
    return answer('OVER_QUOTA', 0, reset)
  end
end

local budget
if ARGV[11] ~= '' then
  -- include budgets
  budget = reserve(ARGV[10], ARGV[6], 11, now)
  if budget[1] ~= 'GRANTED' then
    return answer('NO_BUDGET', remaining, reset, '', '', budget)
  end
end

local noted = redis.call('HGET', KEYS[1], K.noted)
if not noted or now - tonumber(noted) >= 60000 then
  redis.call('HSET', KEYS[1], K.noted, now)
  redis.call('HSET', KEYS[4], ARGV[7], string.format('%.0f', now) .. ' ' .. ARGV[8])
  keep(KEYS[4], USES_KEPT)
end
return answer('ADMITTED', remaining, reset, '', '', budget)
