-- Gives an attempt a place before its password is looked at, so that of any number of parallel guesses no more are looked
-- at than may fail; give_back_login frees the place of what was no failure. Reads the epoch on the way.
-- A known device has a counter of its own and passes a lock; when its failures have filled that it counts as a stranger.
-- KEYS[1] epoch  [2] lock  [3] attempts of strangers  [4] attempts of the device
-- ARGV[1] attempt's id  [2] the device's quota, 0 for a stranger  [3] threshold  [4] milliseconds that a failure counts
--   [5] milliseconds of a first lock
-- ARGV[last] the store-wide counter
-- Returns {ended, rights, DEVICE | STRANGERS | FULL | NONE}: the counter that has it; FULL when those that are being looked
--   at have the last places, one of which may soon be free; NONE when it is refused
local now = now_ms()
local ended, rights = epoch_of(KEYS[1])

-- TAKEN, FULL or SPENT: only failures are left in it
local function place(key, limit)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - tonumber(ARGV[4]))
  if redis.call('ZSCORE', key, ARGV[1]) then
    return 'TAKEN' -- this is the driver's second attempt
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
  -- not locked by a failure: whoever looked at the last ones crashed, or the threshold was lowered
  lock_out(KEYS[2], KEYS[3], ARGV[5], ARGV[1], now)
  return {ended, rights, 'NONE'}
end
return {ended, rights, strangers == 'TAKEN' and 'STRANGERS' or 'FULL'}
