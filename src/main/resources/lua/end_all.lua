-- Ends every session of a user: moves the epoch, so that what is being opened or rotated now is not committed, and drops
-- the records, so that a lost epoch key resurrects none. Their keys come from the index and lie in the same slot.
-- KEYS[1] epoch  [2] index of the user's sessions
-- ARGV[1] milliseconds that the epoch must outlive the longest session  [2] what stands in front of the sid in a
--   session's key
-- ARGV[last] the store-wide counter
-- Returns how many sessions were alive
local alive, now = 0, now_ms()
local ended = epoch_of(KEYS[1])
move_users(KEYS[1], 'ended')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
for _, sid in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  local s = redis.pcall('HMGET', ARGV[2] .. sid, F.epoch, F.ends_at) -- an error when it is no session: ended all the same
  if not s.err and s[1] == ended and (tonumber(s[2]) or 0) > now then
    alive = alive + 1
  end
  redis.call('DEL', ARGV[2] .. sid)
end
redis.call('DEL', KEYS[2])
return alive
