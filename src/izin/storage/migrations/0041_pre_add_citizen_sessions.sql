-- A citizen at the registry's own pages, as long as she is there: which address she has shown to be
-- hers is sealed.
create table citizen_session (
    session_tag uuid primary key,
    body_sealed bytea not null,
    is_open boolean not null,
    opened_at timestamptz not null default now(),
    idle_until timestamptz not null,
    good_until timestamptz not null
);
create index citizen_session_by_age on citizen_session (good_until);
