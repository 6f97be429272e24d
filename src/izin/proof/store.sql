-- owns: proof, budget

-- name: spend
-- Take of each budget, one or several; a window that is over begins anew. In the order of their keys, so that
-- nobody waits in a circle.
-- $1 kinds · $2 tags · $3 seconds of their windows · $4 how many of each
-- gives (kind, used, retry_after_s) · index budget_pkey · locks its rows
insert into budget as had (kind, tag, window_s, used)
select each.kind, each.tag, each.window_s, each.used
from unnest($1::text[], $2::uuid[], $3::integer[], $4::integer[]) as each (kind, tag, window_s, used)
order by each.kind, each.tag
on conflict (kind, tag) do update set
    used = case
        when had.window_started_at <= now() - make_interval(secs => had.window_s) then excluded.used
        else had.used + excluded.used
    end,
    window_started_at = case
        when had.window_started_at <= now() - make_interval(secs => had.window_s) then now()
        else had.window_started_at
    end,
    window_s = excluded.window_s
returning
    kind,
    used,
    greatest(1, ceil(extract(
        epoch from window_started_at + make_interval(secs => window_s) - now()
    )))::integer as retry_after_s

-- name: had
-- How much of each budget is gone. $1 kinds · $2 tags
-- gives (kind, used, retry_after_s) · index budget_pkey
select
    budget.kind,
    budget.used,
    greatest(1, ceil(extract(
        epoch from budget.window_started_at + make_interval(secs => budget.window_s) - now()
    )))::integer as retry_after_s
from unnest($1::text[], $2::uuid[]) as each (kind, tag)
join budget on budget.kind = each.kind and budget.tag = each.tag
where budget.window_started_at > now() - make_interval(secs => budget.window_s)

-- name: enter
-- $1 proof_id · $2 purpose · $3 recipient_tag · $4 sender_tag · $5 is_paid · $6 code_hash
-- $7 good_until · $8 kinds, $9 tags of the budgets that are given back for a right code
insert into proof (
    proof_id, purpose, recipient_tag, sender_tag, is_paid, code_hash, good_until,
    back_kinds, back_tags
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: outcomes
-- Of what was sent for money in the last hour, the newest: how much is over, and how much of that
-- was a right code. $1 sender_tag · $2 limit · gives (settled, confirmed) · index proof_paid
select count(*) as settled, count(latest.used_at) as confirmed
from (
    select proof.used_at, proof.good_until
    from proof
    where
        proof.sender_tag = $1 and proof.is_paid
        and proof.made_at > now() - interval '1 hour'
    order by proof.made_at desc
    limit $2::integer
) as latest
where latest.used_at is not null or latest.good_until <= now()

-- name: whose
-- $1 proof_id · gives (recipient_tag)
select recipient_tag
from proof
where proof_id = $1

-- name: try_code
-- Use a code up, or count that it was wrong: one of fifty at once is the first. Nothing is given of
-- one that is over, was used, or was tried as often as it may.
-- $1 proof_id · $2 purpose · $3 code_hash · $4 tries
-- gives (is_right, tries_left, back_kinds, back_tags, made_at)
update proof
set
    tries = tries + 1,
    used_at = case when code_hash = $3::bytea then now() end
where
    proof_id = $1 and purpose = $2
    and used_at is null and tries < $4::smallint and good_until > now()
returning
    used_at is not null as is_right,
    $4::smallint - tries as tries_left,
    back_kinds,
    back_tags,
    made_at

-- name: give_back
-- Let one of each budget be had again, of the windows in which it was taken.
-- $1 kinds · $2 tags · $3 when · index budget_pkey · locks its rows in the order given
update budget
set used = greatest(0, budget.used - 1)
from unnest($1::text[], $2::uuid[]) as each (kind, tag)
where
    budget.kind = each.kind and budget.tag = each.tag
    and budget.window_started_at <= $3::timestamptz

-- name: forget
-- $1 before · $2 limit · index proof_by_age
delete from proof
where proof_id = any (array(
    select old.proof_id
    from proof as old
    where old.made_at < $1
    order by old.made_at
    limit $2::integer
))

-- name: forget_budgets
-- $1 limit · index budget_by_age
delete from budget
where (kind, tag) in (
    select old.kind, old.tag
    from budget as old
    where old.window_started_at < now() - interval '2 days'
    order by old.window_started_at
    limit $1::integer
)
