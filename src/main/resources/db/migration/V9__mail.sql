-- Mails that wait, and those that could not be sent (dead). Times are milliseconds since 1970. A row holds no token: links get
-- theirs when the mail is sent. There is no reference to the account: a mail may tell of its deletion.
create table auth_mail (
    id varchar(36) not null primary key,
    kind varchar(32) not null,
    recipient varchar(320) not null,
    language varchar(8),
    account_id varchar(36) not null,
    parameters varchar(4000) not null,
    created_at bigint not null,
    due_at bigint not null,
    give_up_at bigint not null,
    attempts integer not null,
    last_error varchar(400),
    dead boolean not null
);

create index auth_mail_by_due on auth_mail (dead, due_at);

-- How many mails a recipient got in the hour that began at began_at: of those with a link, and notices. The key is a hash of the
-- address.
create table auth_mail_recipient (
    recipient_key varchar(43) not null primary key,
    began_at bigint not null,
    links integer not null,
    notices integer not null
);

create index auth_mail_recipient_by_begin on auth_mail_recipient (began_at);

-- The node that sends, and until when no other does.
create table auth_mail_sender (
    id integer not null primary key,
    holder varchar(36) not null,
    held_until bigint not null
);

insert into auth_mail_sender (id, holder, held_until) values (1, '', 0);

-- What an account was told and shall not be told again until until_at.
create table auth_mail_once (
    account_id varchar(36) not null,
    topic varchar(200) not null,
    until_at bigint not null,
    primary key (account_id, topic)
);

create index auth_mail_once_by_end on auth_mail_once (until_at);
