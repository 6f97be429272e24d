-- How many addresses a company has with an ONAY, kept by the keeper behind the figures.

-- one row an address with an ONAY: whose it is counted for, and by which of its records
create table counted_address (
    tag uuid not null,
    pool uuid not null,
    bucket smallint not null,
    records bytea not null,              -- eight bytes of each record with an ONAY, in order
    primary key (tag, pool, bucket)
);

-- how many rows each pool has
create table address_figure (
    pool uuid primary key,
    addresses bigint not null
);

-- for which pools a brand's addresses are counted, and how far those from before are gone through
create table counted_brand (
    brand_ref uuid primary key,
    phone_pool uuid not null,
    email_pool uuid not null,
    left_phone_pool uuid,                -- those of the company that it moved away from
    left_email_pool uuid,
    is_whole boolean not null default false,
    after_channel channel not null default 'ARAMA',
    after_recipient_type recipient_type not null default 'BIREYSEL',
    after_tag uuid not null default '00000000-0000-0000-0000-000000000000'
);
create index counted_brand_open on counted_brand (brand_ref) where not is_whole;
