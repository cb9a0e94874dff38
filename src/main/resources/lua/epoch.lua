-- Reads the user's epoch, before the account is read (ROTATION.md, order of work).
-- KEYS[1] epoch
-- Returns {ended, rights} as text
return {epoch_of(KEYS[1])}
