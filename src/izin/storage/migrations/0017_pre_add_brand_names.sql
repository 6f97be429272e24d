-- Brands: no two whose names people take for one another, a state, short names for 3338, and under
-- which company's code the consents of one that moved are tagged still (null: its own company's).

alter table brand
    add column status text not null default 'active'
        check (status in ('active', 'suspended', 'closed')),
    add column name_key text,
    add column tagged_for bigint references provider (iys_code);

update brand set status = case when is_active then 'active' else 'suspended' end;

-- as izin.core.lookalike folds Turkish names; of two that are alike the older keeps the key
update brand set name_key = made.name_key
from (
    select distinct on (keys.name_key) keys.brand_code, keys.name_key
    from (
        select
            b.brand_code,
            replace(replace(translate(regexp_replace(
                lower(translate(b.name, 'İIıŞşĞğÜüÖöÇçÂâÎîÛû', 'iiissgguuooccaaiiuu')),
                '[^a-z0-9]', '', 'g'
            ), '015l', 'oisi'), 'rn', 'm'), 'vv', 'w') as name_key
        from brand as b
    ) as keys
    where keys.name_key <> ''
    order by keys.name_key, keys.brand_code
) as made
where brand.brand_code = made.brand_code;

create unique index brand_name on brand (name_key);

create table brand_short_name (
    name_key text primary key,
    brand_code bigint not null references brand (brand_code),
    short_name text not null
);
create index brand_short_name_of on brand_short_name (brand_code);

-- a moved dealer whose numbers another dealer of the new company has already: it stays, beside it
alter table retailer add column is_twin boolean not null default false;
create unique index retailer_firm_once on retailer (iys_code, mersis) where not is_twin;
create unique index retailer_person_once on retailer (iys_code, person_tag) where not is_twin;
create index retailer_untagged on retailer (retailer_code)
    where person_tag is null and person_sealed is not null and not is_twin;
drop index retailer_mersis;
drop index retailer_person;
