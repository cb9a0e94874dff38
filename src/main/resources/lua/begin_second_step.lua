-- Remembers a sign-in whose password was right and whose second factor is to come.
-- KEYS[1] pending sign-in
-- ARGV[1] ms until it expires  [2] the user's counter of ended sessions, read before the account  [3] password version
--   [4] hash of the client  [5] how many tries it has
redis.call('HSET', KEYS[1], 'e', ARGV[2], 'p', ARGV[3], 'c', ARGV[4], 't', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
