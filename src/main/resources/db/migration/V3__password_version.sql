-- Moves with every new password: what was handed out under an older one (device cookies) is void.
alter table auth_account add column password_version bigint default 0 not null;
-- Locks are kept with the failures that they come from, in the security store.
alter table auth_account drop column locked_until;
