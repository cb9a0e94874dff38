-- Revokes every access token of a user whose roles or permissions changed; refresh tokens go on.
-- KEYS[1] epoch
-- ARGV[1] milliseconds that the epoch must outlive the longest session
move_users(KEYS[1], 'rights')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
