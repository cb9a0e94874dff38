-- What the tokens of links in mails stand for. Only a token's SHA-256 is kept (base64url). One that was made for another
-- password version or another address than the account has by now is void.
create table auth_ticket (
    hash varchar(43) not null primary key,
    purpose varchar(32) not null,
    account_id varchar(36) not null references auth_account (id) on delete cascade,
    email varchar(320) not null,
    password_version bigint not null,
    created_at bigint not null,
    expires_at bigint not null
);

create index auth_ticket_by_account on auth_ticket (account_id, purpose, created_at);
create index auth_ticket_by_expiry on auth_ticket (expires_at);
