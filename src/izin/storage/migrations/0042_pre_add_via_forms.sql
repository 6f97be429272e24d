-- Forms by which the registry takes consents for a company. What was decided about never changes.
create table via_form (
    form_id integer generated always as identity (start with 1000) primary key,
    iys_code integer not null references provider,
    name text not null,
    made_at timestamptz not null default now()
);
create index via_form_of on via_form (iys_code, form_id);

create table via_form_version (
    form_id integer not null references via_form,
    version smallint not null,
    iys_code integer not null,
    state text not null default 'DRAFT' check (
        state in ('DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED')
    ),
    kind text not null check (kind in ('OTP', 'SHORTURL', 'APPROVALURL')),
    brands integer[] not null,
    channels text[] not null,
    texts text not null,
    digest bytea not null check (octet_length(digest) = 32),
    reason text not null default '',
    changed_at timestamptz not null default now(),
    primary key (form_id, version)
);
-- one at a time is worked on
create unique index via_form_open on via_form_version (form_id) where state in ('DRAFT', 'SUBMITTED');
create index via_form_by_state on via_form_version (state, changed_at);

create function keep_via_form() returns trigger language plpgsql as $$
begin
    if old.state in ('APPROVED', 'REJECTED') then
        raise insufficient_privilege using message = 'a form that was decided about stays as it is';
    end if;
    if (new.form_id, new.version, new.iys_code) is distinct from (old.form_id, old.version, old.iys_code)
        or (old.state <> 'DRAFT'
            and (new.kind, new.brands, new.channels, new.texts, new.digest)
                is distinct from (old.kind, old.brands, old.channels, old.texts, old.digest))
    then
        raise insufficient_privilege using message = 'what is looked at is not written to';
    end if;
    if current_user = 'izin_web' and new.state in ('APPROVED', 'REJECTED') then
        raise insufficient_privilege using message = 'the registry alone approves a form';
    end if;
    return new;
end
$$;
create trigger via_form_version_kept before update on via_form_version
    for each row execute function keep_via_form();
revoke all on function keep_via_form() from public;
