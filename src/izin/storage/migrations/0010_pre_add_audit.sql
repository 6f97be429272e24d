-- The trail of changes of parties, users, rights and keys. Nobody is granted to change or to delete
-- a row of it. `process` is the role that wrote it, as the database itself saw it.

create table audit_event (
    audit_id bigint primary key generated always as identity,
    happened_at timestamptz not null default now(),
    process text not null default current_user,
    principal_kind text not null check (principal_kind in ('api_user', 'operator', 'registry')),
    principal text not null,
    action text not null,
    subject text not null,
    iys_code bigint,                     -- null: the registry's own
    facts jsonb not null
);
create index audit_event_company on audit_event (iys_code, audit_id);
