-- Notes a failed sign-in, the same one again with its latest time, and forgets the oldest beyond the limit.
-- KEYS[1] failed sign-ins, of one account or of all
-- ARGV[1] what failed  [2] how many are kept  [3] for how long, in ms
local now = now_ms()
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
forget(KEYS[1], now - tonumber(ARGV[3]))
local surplus = math.min(redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[2]), STEP)
if surplus > 0 then
  for _, oldest in ipairs(redis.call('ZRANGE', KEYS[1], 0, surplus - 1)) do
    redis.call('ZREM', KEYS[1], oldest)
  end
end
