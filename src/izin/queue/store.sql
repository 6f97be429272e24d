-- owns: job

-- name: put
-- $1 name · $2 payload · $3 once_key or null · nothing happens when the once_key waits already
-- $4 lane or null · $5 does it lead, so that what follows in its lane waits for it · $6 does it
-- follow
insert into job (name, payload, once_key, lane, leads, follows)
values ($1, $2, $3, $4, $5, $6)
on conflict (once_key) do nothing

-- name: claim
-- Takes the jobs that are due and nobody works on, as they came.
-- What follows in a lane waits until all that led before it there has committed, but for what is
-- tried for the third time or given up: nobody's refusals shall wait for what cannot be done.
-- $1 how many · $2 seconds of lease · $3 names
-- gives (job_id, name, payload, attempts) · indexes job_due, job_leading · locks the rows it takes
update job
set claimed_until = now() + make_interval(secs => $2::double precision), attempts = attempts + 1
where job_id = any (array(
    select due.job_id
    from job as due
    where
        due.run_at <= now()
        and due.name = any ($3::text[])
        and (due.claimed_until is null or due.claimed_until < now())
        and not (due.follows and exists (
            select from job as before
            where
                before.lane = due.lane and before.leads and before.job_id < due.job_id
                and before.failed_at is null and before.attempts < 3
        ))
    order by due.run_at, due.job_id
    limit $1::integer
    for update skip locked
))
returning job_id, name, payload, attempts

-- name: claim_following
-- The same, of jobs that only follow.
-- What follows in a lane waits until all that led before it there has committed, but for what is
-- tried for the third time or given up: nobody's refusals shall wait for what cannot be done.
-- $1 how many · $2 seconds of lease · $3 names
-- gives (job_id, name, payload, attempts) · indexes job_following, job_leading · locks the rows it takes
update job
set claimed_until = now() + make_interval(secs => $2::double precision), attempts = attempts + 1
where job_id = any (array(
    select due.job_id
    from job as due
    where
        due.run_at <= now()
        and due.name = any ($3::text[])
        and (due.claimed_until is null or due.claimed_until < now())
        and due.follows and not due.leads
        and not (due.follows and exists (
            select from job as before
            where
                before.lane = due.lane and before.leads and before.job_id < due.job_id
                and before.failed_at is null and before.attempts < 3
        ))
    order by due.run_at, due.job_id
    limit $1::integer
    for update skip locked
))
returning job_id, name, payload, attempts

-- name: backlog
-- How much waits, how much was given up for an hour, since when something is due: numbers alone.
-- gives (waiting, given_up, due_since)
select waiting, given_up, due_since
from job_backlog

-- name: now
-- When the transaction began, by the clock that all processes share
select now() as now

-- name: bear_locks
-- For this transaction. $1 how long one waits for a row, with its unit
select set_config('lock_timeout', $1::text, true) as lock_timeout

-- name: finish
-- The number of attempts is the claim's: whoever claimed it later has another one.
-- $1 job_id · $2 attempts of the claim · locks the row, so that nobody claims it meanwhile
delete from job where job_id = $1::bigint and attempts = $2::smallint

-- name: retry
-- $1 job_id · $2 attempts of the claim · $3 seconds to wait · $4 attempts it counts as at most
update job
set
    claimed_until = null, run_at = now() + make_interval(secs => $3::double precision),
    attempts = least(attempts, $4::smallint)
where job_id = $1::bigint and attempts = $2::smallint

-- name: bury
-- Dead letter: kept, shown, tried once more after a while.
-- $1 job_id · $2 attempts of the claim · $3 why · $4 seconds to wait · $5 attempts it counts as
update job
set
    failed_at = now(), failure = $3::text, claimed_until = null,
    run_at = now() + make_interval(secs => $4::double precision), attempts = $5::smallint
where job_id = $1::bigint and attempts = $2::smallint

-- name: buried
-- $1 limit
select job_id, name, attempts, failed_at, failure
from job
where failed_at is not null
order by failed_at desc
limit $1::integer
