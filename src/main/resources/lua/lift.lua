-- Forgets the failures of a quota; attempts that are under way go on to count.
-- KEYS[1] failures
-- Returns 1 if there were any, otherwise 0
return redis.call('DEL', KEYS[1])
