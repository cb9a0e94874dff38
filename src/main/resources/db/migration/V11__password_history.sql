-- The hashes of former passwords, for auth.password.history: password_version is the account's while the password was in use.
create table auth_password_history (
    account_id varchar(36) not null references auth_account (id) on delete cascade,
    password_version bigint not null,
    password_hash varchar(1024) not null,
    primary key (account_id, password_version)
);

-- 0: none since the column. Lists are pages of an index, in which nothing may be unknown.
update auth_account set last_sign_in_at = 0 where last_sign_in_at is null;
alter table auth_account alter column last_sign_in_at set default 0;
alter table auth_account alter column last_sign_in_at set not null;
