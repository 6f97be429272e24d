-- Dealers stand under one another; those of one that is taken away stand at the top again.

alter table retailer
    add column parent_code bigint references retailer (retailer_code) on delete set null;
create index retailer_under on retailer (parent_code) where parent_code is not null;
