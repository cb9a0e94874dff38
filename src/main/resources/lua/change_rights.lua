-- Raises a counter of users: `rights` revokes every access token (refresh tokens stay valid), and that and `limits` end
-- every copy of what their keys may do.
-- KEYS[1…] epochs, at most STEP
-- ARGV[1] time to live of an epoch in ms, longer than the longest session  [2] rights | limits
for _, epoch in ipairs(KEYS) do
  move_users(epoch, ARGV[2])
  redis.call('PEXPIRE', epoch, ARGV[1])
end
