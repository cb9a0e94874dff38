-- Lists the live sessions of a user. The records' keys come from the index: they carry the same hash tag, so they lie in
-- the slot of the keys that are named.
-- KEYS[1] index of the user's sessions  [2] epoch
-- ARGV[1] what stands in front of the sid in a session's key
-- ARGV[last] the store-wide counter
-- Returns {sid, fields and values, sid, fields and values, …}
local now = now_ms()
local ended = epoch_of(KEYS[2])
local found = {}
for _, sid in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now / 1000, '+inf')) do
  local s = redis.call('HGETALL', ARGV[1] .. sid)
  local record = {}
  for i = 1, #s, 2 do
    record[s[i]] = s[i + 1]
  end
  if record[F.epoch] == ended and tonumber(record[F.ends_at]) > now then
    found[#found + 1] = sid
    found[#found + 1] = s
  end
end
return found
