-- Carriers ask before they send; what they were told is kept for three years.

create table intermediary (
    intermediary_code bigint primary key,
    title text not null,
    state text not null default 'REGISTERED'
        check (state in ('REGISTERED', 'INTEGRATED', 'ACTIVE', 'SUSPENDED')),
    changed_in bigint not null
);

alter table api_user
    add column intermediary_code bigint references intermediary (intermediary_code),
    drop constraint api_user_of_one,
    add constraint api_user_of_one
        check (num_nonnulls(iys_code, partner_code, intermediary_code) = 1);

-- one row a question; who was asked about is sealed
create table query_receipt (
    receipt_id uuid not null,
    bucket smallint not null,
    intermediary_code bigint not null,
    brand_code bigint not null,
    asked_at timestamptz not null default now(),
    body_sealed bytea not null,
    primary key (receipt_id, bucket)
);
create index query_receipt_age on query_receipt (asked_at);
