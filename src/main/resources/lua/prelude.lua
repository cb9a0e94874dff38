-- Stands in front of every script, as far as it is used (LuaScript): field names, clock, epoch, times to live, sliding
-- window, account lock.

-- Fields of a session record, the same as in SessionFields; single letters, since every record repeats them.
local F = {
  gen = 'g', live = 'l', rotated_at = 't', request = 'q', answered = 'a', salt = 'n', issue = 'i', min_gen = 'm',
  proven = 'v', epoch = 'e', rights = 'r', ends_at = 'x', created_at = 'c', last_seen = 's', address = 'h', device = 'd',
  auth_time = 'u', methods = 'w',
}

-- Fields of the copy of what the database grants an API key.
local K = {
  state = 's', lease = 'l', version = 'v', hash = 'h', expires_at = 'x', grant = 'g', noted = 'n',
  ended = 'e', rights = 'r', limits = 'b',
}

-- States of such a copy: leased to those who read the database; live; nothing is granted; revoked, whatever is read.
local LEASED, LIVE, NOTHING, KILLED = 'L', '1', '0', 'K'

-- For how many ms the last uses of a user's keys are remembered: the longest life of a key.
local USES_KEPT = 31622400000

-- The most set entries or session records that a script reads or deletes in one call, in addition to a configured
-- limit, because Redis serves no other client meanwhile (docs/adr/0040). The next call does the rest.
local STEP = 128

-- Milliseconds since 1970 by Redis's clock, the only one that scripts use.
local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- Returns the user's epoch as three strings: 'ended' grows when all sessions of the user, or of all users, end; 'rights'
-- grows when roles or permissions change; 'limits' when a key or a budget changes. Scripts that call it get the store-wide counter as their last argument, which
-- is added to the user's: both only grow, so the sum changes with either.
local function epoch_of(key)
  local e = redis.call('HMGET', key, 'ended', 'rights', 'limits')
  return string.format('%.0f', (e[1] or 0) + ARGV[#ARGV]), e[2] or '0', e[3] or '0'
end

-- Raises a counter to a value that it never had: above the stored value and the caller's, and at least to the seconds
-- that have passed since `since`, so that a counter that was lost repeats no value. Returns the new value
-- (docs/adr/0039).
local function move(key, field, known, since)
  local stored = tonumber(redis.call('HGET', key, field) or 0)
  local target = math.max(stored + 1, known + 1, math.floor(now_ms() / 1000) - since)
  return redis.call('HINCRBY', key, field, target - stored)
end

-- Raises a counter of a user. Its seconds count from the beginning of 2026: every session record holds such counters
-- and their sum with the store-wide one, and a number over 32 bits would take four more bytes in each (docs/adr/0039).
local function move_users(key, field)
  return move(key, field, 0, 1767225600)
end

-- Extends the time to live of a key to at least that many ms; never shortens it.
local function keep(key, millis)
  if redis.call('PTTL', key) < tonumber(millis) then
    redis.call('PEXPIRE', key, millis)
  end
end

-- The score of a session in the index of its user: the end of its refresh token, in seconds since 1970, rounded up.
local function place_of(millis)
  return math.ceil(millis / 1000)
end

-- Returns a session's epoch, latest end (in ms) and time of opening (in s); zeros if there is no such session or the
-- key is of another type.
local function look_at(key)
  local s = redis.pcall('HMGET', key, F.epoch, F.ends_at, F.created_at)
  if s.err then
    return 0, 0, 0
  end
  return tonumber(s[1]) or 0, tonumber(s[2]) or 0, tonumber(s[3]) or 0
end

-- Whether a request was answered before; `answered` is a sequence of request names of 6 characters each.
local function is_answered(answered, request)
  for i = 1, #answered, 6 do
    if string.sub(answered, i, i + 5) == request then
      return true
    end
  end
  return false
end

-- Adds a request name to the answered ones, and keeps the last 8 of them.
local function remember(answered, request)
  if request == '' or is_answered(answered, request) then
    return answered
  end
  return string.sub(answered .. request, -48)
end

-- Removes entries of a sorted set up to that score: at most STEP, plus those with the same score as the last of them.
local function forget(key, score)
  local last = redis.call('ZRANGE', key, STEP - 1, STEP - 1, 'WITHSCORES')
  if last[2] and tonumber(last[2]) < score then
    score = last[2]
  end
  redis.call('ZREMRANGEBYSCORE', key, '-inf', score)
end

-- Takes one from an exact sliding window of at most `limit` entries; the same request id counts once. Entries that have
-- left the window count for nothing, and are removed once the oldest of them left it an eighth of a window ago.
-- Returns granted (1 or 0), remaining, ms until the oldest entry leaves the window.
local function take(key, limit, window, request, now)
  local past = now - window
  local oldest = tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
  if oldest and oldest <= past - window / 8 then
    forget(key, past)
  end
  local count
  if not oldest then
    count = 0
  elseif oldest > past then
    count = redis.call('ZCARD', key)
  else
    local inside = '(' .. past
    count = redis.call('ZCOUNT', key, inside, '+inf')
    oldest = tonumber(redis.call('ZRANGEBYSCORE', key, inside, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)[2])
  end

  -- first, even if the key is not there: out of memory, Redis refuses a script's first write alone, and never this one
  redis.call('PEXPIRE', key, window)
  local granted = 1
  if count < limit then
    local begins = count == 0
    count = count + redis.call('ZADD', key, now, request)
    if begins then
      redis.call('PEXPIRE', key, window)
    end
  elseif not redis.call('ZSCORE', key, request) then
    granted = 0
  end
  return granted, math.max(0, limit - count), (oldest or now) + window - now
end

-- Counts a quota that only failures use up. An attempt that is under way for over a minute counts as a failure, since
-- the node that checked it must have crashed. Returns failures, attempts under way, ms until the oldest failure leaves.
local function failures_of(failures, under_way, window, now)
  forget(failures, now - window)
  forget(under_way, now - window)
  local inside = '(' .. now - window
  local stale = redis.call('ZCOUNT', under_way, inside, now - 60000)
  local oldest = redis.call('ZRANGEBYSCORE', failures, inside, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  return redis.call('ZCOUNT', failures, inside, '+inf') + stale,
    redis.call('ZCOUNT', under_way, inside, '+inf') - stale,
    oldest[2] and tonumber(oldest[2]) + window - now or window
end

-- Prefix of an attempt's id in a counter once its password was found to be wrong.
local FAILED = 'f:'

-- Counts the failures in a counter: wrong passwords, and attempts that began over a minute ago without a result, since
-- the node that checked them must have crashed. A counter has at most 100 entries, the highest threshold.
local function failed(key, now)
  local count = 0
  local attempts = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  for i = 1, #attempts, 2 do
    if string.sub(attempts[i], 1, #FAILED) == FAILED or tonumber(attempts[i + 1]) <= now - 60000 then
      count = count + 1
    end
  end
  return count
end

-- Locks strangers out of an account: for twice as long as the last time, at most eight times as long as the first; a
-- day after a lock's end the next one is a first one again. `by` is the attempt that caused it. Returns its end in ms.
local function lock_out(lock, failures, first, by, now)
  local before = math.min(tonumber(redis.call('HGET', lock, 'locks') or '0'), 3)
  local length = tonumber(first) * 2 ^ before
  redis.call('HSET', lock, 'locks', before + 1, 'until', now + length, 'by', by)
  redis.call('PEXPIRE', lock, length + 86400000)
  redis.call('DEL', failures)
  return now + length
end
