-- The lines of the nodes' audit files, which are the truth: a copy to be searched. Times are milliseconds since 1970. What a
-- line says is in its text as it stands in the file; the other columns are for searching. A line is one row, however often it is
-- brought here. On PostgreSQL a month is a partition, which the service makes and drops.
create table audit_entry (
    node varchar(100)${by_code_point} not null,
    seq bigint not null,
    at bigint not null,
    event varchar(40) not null,
    severity varchar(10) not null,
    user_id varchar(64),
    username varchar(512),
    name_hash varchar(64),
    session_id varchar(64),
    ip varchar(64),
    line varchar(1000000) not null,
    primary key (node, seq, at)
)${by_month};

create index audit_entry_by_time on audit_entry (at desc, node desc, seq desc);
create index audit_entry_by_event on audit_entry (event, at desc, node desc, seq desc);
create index audit_entry_by_severity on audit_entry (severity, at desc, node desc, seq desc);
create index audit_entry_by_user on audit_entry (user_id, at desc, node desc, seq desc);
create index audit_entry_by_name on audit_entry (username, at desc, node desc, seq desc);
create index audit_entry_by_name_hash on audit_entry (name_hash, at desc, node desc, seq desc);
create index audit_entry_by_session on audit_entry (session_id, at desc, node desc, seq desc);
create index audit_entry_by_ip on audit_entry (ip, at desc, node desc, seq desc);

-- How far each node's lines have been brought: the last one.
create table audit_node (
    node varchar(100)${by_code_point} not null primary key,
    seq bigint not null,
    hash varchar(64) not null,
    at bigint not null
);

-- Heads of the nodes' chains, as AUDIT_ANCHOR lines told them: such a line was there.
create table audit_anchor (
    node varchar(100)${by_code_point} not null,
    seq bigint not null,
    hash varchar(64) not null,
    at bigint not null,
    primary key (node, seq)
);

create index audit_anchor_by_time on audit_anchor (at);
