-- The trail of changes of parties, users, rights and keys. Nobody is granted to change or to delete
-- a row of it. When it was written and under which role the database says, whatever the writer does.

create table audit_event (
    audit_id bigint primary key generated always as identity,
    happened_at timestamptz not null,
    process text not null,
    principal_kind text not null check (principal_kind in ('api_user', 'operator', 'registry')),
    principal text not null,
    action text not null,
    subject text not null,
    iys_code bigint,                     -- null: the registry's own
    facts jsonb not null
);

create function stamp_audit_event() returns trigger language plpgsql as $$
begin
    new.happened_at := now();
    new.process := current_user;
    return new;
end
$$;
revoke all on function stamp_audit_event() from public;
create trigger stamped before insert on audit_event
    for each row execute function stamp_audit_event();
