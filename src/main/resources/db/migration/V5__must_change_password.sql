-- The account may do nothing but change its password.
alter table auth_account add column must_change_password boolean default false not null;
