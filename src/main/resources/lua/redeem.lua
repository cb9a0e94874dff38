-- Marks a challenge as answered, so that it is good for one answer only; the mark outlives the challenge.
-- KEYS[1] the mark
-- ARGV[1] request id  [2] ms for which the challenge would still be good
-- Returns 1 for the first answer, 0 for any other
local before = redis.call('GET', KEYS[1])
if before then
  return before == ARGV[1] and 1 or 0 -- the same request: the driver has retried
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
