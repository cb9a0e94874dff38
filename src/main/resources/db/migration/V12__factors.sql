-- Second factors. A time-based secret is sealed under the key that seal_key names; last_step is the last step that was used.
create table auth_totp (
    account_id varchar(36) not null primary key references auth_account (id) on delete cascade,
    sealed_secret varchar(512) not null,
    seal_key varchar(64) not null,
    confirmed boolean not null,
    last_step bigint not null,
    created_at bigint not null
);

-- Hashes of recovery codes, each of which is deleted when it is used.
create table auth_recovery_code (
    account_id varchar(36) not null references auth_account (id) on delete cascade,
    hash varchar(64) not null,
    created_at bigint not null,
    primary key (account_id, hash)
);

-- WebAuthn credentials (Level 3, section 4). id is the credential id in base64url.
create table auth_passkey (
    id varchar(1400)${by_code_point} not null primary key,
    account_id varchar(36) not null references auth_account (id) on delete cascade,
    name varchar(256) not null,
    public_key varchar(4000) not null,
    sign_count bigint not null,
    transports varchar(256) not null,
    aaguid varchar(36) not null,
    backup_eligible boolean not null,
    backed_up boolean not null,
    created_at bigint not null,
    last_used_at bigint
);

create index auth_passkey_by_account on auth_passkey (account_id, created_at);

-- The user handle of an account's passkeys (64 random bytes in base64url), which says nothing about the account.
create table auth_user_handle (
    handle varchar(88)${by_code_point} not null primary key,
    account_id varchar(36) not null constraint auth_user_handle_of_account unique references auth_account (id) on delete cascade
);

-- Devices whose cookie stands for the second factor; id is a hash of the cookie's nonce.
create table auth_remembered_device (
    account_id varchar(36) not null references auth_account (id) on delete cascade,
    id varchar(64) not null,
    name varchar(256) not null,
    address varchar(64) not null,
    created_at bigint not null,
    primary key (account_id, id)
);
