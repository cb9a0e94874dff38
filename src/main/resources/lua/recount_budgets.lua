-- Forgets counters of budgets, so that the database is asked for them again.
-- KEYS[1 ...] the counters, at most STEP
for _, counter in ipairs(KEYS) do
  redis.call('DEL', counter)
end
return 1
