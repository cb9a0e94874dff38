-- Put in front of every script: the names of fields, the clock, the epoch, times to live, the sliding window and the lock of an account.

-- Fields of a session record; one letter each, since there are as many of them as sessions (SessionFields has the same).
local F = {
  gen = 'g', live = 'l', rotated_at = 't', request = 'q', answered = 'a', salt = 'n', issue = 'i', min_gen = 'm',
  proven = 'v', epoch = 'e', rights = 'r', ends_at = 'x', created_at = 'c', last_seen = 's', address = 'h', device = 'd',
}

-- How many entries of a set, or records of sessions, a script looks at or removes in one call, beside a limit that is
-- configured: Redis serves nobody else meanwhile. What is left is for the next call.
local STEP = 128

-- Milliseconds since 1970 by Redis's clock, the only one that scripts believe.
local function now_ms()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- The user's epoch as text: 'ended' moves when all sessions of the user end, or of everybody; 'rights' when roles or
-- permissions change. Scripts that ask for it get the store-wide counter as their last argument: both only grow, so
-- their sum moves with either.
local function epoch_of(key)
  local e = redis.call('HMGET', key, 'ended', 'rights')
  return string.format('%.0f', (e[1] or 0) + ARGV[#ARGV]), e[2] or '0'
end

-- Moves a counter to where it has never been: past what is stored and what the caller knows, and at least to the seconds
-- since the time `since`, so that one that was lost does not count anew what it has counted before. Returns it.
local function move(key, field, known, since)
  local stored = tonumber(redis.call('HGET', key, field) or 0)
  local target = math.max(stored + 1, known + 1, math.floor(now_ms() / 1000) - since)
  return redis.call('HINCRBY', key, field, target - stored)
end

-- Moves a counter of a user. Its seconds count from the beginning of 2026, for every session's record has it, and has the
-- sum of two of them: numbers over 32 bits would cost each session four bytes more (docs/adr/0039).
local function move_users(key, field)
  return move(key, field, 0, 1767225600)
end

-- Lets a key live for at least that long: never shorter than what an earlier call asked for.
local function keep(key, millis)
  if redis.call('PTTL', key) < tonumber(millis) then
    redis.call('PEXPIRE', key, millis)
  end
end

-- The place of a session in the index of its user: when it ends at the latest, in seconds since 1970, rounded up.
local function place_of(millis)
  return math.ceil(millis / 1000)
end

-- Of the record of one session: its epoch, when it ends at the latest, when it was opened. Nothing when there is none, or
-- what is there is no session.
local function look_at(key)
  local s = redis.pcall('HMGET', key, F.epoch, F.ends_at, F.created_at)
  if s.err then
    return 0, 0, 0
  end
  return tonumber(s[1]) or 0, tonumber(s[2]) or 0, tonumber(s[3]) or 0
end

-- Whether a request is among those that were answered: names of 6 characters each.
local function is_answered(answered, request)
  for i = 1, #answered, 6 do
    if string.sub(answered, i, i + 5) == request then
      return true
    end
  end
  return false
end

-- Adds a request to those that were answered: the last 8.
local function remember(answered, request)
  if request == '' or is_answered(answered, request) then
    return answered
  end
  return string.sub(answered .. request, -48)
end

-- Removes what left a sorted set at that score or before: a step of it, and what has the same score as the last of these.
local function forget(key, score)
  local last = redis.call('ZRANGE', key, STEP - 1, STEP - 1, 'WITHSCORES')
  if last[2] and tonumber(last[2]) < score then
    score = last[2]
  end
  redis.call('ZREMRANGEBYSCORE', key, '-inf', score)
end

-- Takes one from an exact sliding window of at most `limit` entries; the same request id takes only once.
-- Returns granted (1 or 0), remaining, milliseconds until the oldest entry leaves.
local function take(key, limit, window, request, now)
  forget(key, now - window)
  local inside = '(' .. now - window
  local count = redis.call('ZCOUNT', key, inside, '+inf')
  local granted = 1
  if not redis.call('ZSCORE', key, request) then
    if count >= limit then
      granted = 0
    else
      redis.call('ZADD', key, now, request)
      redis.call('PEXPIRE', key, window)
      count = count + 1
    end
  end
  local oldest = redis.call('ZRANGEBYSCORE', key, inside, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  return granted, math.max(0, limit - count), tonumber(oldest[2]) + window - now
end

-- Before the id of an attempt in a counter: its password was looked at and is wrong.
local FAILED = 'f:'

-- How many attempts of a counter are failures: the wrong ones, and those that nobody can be looking at any more because
-- they began a minute ago; whoever looked at them crashed. A counter has at most a threshold of entries, which is 100.
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

-- Locks strangers out of an account: twice as long as the last time, at most eight times the first; a day after a lock's
-- end the next one is a first one again. `by` is the attempt that began it. Returns when the lock ends.
local function lock_out(lock, failures, first, by, now)
  local before = math.min(tonumber(redis.call('HGET', lock, 'locks') or '0'), 3)
  local length = tonumber(first) * 2 ^ before
  redis.call('HSET', lock, 'locks', before + 1, 'until', now + length, 'by', by)
  redis.call('PEXPIRE', lock, length + 86400000)
  redis.call('DEL', failures)
  return now + length
end
