-- A call that no agent has is one of the voice menu; it ends where the menu does, or by itself.
alter table support_call
    alter column agent drop not null,
    drop constraint support_call_ended_how_check,
    add constraint support_call_ended_how_check check (ended_how in ('WRAPPED', 'LATE', 'MENU'));

-- what supervisors see is about agents' work
create or replace view support_figures as
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
where started_at > now() - interval '1 day' and agent is not null;
