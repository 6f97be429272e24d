-- How a company comes into the registry, and what it is in it. Who signs for it is sealed; the number
-- by which it pays taxes is a person's for a tradesman, so it is sealed too and found by a tag.

alter table provider
    add column state text not null default 'ACTIVE'
        check (state in ('ACTIVE', 'SUSPENDED', 'CLOSED')),
    add column kind text check (kind in ('TACIR', 'ESNAF')),
    add column mersis text,
    add column tin_tag uuid;
create unique index provider_mersis on provider (mersis) where state <> 'CLOSED';
create unique index provider_tin on provider (tin_tag) where state <> 'CLOSED';

-- the service agreement, by versions: what is accepted is never changed
create table agreement (
    version integer primary key generated always as identity,
    text_tr text not null,
    text_en text not null,
    digest bytea not null,               -- SHA-256 of both texts
    published_at timestamptz not null default now()
);

create table application (
    application_id uuid primary key,
    state text not null default 'DRAFT'
        check (state in ('DRAFT', 'SUBMITTED', 'DOCUMENT_CHECK', 'SIGNATURE_PENDING', 'ACTIVE')),
    kind text not null check (kind in ('TACIR', 'ESNAF')),
    title text not null,
    brand_name text not null,
    mersis text,
    tin_tag uuid not null,
    is_joint boolean not null,           -- all signatories have to accept, not one of them
    contact_sealed bytea not null,       -- tax number, e-mail, phone
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now(),
    iys_code bigint unique references provider (iys_code)
);
create index application_open on application (state, changed_at);

create table signatory (
    application_id uuid not null references application (application_id),
    place smallint not null,             -- 1, 2, …
    person_sealed bytea not null,
    agreement_version integer references agreement (version),
    accepted_at timestamptz,
    primary key (application_id, place),
    check ((agreement_version is null) = (accepted_at is null))
);
