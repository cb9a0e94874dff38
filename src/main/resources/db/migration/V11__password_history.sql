-- The hashes of former passwords, for auth.password.history: password_version is the account's while the password was in use.
create table auth_password_history (
    account_id varchar(36) not null references auth_account (id) on delete cascade,
    password_version bigint not null,
    password_hash varchar(1024) not null,
    primary key (account_id, password_version)
);
