-- Looks at some of a user's sessions, the one first that was opened or refreshed last. The records' keys come from the
-- index: they carry the same hash tag, so they lie in the slot of the keys that are named.
-- KEYS[1] index of the user's sessions  [2] epoch
-- ARGV[1] what stands in front of the sid in a session's key  [2] place of the last one that was looked at, '+inf' in the
--   beginning  [3] its sid or ''  [4] how many are to be looked at
-- ARGV[last] the store-wide counter
-- Returns {sid, place, fields and values, or none when it is over, sid, …}; fewer than were asked for: there are no more
local now = now_ms()
local ended = epoch_of(KEYS[2])
local count = math.min(tonumber(ARGV[4]), STEP)
local places
if ARGV[3] ~= '' and redis.call('ZSCORE', KEYS[1], ARGV[3]) == ARGV[2] then
  local rank = redis.call('ZREVRANK', KEYS[1], ARGV[3])
  places = redis.call('ZRANGE', KEYS[1], rank + 1, rank + count, 'REV', 'WITHSCORES')
else -- it was ended or refreshed meanwhile: go on where it was, which may name another one of that second once more
  local second = string.format('%.3f', now / 1000)
  places = redis.call('ZRANGE', KEYS[1], ARGV[2], '(' .. second, 'BYSCORE', 'REV', 'LIMIT', 0, count, 'WITHSCORES')
end
local found = {}
for i = 1, #places, 2 do
  local s = redis.call('HGETALL', ARGV[1] .. places[i])
  local record = {}
  for f = 1, #s, 2 do
    record[s[f]] = s[f + 1]
  end
  local alive = record[F.epoch] == ended and tonumber(record[F.ends_at]) > now
  found[#found + 1] = places[i]
  found[#found + 1] = places[i + 1]
  found[#found + 1] = alive and s or {}
end
return found
