-- Partners act for companies by mandates. A mandate is never changed but to be revoked: each movement
-- names the one under which it came.

create table partner (
    partner_code bigint primary key,
    title text not null,
    kind text not null
        check (kind in ('CRM', 'ERP', 'BULK_SMS_EMAIL', 'CALL_CENTRE', 'OTHER')),
    state text not null default 'APPLIED'
        check (state in (
            'APPLIED', 'MINISTRY_REVIEW', 'AUTHORISED', 'CONTRACTED', 'LIVE', 'SUSPENDED', 'REVOKED'
        )),
    iso22301_until date,
    iso27001_until date,                 -- of a body that is accredited for it
    authorisation text,                  -- number of the Ministry's authorisation
    contracted_on date,
    fee_paid_on date,                    -- for access to the live system
    changed_in bigint not null
);

create table mandate (
    mandate_id uuid primary key,
    partner_code bigint not null references partner (partner_code),
    iys_code bigint not null references provider (iys_code),
    brand_code bigint not null references brand (brand_code),
    scope text not null check (scope in ('ARAMA', 'MESAJ', 'EPOSTA', 'AGREEMENT', 'VIA')),
    can_write boolean not null,
    valid_from timestamptz not null,
    valid_until timestamptz,             -- null: until it is revoked
    granted_by text not null,
    granted_at timestamptz not null default now(),
    revoked_by text,
    revoked_at timestamptz,
    changed_in bigint not null,
    check ((revoked_by is null) = (revoked_at is null)),
    check (valid_until is null or valid_until > valid_from)
);
create unique index mandate_standing on mandate (partner_code, brand_code, scope)
    where revoked_at is null;
create index mandate_of_brand on mandate (brand_code);
create index mandate_changed on mandate (changed_in);

-- bumped in every transaction that gives or takes back a mandate: companies do so themselves, and
-- hold up no other change of the parties
create table mandate_head (
    one boolean primary key default true check (one),
    version bigint not null default 0
);
insert into mandate_head default values;

-- a user is a company's or a partner's
alter table api_user
    add column partner_code bigint references partner (partner_code),
    alter column iys_code drop not null,
    add constraint api_user_of_one check ((iys_code is null) <> (partner_code is null));
