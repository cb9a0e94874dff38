-- Admits one request that carries a verified access token, or returns why not. Checks, in this order: session, epoch
-- and rights, min_gen, replay, quota, budgets. The token is burnt last, so that a 429 never costs a one-time token.
-- KEYS[1] session  [2] epoch  [3] the token's jti  [4] the subject's API quota
-- ARGV[1] the token's gen  [2] '1' if the request proves the session  [3] replay mode: AUTO | STRICT | OFF  [4] ms for
--   which the token can still be presented  [5] quota limit, 0 = unlimited  [6] quota window in ms  [7] request id
--   [8] counter of limits by which the caller chose the budgets; '' if it is not metered  [9] prefix of the user's budgets
--   [10] '' if it is not metered, [10...] the call (reserve)
-- ARGV[last] store-wide counter (epoch_of)
-- Returns {verdict, remaining, reset in ms, limits, answer of reserve if it is metered}
local s = redis.call('HMGET', KEYS[1], F.epoch, F.ends_at, F.min_gen, F.proven, F.last_seen, F.rights)
local now = now_ms()
local ended, rights, limits = epoch_of(KEYS[2])
-- a change of rights since the last refresh revokes every access token until the next refresh
if not s[1] or s[1] ~= ended or tonumber(s[2]) <= now or s[6] ~= rights or tonumber(ARGV[1]) < tonumber(s[3]) then
  return {'SESSION_OVER', 0, 0}
end

local request = ARGV[7]
local proof = ARGV[2] == '1'
local burn = ARGV[3] == 'STRICT' or (ARGV[3] == 'AUTO' and not proof)
if ARGV[3] ~= 'OFF' then
  local used = redis.call('GET', KEYS[3])
  -- the same request id: the driver has retried this request
  if used ~= request then
    if used then
      return {'BARE_REPEAT', 0, 0}
    end
    if not proof and s[4] == '1' and ARGV[3] == 'AUTO' then
      return {'AFTER_PROOF', 0, 0}
    end
  end
end

if ARGV[8] ~= '' and ARGV[8] ~= limits then
  return {'LIMITS_CHANGED', 0, 0, limits}
end

local remaining, reset = 0, 0
if ARGV[5] ~= '0' then
  local granted
  granted, remaining, reset = take(KEYS[4], tonumber(ARGV[5]), tonumber(ARGV[6]), request, now)
  if granted == 0 then
    return {'OVER_QUOTA', 0, reset}
  end
end

local budget
if ARGV[10] ~= '' then
  -- include budgets
  budget = reserve(ARGV[9], request, 10, now)
  if budget[1] ~= 'GRANTED' then
    return {'NO_BUDGET', remaining, reset, limits, budget}
  end
end

if burn then
  redis.call('SET', KEYS[3], request, 'PX', ARGV[4])
end
if proof and s[4] ~= '1' then
  redis.call('HSET', KEYS[1], F.proven, '1')
end
if now - tonumber(s[5]) * 1000 >= 60000 then
  redis.call('HSET', KEYS[1], F.last_seen, math.floor(now / 1000))
end
return {'ADMITTED', remaining, reset, limits, budget}
