-- Revokes every access token of a user whose roles or permissions changed; refresh tokens stay valid.
-- KEYS[1] epoch
-- ARGV[1] time to live of the epoch in ms, longer than the longest session
move_users(KEYS[1], 'rights')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
