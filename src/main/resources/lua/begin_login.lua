-- Takes a slot of an account before the password is checked, so that of any number of parallel guesses no more are
-- checked than may fail; give_back_login frees the slot of an attempt that was no failure. Reads the epoch as well.
-- A known device has slots of its own, which no lock closes; when its failures have filled them it counts as a stranger
-- (docs/lockout.md).
-- KEYS[1] epoch  [2] lock  [3] attempts of strangers  [4] attempts of the device
-- ARGV[1] attempt id  [2] slots of the device, 0 for a stranger  [3] slots for strangers: the lockout threshold
--   [4] ms for which a failure counts  [5] length of a first lock in ms
-- ARGV[last] store-wide counter (epoch_of)
-- Returns {ended, rights, counter}, where counter is DEVICE | STRANGERS: whose slot was taken; FULL: attempts that are
--   still being checked hold the last slots, try again; NONE: refused
local now = now_ms()
local ended, rights = epoch_of(KEYS[1])

-- Takes a slot. Returns TAKEN; FULL if attempts still being checked hold the last ones; SPENT if failures hold all
local function place(key, limit)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - tonumber(ARGV[4]))
  if redis.call('ZSCORE', key, ARGV[1]) then
    return 'TAKEN' -- the driver has retried
  end
  if failed(key, now) >= limit then
    return 'SPENT'
  end
  if redis.call('ZCARD', key) >= limit then
    return 'FULL'
  end
  redis.call('ZADD', key, now, ARGV[1])
  redis.call('PEXPIRE', key, ARGV[4])
  return 'TAKEN'
end

if ARGV[2] ~= '0' then
  local device = place(KEYS[4], tonumber(ARGV[2]))
  if device ~= 'SPENT' then
    return {ended, rights, device == 'TAKEN' and 'DEVICE' or 'FULL'}
  end
end
if tonumber(redis.call('HGET', KEYS[2], 'until') or '0') > now then
  return {ended, rights, 'NONE'}
end
local strangers = place(KEYS[3], tonumber(ARGV[3]))
if strangers == 'SPENT' then
  -- no failure has locked it: nodes crashed while they checked the last attempts, or the threshold was lowered
  lock_out(KEYS[2], KEYS[3], ARGV[5], ARGV[1], now)
  return {ended, rights, 'NONE'}
end
return {ended, rights, strangers == 'TAKEN' and 'STRANGERS' or 'FULL'}
