-- Takes one from a quota: exact sliding window, whatever the concurrency.
-- KEYS[1] the quota
-- ARGV[1] limit  [2] window in ms  [3] request id
-- Returns {granted, remaining, reset in ms}
return {take(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], now_ms())}
