-- Opens a session, unless the user's epoch moved since it was read, and ends the user's oldest sessions beyond the
-- limit: at most STEP per call. The caller repeats the call while too many are left (earlier versions had no limit).
-- KEYS[1] session  [2] epoch  [3] index of the user's sessions
-- ARGV[1] expected ended  [2] expected rights  [3] time to live of the record in ms  [4] sid  [5] ms until the session
--   ends at the latest  [6] prefix of the user's session keys  [7] limit of sessions per user  [8…] fields and values
--   of the record, then [last] store-wide counter (epoch_of)
-- Returns {COMMITTED | MOVED, number of sessions that are still too many, sid of each live session that was ended, …}
local ended, rights = epoch_of(KEYS[2])
if ended ~= ARGV[1] or rights ~= ARGV[2] then
  return {'MOVED', 0}
end
local now = now_ms()
redis.call('HSET', KEYS[1], unpack(ARGV, 8, #ARGV - 1))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
forget(KEYS[3], now / 1000)
local ends_at = tonumber(redis.call('HGET', KEYS[1], F.ends_at))
redis.call('ZADD', KEYS[3], place_of(math.min(now + ARGV[3], ends_at)), ARGV[4])
-- index and epoch must outlive every session of the user
keep(KEYS[3], ARGV[5])
keep(KEYS[2], ARGV[5] + 86400000)

local limit = tonumber(ARGV[7])
local surplus = redis.call('ZCARD', KEYS[3]) - limit
local answer = {'COMMITTED', math.max(0, surplus - STEP)}
if surplus <= 0 then
  return answer
end
local others = {}
for _, sid in ipairs(redis.call('ZRANGE', KEYS[3], 0, limit + STEP)) do
  if sid ~= ARGV[4] then
    local epoch, over_at, opened_at = look_at(ARGV[6] .. sid)
    -- sessions that are over go first; a higher epoch than ours is one that this node has not read yet
    local alive = epoch >= tonumber(ended) and over_at > now
    others[#others + 1] = {sid = sid, alive = alive, opened_at = alive and opened_at or 0, over_at = over_at}
  end
end
table.sort(others, function(a, b)
  if a.opened_at ~= b.opened_at then
    return a.opened_at < b.opened_at
  end
  if a.over_at ~= b.over_at then
    return a.over_at < b.over_at -- in ms, for sessions opened in the same second
  end
  return a.sid < b.sid
end)
for i = 1, math.min(surplus, STEP) do
  redis.call('DEL', ARGV[6] .. others[i].sid)
  redis.call('ZREM', KEYS[3], others[i].sid)
  if others[i].alive then
    answer[#answer + 1] = others[i].sid
  end
end
return answer
