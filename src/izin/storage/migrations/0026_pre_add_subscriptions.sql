-- What companies and partners have subscribed to; rows stay, a statement is made of them.

create table subscription (
    subscription_id uuid primary key,
    iys_code bigint references provider (iys_code),
    partner_code bigint references partner (partner_code),
    package text not null
        check (package in (
            'TEMEL', 'ILETI-5', 'ILETI-25', 'ILETI-75', 'ILETI-150', 'ILETI-250', 'ILETI+', 'IO-API'
        )),
    level smallint not null check (level between 0 and 2),
    starts_at timestamptz not null,
    ends_at timestamptz not null,        -- exclusive
    state text not null default 'ACTIVE' check (state in ('ACTIVE', 'PAUSED', 'CLOSED')),
    address_limit bigint not null check (address_limit >= 0),
    may_exceed boolean not null,         -- a new address past the limit is taken in all the same
    changed_in bigint not null,
    check (num_nonnulls(iys_code, partner_code) = 1),
    check (ends_at >= starts_at)
);
create unique index subscription_of_provider on subscription (iys_code, starts_at)
    where iys_code is not null;
create unique index subscription_of_partner on subscription (partner_code, starts_at)
    where partner_code is not null;
create index subscription_changed on subscription (changed_in);
