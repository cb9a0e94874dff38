-- Ends every session of a user: moves the epoch, so that all are over at once and what is being opened or rotated now is
-- not committed; then drops the records, so that a lost epoch key resurrects none. One call drops a step of them: where
-- earlier versions left more, the caller calls again. Their keys come from the index and lie in the same slot.
-- KEYS[1] epoch  [2] index of the user's sessions
-- ARGV[1] milliseconds that the epoch must outlive the longest session  [2] what stands in front of the sid in a
--   session's key  [3] the epoch that an earlier call has ended, '' in the first
-- ARGV[last] the store-wide counter
-- Returns {how many of those that it dropped were alive, the epoch that was ended, 1 when there may be more}
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
  if ARGV[3] == '' or epoch < current then -- else it was opened between two calls
    if epoch == tonumber(over) and ends_at > now then
      alive = alive + 1
    end
    redis.call('DEL', ARGV[2] .. sid)
    redis.call('ZREM', KEYS[2], sid)
    dropped = dropped + 1
  end
end
return {alive, over, dropped > 0 and #sids == STEP and 1 or 0}
