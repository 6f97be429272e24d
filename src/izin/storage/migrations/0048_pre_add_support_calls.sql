-- The call centre: an agent's calls, each open for one caller at most as long as it is told. Who calls
-- is sealed, and gone when the call ends. What was read aloud before each change stays, sealed as well.
create table support_call (
    call_id uuid primary key,
    agent uuid not null references member (member_id),
    body_sealed bytea,
    read_sealed bytea,
    started_at timestamptz not null default now(),
    identified_at timestamptz,
    good_until timestamptz not null,
    ended_at timestamptz,
    ended_how text check (ended_how in ('WRAPPED', 'LATE')),
    note text,
    check ((ended_at is null) = (body_sealed is not null)),
    check ((ended_at is null) = (ended_how is null))
);
create unique index support_call_open on support_call (agent) where ended_at is null;
create index support_call_late on support_call (good_until) where ended_at is null;
create index support_call_of_agent on support_call (agent, started_at);
create index support_call_by_age on support_call (started_at);

-- how much there is to do, for whoever may not know of whom
create view support_figures as
select
    count(*) filter (where ended_at is null and good_until > now() and identified_at is null)
        as waiting,
    count(*) filter (where ended_at is null and good_until > now() and identified_at is not null)
        as speaking,
    coalesce(max(extract(epoch from now() - started_at)) filter (
        where ended_at is null and good_until > now()
    ), 0)::integer as longest_s,
    count(*) as today,
    coalesce(avg(extract(epoch from ended_at - started_at)), 0)::integer as mean_s
from support_call
where started_at > now() - interval '1 day';

-- agents are the registry's own, and only that: at the desk they have no role
alter table member
    drop constraint member_role_check,
    add constraint member_role_check
        check (role in ('OWNER', 'MANAGER', 'OPERATOR', 'VIEWER', 'AGENT')),
    add constraint member_agent_is_the_registrys
        check (role <> 'AGENT' or num_nonnulls(iys_code, partner_code, intermediary_code) = 0);
