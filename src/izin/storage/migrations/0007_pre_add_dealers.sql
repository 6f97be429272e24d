-- What a company says of its dealers. Who stands for one is sealed; his tag is the same in one
-- company only, so that he stands for one dealer there. A dealer that a consent has named stays.

alter table retailer
    add column iys_code bigint references provider (iys_code),
    add column alias text,
    add column mersis text,
    add column city_code smallint,
    add column town_code smallint,
    add column person_tag uuid,
    add column person_sealed bytea,
    add column created_at timestamptz not null default now(),
    add column linked_at timestamptz;

-- whether a consent has named those that are there already is not to be told: they stay
update retailer set linked_at = now();

create unique index retailer_mersis on retailer (iys_code, mersis);
create unique index retailer_person on retailer (iys_code, person_tag);
