-- Keeps a reservation correctable for longer.
-- KEYS[1] reservation
-- ARGV[1] ms from now
keep(KEYS[1], ARGV[1])
return 1
