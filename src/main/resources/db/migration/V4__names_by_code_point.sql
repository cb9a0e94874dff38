-- Names are compared by code point, whatever the database's language: names that begin alike are a range of the index.
alter table auth_account alter column username_key set data type varchar(512)${by_code_point};
