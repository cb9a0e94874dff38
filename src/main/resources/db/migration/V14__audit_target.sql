-- What an administrator's deed was done to: an account's id above all. Entries that were brought before have none.
alter table audit_entry add target varchar(64);

create index audit_entry_by_target on audit_entry (target, at desc, node desc, seq desc)${where_target};
