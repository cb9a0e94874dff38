-- Reads what is store-wide, and about every hour lets it live for longer.
-- KEYS[1] what is store-wide
-- ARGV[1] milliseconds that it must outlive the longest session
-- Returns fields and values
local life = redis.call('PTTL', KEYS[1])
if life ~= -2 and life < tonumber(ARGV[1]) - 3600000 then
  redis.pcall('PEXPIRE', KEYS[1], ARGV[1]) -- a Redis that refuses to write can still be read
end
return redis.call('HGETALL', KEYS[1])
