-- Counts an attempt at a password as a failure before the password is looked at, so that of any number of parallel
-- guesses no more pass than there is room for; give_back_login takes back what was none. Reads the epoch on the way.
-- A known device has a counter of its own and passes a lock; when that is full it counts as a stranger.
-- KEYS[1] epoch  [2] lock  [3] failures of strangers  [4] failures of the device
-- ARGV[1] attempt's id  [2] the device's quota, 0 for a stranger  [3] threshold  [4] milliseconds that a failure counts
--   [5] milliseconds of a first lock
-- ARGV[last] the store-wide counter
-- Returns {ended, rights, DEVICE | STRANGERS | NONE}: the counter that has it, NONE when it is refused
local now = now_ms()
local ended, rights = epoch_of(KEYS[1])
local window = tonumber(ARGV[4])
if ARGV[2] ~= '0' and take(KEYS[4], tonumber(ARGV[2]), window, ARGV[1], now) == 1 then
  return {ended, rights, 'DEVICE'}
end
if tonumber(redis.call('HGET', KEYS[2], 'until') or '0') > now then
  return {ended, rights, 'NONE'}
end
if take(KEYS[3], tonumber(ARGV[3]), window, ARGV[1], now) == 1 then
  return {ended, rights, 'STRANGERS'}
end
-- full, but not locked: passwords are being checked right now, or whoever checked them crashed, and that was a failure
local youngest = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')
if tonumber(youngest[2]) <= now - 60000 then
  lock_out(KEYS[2], KEYS[3], ARGV[5], ARGV[1], now)
end
return {ended, rights, 'NONE'}
