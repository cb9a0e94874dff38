-- Writes what the database says was used of budgets of which the store knows nothing in the current window; what it counts
-- itself stays.
-- KEYS[1] a key of the account
-- ARGV[1] prefix of the account's budget keys  [2 ...] 6 for each: scope and window, name, limits (see counter_at), tokens,
--   requests; then ms: the time for which the database was asked
-- include budgets
local base, now = ARGV[1], now_ms()
for at = 2, #ARGV, 7 do
  local c = counter_at(base, at, now)
  local kind = string.sub(ARGV[at], 2, 2)
  local from = window_of(kind, now)
  if not c and from == window_of(kind, tonumber(ARGV[at + 6])) then
    local name = ARGV[at] .. ':' .. ARGV[at + 1]
    write_counter(base, name, from, tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5]))
    redis.call('PEXPIRE', base .. 'c:' .. name, COUNTER_LIFE[kind])
  end
end
return 1
