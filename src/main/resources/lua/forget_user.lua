-- Removes the note that a node counts for an account, if it is still the one that was read.
-- KEYS[1] see count_for
-- ARGV[1] account  [2] ms of the note
if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return 1
