-- API keys, without their secrets. The lists are separated by spaces; permissions is null for those of the account.
-- sort_key is the case-folded name, a tab and the id: lists are pages of an index, and it is compared by code point.
create table auth_api_key (
    id varchar(16)${by_code_point} not null primary key,
    account_id varchar(36) not null references auth_account (id) on delete cascade,
    hash varchar(43) not null,
    name varchar(256) not null,
    sort_key varchar(600)${by_code_point} not null,
    permissions varchar(34000),
    models varchar(9000) not null,
    cidrs varchar(4500) not null,
    budget_tokens bigint,
    budget_requests bigint,
    budget_window varchar(5),
    created_at bigint not null,
    expires_at bigint not null,
    valid_days integer not null,
    revoked boolean not null,
    warned boolean not null,
    version bigint not null
);

create index auth_api_key_by_account on auth_api_key (account_id, sort_key);
create index auth_api_key_by_name on auth_api_key (sort_key);
create index auth_api_key_by_account_and_end on auth_api_key (account_id, expires_at);
create index auth_api_key_by_end on auth_api_key (expires_at);
