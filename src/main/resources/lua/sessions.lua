-- Reads the next sessions of a user, the most recently opened or refreshed first. The records' keys are built from the
-- index: they carry its hash tag, so they lie in its slot.
-- KEYS[1] index of the user's sessions  [2] epoch
-- ARGV[1] prefix of the user's session keys  [2] score of the last session that was read, '+inf' at the beginning
--   [3] its sid, or ''  [4] how many to read
-- ARGV[last] store-wide counter (epoch_of)
-- Returns {sid, score, fields and values (none if the session is over), sid, …}; fewer than asked for at the end
local now = now_ms()
local ended = epoch_of(KEYS[2])
local count = math.min(tonumber(ARGV[4]), STEP)
local places
if ARGV[3] ~= '' and redis.call('ZSCORE', KEYS[1], ARGV[3]) == ARGV[2] then
  local rank = redis.call('ZREVRANK', KEYS[1], ARGV[3])
  places = redis.call('ZRANGE', KEYS[1], rank + 1, rank + count, 'REV', 'WITHSCORES')
else -- it was ended or refreshed meanwhile: continue at its score, which may repeat others of the same second
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
