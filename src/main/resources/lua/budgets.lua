-- Stands where a script includes it, as far as it is used there (LuaScript): budgets and usage (docs/budgets.md). All keys
-- begin with `base`, the account's prefix auth2:{user}:b: and so lie in one slot:
--   c:<scope><window>:<name>  counter of a budget: w = begin of its window in ms, t = tokens, r = requests
--   r:<id>                    reservation: what was taken, from which counters, for which usage
--   u:<hour>:<key id>         usage of an hour (since 1970): g = generation, v = version, n = number of models, and for each
--                             model r:, i: and o: = requests, input and output tokens
--   due                       which usage the database does not have yet
local DAY = 86400000
local USAGE_LIFE = 7 * DAY
local MOST = 9007199254740991 -- 2^53 - 1: the largest whole number that a Lua number holds exactly
local MODELS = 64             -- of one key in one hour

-- How long a counter lives: a day's and a month's for longer than a settlement may take after the window has turned. What
-- has expired is read from the database again.
local COUNTER_LIFE = {d = 3 * DAY, m = 64 * DAY, t = 366 * DAY}

-- A whole number as text; `..` writes large ones with an exponent.
local function whole(n)
  return string.format('%.0f', n)
end

-- The day of the month of a day since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms").
local function day_of_month(day)
  local d = day + 719468
  d = d - math.floor(d / 146097) * 146097
  local year = math.floor((d - math.floor(d / 1460) + math.floor(d / 36524) - math.floor(d / 146096)) / 365)
  d = d - (365 * year + math.floor(year / 4) - math.floor(year / 100))
  local month = math.floor((5 * d + 2) / 153)
  return d - math.floor((153 * month + 2) / 5) + 1
end

-- Begin and end, in ms, of the calendar window around a time: 'd'ay or 'm'onth; zeros for 't'otal.
local function window_of(kind, time)
  local day = math.floor(time / DAY)
  if kind == 'd' then
    return day * DAY, (day + 1) * DAY
  end
  if kind == 'm' then
    local first = day - day_of_month(day) + 1
    local next_month = first + 31
    return first * DAY, (next_month - day_of_month(next_month) + 1) * DAY
  end
  return 0, 0
end

-- Reads the counter of the budget in ARGV[at .. at + 3]: scope and window, name, tokens, requests ('' = any number).
-- Returns nil if the store knows nothing of it. A counter of an earlier window begins anew. So does one of a window that
-- begins in over a day, which a wrong clock left; if it begins sooner, the clock was set back, and the window goes on.
local function counter_at(base, at, now)
  local kind = string.sub(ARGV[at], 2, 2)
  local c = {
    name = ARGV[at] .. ':' .. ARGV[at + 1], scope = string.sub(ARGV[at], 1, 1), life = COUNTER_LIFE[kind],
    token_limit = tonumber(ARGV[at + 2]), request_limit = tonumber(ARGV[at + 3]), tokens = 0, requests = 0,
  }
  local stored = redis.call('HMGET', base .. 'c:' .. c.name, 'w', 't', 'r')
  if not stored[1] then
    return nil
  end
  c.from, c.to = window_of(kind, now)
  local from = tonumber(stored[1])
  if from >= c.from and from <= now + DAY then
    c.from, c.to = window_of(kind, from)
    c.tokens, c.requests = tonumber(stored[2]), tonumber(stored[3])
  else
    c.fresh = true
  end
  return c
end

local function write_counter(base, name, from, tokens, requests)
  redis.call('HSET', base .. 'c:' .. name, 'w', whole(from), 't', whole(math.max(0, tokens)), 'r',
    whole(math.max(0, requests)))
end

-- Adds to the usage of an hour; negative numbers correct it. A record that is not there begins with that generation.
-- Returns the model that it was counted for: 'other' when the hour has too many.
local function count(base, hour, key, model, generation, requests, input, output, now)
  local usage = base .. 'u:' .. hour .. ':' .. key
  local u = redis.call('HMGET', usage, 'v', 'n', 'r:' .. model, 'i:' .. model, 'o:' .. model)
  local models = tonumber(u[2] or 0)
  if not u[3] then
    if models >= MODELS and model ~= 'other' then
      return count(base, hour, key, 'other', generation, requests, input, output, now)
    end
    models = models + 1
  end
  redis.call('HSET', usage, 'v', whole((u[1] or 0) + 1), 'n', models, 'r:' .. model, whole((u[3] or 0) + requests),
    'i:' .. model, whole(math.min(MOST, (u[4] or 0) + input)), 'o:' .. model, whole(math.min(MOST, (u[5] or 0) + output)))
  if not u[1] then
    redis.call('HSET', usage, 'g', generation)
    redis.call('PEXPIRE', usage, USAGE_LIFE)
  end
  if redis.call('ZADD', base .. 'due', now, hour .. ':' .. key) == 1 then
    redis.call('PEXPIRE', base .. 'due', USAGE_LIFE)
  end
  return model
end

-- Whether a budget has no room for a call, and of what.
local function lacks(c, need)
  if c.request_limit and c.requests >= c.request_limit then
    return 'REQUESTS'
  end
  if c.token_limit and need > 0 and c.token_limit - c.tokens < need then
    return 'TOKENS'
  end
  return nil
end

-- The end of an answer of `reserve`: scope, unit, limit, what remains, ms of the window, ms to its end (0 = never ends).
local function left(c, unit, now)
  local limit, used = c.token_limit, c.tokens
  if unit == 'REQUESTS' then
    limit, used = c.request_limit, c.requests
  end
  return {c.scope, unit, limit, math.max(0, limit - used), c.to - c.from, math.max(0, c.to - now)}
end

-- The budget and unit of which the smallest share is left, as `left` tells it; empty if nothing is limited.
local function tightest(counters, now)
  local best = {}
  local function compare(c, unit, limit)
    if limit then
      local candidate = left(c, unit, now)
      if not best[4] or candidate[4] / limit < best[4] / best[3] then
        best = candidate
      end
    end
  end
  for _, c in ipairs(counters) do
    compare(c, 'TOKENS', c.token_limit)
    compare(c, 'REQUESTS', c.request_limit)
  end
  return best
end

-- Reserves for one call from all its budgets, or takes nothing from any; counts it as usage. Repeated with the same id it
-- answers the same and takes nothing more. `base` as above, `id` unique, `now` in ms, and
-- ARGV[first] estimated tokens of the prompt  [+1] most tokens of the answer, 0 = it takes none  [+2] ms for which the
--   reservation can be corrected  [+3] id of the API key or ''  [+4] model  [+5] number of budgets  [+6 ...] 4 for each, see
--   counter_at
-- Returns {'GRANTED' | 'EXHAUSTED' | 'UNSEEDED', tokens granted to the answer, now, what `left`
-- tells of the budget that refuses longest, or has the smallest share left}. The lowest cap of all budgets is granted.
local function reserve(base, id, first, now)
  local prompt, answer = tonumber(ARGV[first]), tonumber(ARGV[first + 1])
  local counters = {}
  for i = 1, tonumber(ARGV[first + 5]) do
    counters[i] = counter_at(base, first + 2 + 4 * i, now)
    if not counters[i] then
      return {'UNSEEDED', 0, now, {}}
    end
  end
  local record = base .. 'r:' .. id
  local repeated = redis.call('HGET', record, 'a')
  if repeated then
    return {'GRANTED', tonumber(repeated), now, tightest(counters, now)}
  end

  local granted, held, refusing, lacking = answer, 0, nil, nil
  for _, c in ipairs(counters) do
    local unit = lacks(c, prompt + math.min(answer, 1))
    if unit and (not refusing or c.to == 0 or (refusing.to ~= 0 and c.to > refusing.to)) then
      refusing, lacking = c, unit
    end
    if c.token_limit and answer > 0 then
      granted = math.min(granted, c.token_limit - c.tokens - prompt)
    end
  end
  if refusing then
    return {'EXHAUSTED', 0, now, left(refusing, lacking, now)}
  end
  for _, c in ipairs(counters) do
    if c.token_limit then
      held = granted -- only a budget makes the answer count before it is there
    end
  end

  local hour = whole(math.floor(now / 3600000))
  local model = count(base, hour, ARGV[first + 3], ARGV[first + 4], id, 1, prompt, held, now)
  redis.call('HSET', record, 'p', whole(prompt), 'a', whole(granted), 'h', whole(held), 'u', hour, 'k', ARGV[first + 3],
    'm', model)
  for i, c in ipairs(counters) do
    c.tokens, c.requests = c.tokens + prompt + held, c.requests + 1
    write_counter(base, c.name, c.from, c.tokens, c.requests)
    if c.fresh then
      redis.call('PEXPIRE', base .. 'c:' .. c.name, c.life)
    end
    redis.call('HSET', record, 'c' .. i, c.name, 'w' .. i, whole(c.from))
  end
  redis.call('PEXPIRE', record, ARGV[first + 2])
  return {'GRANTED', granted, now, tightest(counters, now)}
end

-- Replaces what a reservation took by what was used, in the same windows and the same hour; the first time only.
-- `requests` is 1, or 0 if the call never reached the upstream. Returns 1, or 0 if there is no such reservation.
local function settle(base, id, input, output, requests, now)
  local flat = redis.call('HGETALL', base .. 'r:' .. id)
  if #flat == 0 then
    return 0
  end
  redis.call('DEL', base .. 'r:' .. id)
  local r = {}
  for i = 1, #flat, 2 do
    r[flat[i]] = flat[i + 1]
  end
  local more_input, more_output = input - r.p, output - r.h
  local i = 1
  while r['c' .. i] do
    local c = redis.call('HMGET', base .. 'c:' .. r['c' .. i], 'w', 't', 'r')
    if c[1] == r['w' .. i] then
      write_counter(base, r['c' .. i], tonumber(c[1]), c[2] + more_input + more_output, c[3] + requests - 1)
    end
    i = i + 1
  end
  -- another generation than the one that the reservation may have begun: the database may have that already
  count(base, r.u, r.k, r.m, id .. 's', requests - 1, more_input, more_output, now)
  return 1
end
