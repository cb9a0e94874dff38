-- Reads the user's epoch, before the account is read (docs/refresh-protocol.md, order of work).
-- KEYS[1] epoch
-- ARGV[1] the store-wide counter
-- Returns {ended, rights} as text
return {epoch_of(KEYS[1])}
