-- What a citizen has changed at her own list, found again by her address: one row for all of it, so
-- that of several changes only the last was written together with a company's record.
create table citizen_act (
    doer_tag uuid primary key,           -- keyed, in no other table
    body_sealed bytea,                   -- the changes; null until the first is written
    forget_after timestamptz not null    -- rounded up, so that it tells no moment
);
create index citizen_act_by_age on citizen_act (forget_after);

-- A change of more records than one transaction takes is worked through in parts: what the receipt of
-- it proves comes with them.
create table receipt_part (
    tag uuid not null,                   -- the receipt's
    part integer not null,
    bucket smallint not null,
    body_sealed bytea not null,
    primary key (tag, part, bucket)
);
