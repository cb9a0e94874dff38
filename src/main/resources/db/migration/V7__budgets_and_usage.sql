-- 0 tokens or requests: any number. The windows: DAY, MONTH, TOTAL.
create table auth_account_budget (
    account_id varchar(36) not null primary key references auth_account (id) on delete cascade,
    tokens bigint not null,
    requests bigint not null,
    calendar_window varchar(8) not null
);

create table auth_role_budget (
    role_name varchar(64) not null primary key references auth_role (name) on delete cascade,
    tokens bigint not null,
    requests bigint not null,
    calendar_window varchar(8) not null
);

-- Usage by the hour in which calls were admitted, beginning at began_at (milliseconds since 1970). The rows of a generation
-- are written again and again, each time with a higher version; those of different generations add up. key_id is empty for
-- access tokens. There is no reference to the account: what a deleted one used stays in the books.
create table auth_usage (
    account_id varchar(36) not null,
    began_at bigint not null,
    key_id varchar(16) not null,
    model varchar(64) not null,
    generation varchar(40) not null,
    version bigint not null,
    requests bigint not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    primary key (account_id, began_at, key_id, model, generation)
);

create index auth_usage_by_time on auth_usage (began_at);
