-- Whoever has a role is looked up when the role changes; the primary key starts with the account.
create index auth_account_role_by_role on auth_account_role (role_name);
