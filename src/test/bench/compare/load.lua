-- One request over and over, or a body of its own for each connection (wrk with one connection per thread), or a chain of
-- refreshes.
-- WRK_BODY: what all POST; without it a GET. WRK_BODIES: a file, a line is the body of one connection; WRK_PATH and
-- WRK_TYPE are its path and type. WRK_CHAIN: a line is a refresh token and a handle, and each answer brings the next pair.
-- Prints: requests, microseconds, median and 99th percentile in microseconds, failed requests.
local numbers = 0

function setup(thread)
  numbers = numbers + 1
  thread:set("number", numbers)
end

local path, kind, chain = os.getenv("WRK_PATH"), os.getenv("WRK_TYPE"), os.getenv("WRK_CHAIN")

if os.getenv("WRK_BODY") then
  wrk.method = "POST"
  wrk.body = os.getenv("WRK_BODY")
elseif path then
  local token, handle, fixed

  function init(args)
    local at = 0
    for line in io.lines(os.getenv("WRK_BODIES")) do
      at = at + 1
      if at == number then
        if chain then
          token, handle = line:match("(%S+) (%S+)")
        else
          fixed = wrk.format("POST", path, { ["Content-Type"] = kind, ["User-Agent"] = "Test/1.0" }, line)
        end
      end
    end
  end

  function request()
    if fixed then
      return fixed
    end
    return wrk.format("POST", path,
      { ["Content-Type"] = kind, ["User-Agent"] = "Test/1.0", ["Session-Handle"] = handle },
      '{"refresh_token":"' .. token .. '"}')
  end

  if chain then
    function response(status, headers, body)
      token = body:match('"refresh_token":"([^"]+)"') or token
      handle = body:match('"session_handle":"([^"]+)"') or handle
    end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
