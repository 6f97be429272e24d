-- What waits, as numbers alone: for whoever may not read the rows that wait.

create view ledger_backlog as
select
    waiting.movements,                   -- without a number yet; past 10,000 nobody counts on
    waiting.oldest_at,
    (select count(*) from unprojected) as unopened
from (
    select count(*) as movements, min(oldest.recorded_at) as oldest_at
    from (select recorded_at from pending order by event_id limit 10001) as oldest
) as waiting;

create view job_backlog as
select
    count(*) filter (where failed_at is null) as waiting,
    count(*) filter (where failed_at is not null) as given_up,
    min(run_at) filter (where failed_at is null and run_at <= now()) as due_since
from job;
