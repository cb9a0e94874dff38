-- Times are milliseconds since 1970 in UTC: every database keeps them as they are.
create table auth_role (
    name varchar(64) not null primary key
);

create table auth_role_permission (
    role_name varchar(64) not null references auth_role (name) on delete cascade,
    permission varchar(128) not null,
    primary key (role_name, permission)
);

create table auth_account (
    id varchar(36) not null primary key,
    username varchar(256) not null,
    username_key varchar(512) not null constraint auth_account_username_taken unique,
    password_hash varchar(255) not null,
    enabled boolean not null,
    locked_until bigint,
    created_at bigint not null,
    version bigint not null
);

create table auth_account_role (
    account_id varchar(36) not null references auth_account (id) on delete cascade,
    role_name varchar(64) not null references auth_role (name),
    primary key (account_id, role_name)
);

create table auth_account_permission (
    account_id varchar(36) not null references auth_account (id) on delete cascade,
    permission varchar(128) not null,
    primary key (account_id, permission)
);

-- The two roles that every installation has; what they permit is for the administrator to say.
insert into auth_role (name) values ('admin');
insert into auth_role (name) values ('user');
