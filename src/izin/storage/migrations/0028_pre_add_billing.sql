-- What statements are made of: the most addresses of a year, and what partners load of the past.

create table address_year (
    iys_code bigint not null references provider (iys_code),
    year smallint not null,
    addresses_max bigint not null,       -- the most that a timer saw
    reached_at timestamptz not null,
    share_told smallint not null default 0, -- the highest share of the limit that was told of
    told_at timestamptz,
    primary key (iys_code, year)
);

create table migration_job (
    migration_id uuid primary key,
    partner_code bigint not null references partner (partner_code),
    iys_code bigint not null references provider (iys_code),
    rate_kurus integer not null check (rate_kurus >= 0), -- for a thousand records
    opened_at timestamptz not null,
    until timestamptz not null,          -- exclusive
    closed_at timestamptz,
    records bigint not null default 0,   -- kept behind the figures
    check (until > opened_at)
);
create index migration_job_of on migration_job (iys_code, partner_code);
