-- Ends every session of a user. The first call moves the epoch, which ends all of them at once, including those that
-- are being opened or rotated right now. The records are then deleted, so that a lost epoch key resurrects none: at
-- most STEP per call. The caller repeats the call while there may be more, since earlier versions did not limit the
-- sessions of a user. The records' keys are built from the index and lie in its slot.
-- KEYS[1] epoch  [2] index of the user's sessions
-- ARGV[1] time to live of the epoch in ms, longer than the longest session  [2] prefix of the user's session keys
--   [3] the epoch that the first call ended, '' in the first call
-- ARGV[last] store-wide counter (epoch_of)
-- Returns {number of deleted sessions that were alive, the epoch that was ended, 1 if there may be more, otherwise 0}
local over = ARGV[3]
if over == '' then
  over = epoch_of(KEYS[1])
  move_users(KEYS[1], 'ended')
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
end
local now, current = now_ms(), tonumber((epoch_of(KEYS[1])))
local alive, dropped = 0, 0
local sids = redis.call('ZRANGE', KEYS[2], 0, STEP - 1)
for _, sid in ipairs(sids) do
  local epoch, ends_at = look_at(ARGV[2] .. sid)
  if ARGV[3] == '' or epoch < current then -- otherwise it was opened between two calls
    if epoch == tonumber(over) and ends_at > now then
      alive = alive + 1
    end
    redis.call('DEL', ARGV[2] .. sid)
    redis.call('ZREM', KEYS[2], sid)
    dropped = dropped + 1
  end
end
return {alive, over, dropped > 0 and #sids == STEP and 1 or 0}
