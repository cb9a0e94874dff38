-- Replaces what a call reserved by what it used, or gives it back; the second time it does nothing.
-- KEYS[1] a key of the account
-- ARGV[1] prefix of the account's budget keys  [2] id of the reservation  [3] input tokens  [4] output tokens  [5] requests:
--   1, or 0 to give it back
-- Returns 1 if there was such a reservation, else 0
-- include budgets
return settle(ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), now_ms())
