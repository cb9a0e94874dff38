-- Reads the store-wide hash, and extends its time to live about once an hour.
-- KEYS[1] store-wide hash
-- ARGV[1] its time to live in ms, longer than the longest session
-- Returns fields and values
local life = redis.call('PTTL', KEYS[1])
if life ~= -2 and life < tonumber(ARGV[1]) - 3600000 then
  redis.pcall('PEXPIRE', KEYS[1], ARGV[1]) -- pcall: a Redis that refuses writes can still be read
end
return redis.call('HGETALL', KEYS[1])
