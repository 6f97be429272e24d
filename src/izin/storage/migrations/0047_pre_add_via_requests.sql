-- A message may wake whoever waits to hear that it has arrived, or will not: by a job, in the
-- transaction of that word.
alter table message add column wakes text, add column wakes_with bytea;

-- Requests by which the registry takes a consent for a company. To whom, who asked, every text's
-- version and what became of each message is sealed; what a company says of a person, apart.
create table via_request (
    request_id uuid primary key,
    iys_code integer not null,
    form_id integer not null,
    form_version smallint not null,
    verification text not null,
    step text not null,
    tries smallint not null default 0,
    recipient_tag uuid not null,         -- the company's own of this address
    etk_proof_id uuid,
    kvk_proof_id uuid,
    link_tag uuid unique,
    opened_at timestamptz,
    body_sealed bytea not null,
    person_sealed bytea,
    started_at timestamptz not null default now(),
    due_at timestamptz,                  -- from when on its step is over by itself
    ended_at timestamptz,
    foreign key (form_id, form_version) references via_form_version (form_id, version),
    constraint via_request_waits check ((due_at is null) = (ended_at is not null))
);
create index via_request_due on via_request (due_at) where due_at is not null;
create index via_request_of on via_request (iys_code, recipient_tag, started_at);
create index via_request_unmet on via_request (ended_at)
    where ended_at is not null and step <> 'DONE';

-- the seven steps, none of which is skipped: no code before the notice has arrived, nothing
-- recorded without the code or the page
create function keep_via_steps() returns trigger language plpgsql as $$
begin
    if new.step <> old.step and not (old.step, new.step) in (
        ('NOTICE', 'CODE'), ('NOTICE', 'UNSENT'), ('NOTICE', 'WITHDRAWN'),
        ('CODE', 'DONE'), ('CODE', 'LOCKED'), ('CODE', 'UNSENT'), ('CODE', 'EXPIRED'), ('CODE', 'WITHDRAWN'),
        ('LINK', 'OPENED'), ('LINK', 'UNSENT'), ('LINK', 'EXPIRED'), ('LINK', 'WITHDRAWN'),
        ('OPENED', 'DONE'), ('OPENED', 'EXPIRED'), ('OPENED', 'WITHDRAWN')
    ) then
        raise check_violation using message = format('no step leads from %s to %s', old.step, new.step);
    end if;
    return new;
end
$$;
revoke all on function keep_via_steps() from public;
create trigger via_request_steps before update on via_request
    for each row execute function keep_via_steps();

-- what companies have left of what they have paid for; -1 has no end
create table via_plan (
    iys_code integer primary key references provider,
    plan_id uuid not null,
    name text not null,
    starts_at timestamptz not null,
    ends_at timestamptz not null,
    credit integer not null check (credit >= -1),
    used integer not null default 0
);
