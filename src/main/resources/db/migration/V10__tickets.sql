-- What the tokens of links in mails stand for. Only a token's SHA-256 is kept (base64url). One that was made for another
-- password version or another address than the account has by now is void. former_email is the key of the address that the
-- account had when a new one was to be verified, and sessions_ended counts how often all of its sessions had ended then.
create table auth_ticket (
    hash varchar(43) not null primary key,
    purpose varchar(32) not null,
    account_id varchar(36) not null references auth_account (id) on delete cascade,
    email varchar(320) not null,
    password_version bigint not null,
    former_email varchar(640) not null,
    sessions_ended bigint not null,
    created_at bigint not null,
    expires_at bigint not null
);

create index auth_ticket_by_account on auth_ticket (account_id, purpose, created_at);
create index auth_ticket_by_expiry on auth_ticket (expires_at);
