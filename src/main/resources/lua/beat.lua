-- Writes what a node says of itself, and reads what every node said that was heard of lately.
-- KEYS[1] hash of the nodes: r:<id> record, t:<id> when it was written
-- ARGV[1] id of the node  [2] its record, or '' when it stops  [3] after how many ms a node is forgotten  [4] the most nodes
-- Returns id, age in ms, record, id, age in ms, record, …
local now, life = now_ms(), tonumber(ARGV[3])
local kept, answer = {}, {}
local stored = redis.call('HGETALL', KEYS[1])
for i = 1, #stored, 2 do
  local id = string.sub(stored[i], 3)
  if string.sub(stored[i], 1, 2) == 't:' and id ~= ARGV[1] and #answer < 3 * tonumber(ARGV[4]) then
    local age = now - tonumber(stored[i + 1])
    local record = redis.call('HGET', KEYS[1], 'r:' .. id)
    if record and age < life then
      kept[#kept + 1], kept[#kept + 2], kept[#kept + 3], kept[#kept + 4] = 't:' .. id, stored[i + 1], 'r:' .. id, record
      answer[#answer + 1], answer[#answer + 2], answer[#answer + 3] = id, math.max(0, age), record
    end
  end
end
if ARGV[2] ~= '' then
  kept[#kept + 1], kept[#kept + 2], kept[#kept + 3], kept[#kept + 4] = 't:' .. ARGV[1], now, 'r:' .. ARGV[1], ARGV[2]
end
redis.call('DEL', KEYS[1])
for i = 1, #kept, 2 do
  redis.call('HSET', KEYS[1], kept[i], kept[i + 1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return answer
