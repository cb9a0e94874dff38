-- What people look after themselves. email_key is the address's case-folded form, unique only if auth.email.unique says so.
-- Hashes of other systems are longer than ours.
alter table auth_account alter column password_hash set data type varchar(1024);
alter table auth_account add column email varchar(320);
alter table auth_account add column email_key varchar(640)${by_code_point};
alter table auth_account add column email_verified boolean default false not null;
alter table auth_account add column language varchar(8);
alter table auth_account add column attributes varchar(20000);
alter table auth_account add column password_set_at bigint;
alter table auth_account add column last_sign_in_at bigint;

create index auth_account_by_email on auth_account (email_key);
create index auth_account_by_creation on auth_account (created_at, id);
create index auth_account_by_last_sign_in on auth_account (last_sign_in_at, id);
