-- Remembers the head of a node's audit chain, if it is further than the one that is remembered; never an earlier one, as
-- a log that was rolled back would tell.
-- KEYS[1] the anchor of the node
-- ARGV[1] its time to live in ms  [2] seq of the head, or 0 to ask only  [3] hash of the head
-- Returns seq and hash of what is remembered; nothing if that is nothing
local seq = redis.call('HGET', KEYS[1], 'seq')
if tonumber(ARGV[2]) > tonumber(seq or 0) then
  redis.call('HSET', KEYS[1], 'seq', ARGV[2], 'hash', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  return {ARGV[2], ARGV[3]}
end
if not seq then
  return {}
end
return {seq, redis.call('HGET', KEYS[1], 'hash')}
