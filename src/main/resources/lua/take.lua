-- Takes one from a quota: an exact sliding window under any concurrency.
-- KEYS[1] quota
-- ARGV[1] limit  [2] window in ms  [3] request id
-- Returns {granted (1 or 0), remaining, reset in ms}
return {take(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], now_ms())}
