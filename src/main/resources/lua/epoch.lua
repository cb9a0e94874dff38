-- Reads the user's epoch, before the account is read (docs/refresh-protocol.md, order of work).
-- KEYS[1] epoch
-- ARGV[1] store-wide counter (epoch_of)
-- Returns {ended, rights} as strings
return {epoch_of(KEYS[1])}
