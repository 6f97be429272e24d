-- owns: support_call

-- name: begin
-- Begins a call, unless the agent has one that is open.
-- $1 call_id · $2 agent, null: the voice menu · $3 body_sealed · $4 good_until · gives call_id
insert into support_call (call_id, agent, body_sealed, good_until)
values ($1, $2, $3, $4)
on conflict (agent) where ended_at is null do nothing
returning call_id

-- name: open
-- The agent's open call. $1 agent · index support_call_open
select
    call_id, body_sealed, identified_at is not null as is_identified,
    read_sealed is not null as is_changed, started_at, good_until
from support_call
where agent = $1 and ended_at is null and good_until > now()

-- name: open_by_voice
-- An open call of the voice menu. $1 call_id · index support_call_pkey
select
    call_id, body_sealed, identified_at is not null as is_identified,
    read_sealed is not null as is_changed, started_at, good_until
from support_call
where call_id = $1 and agent is null and ended_at is null and good_until > now()

-- name: take
-- Holds a call of the voice menu where it was read, unless another input came before.
-- $1 call_id · $2 body_sealed as it was read · gives call_id · locks the row
select call_id
from support_call
where
    call_id = $1 and body_sealed = $2
    and agent is null and ended_at is null and good_until > now()
for no key update

-- name: go_on
-- Writes how far a call of the voice menu is that is held. $1 call_id · $2 body_sealed
update support_call
set body_sealed = $2
where call_id = $1

-- name: hang_up
-- Ends a call of the voice menu that is held; who called is forgotten. $1 call_id · $2 how
update support_call
set ended_at = now(), ended_how = $2, body_sealed = null
where call_id = $1

-- name: renew
-- Writes anew by which code the caller is checked. $1 call_id · $2 body_sealed
update support_call
set body_sealed = $2
where call_id = $1 and ended_at is null and identified_at is null

-- name: identify
-- Writes that the caller is known. $1 call_id · $2 body_sealed · gives call_id
update support_call
set body_sealed = $2, identified_at = now()
where call_id = $1 and ended_at is null and good_until > now() and identified_at is null
returning call_id

-- name: know_anew
-- Writes anew what is known of a caller. $1 call_id · $2 body_sealed · gives call_id
update support_call
set body_sealed = $2
where call_id = $1 and ended_at is null and good_until > now() and identified_at is not null
returning call_id

-- name: end_by_itself
-- Ends an agent's call whose number is in other hands since. $1 call_id · $2 body_sealed as it was
-- read · gives call_id
update support_call
set ended_at = now(), ended_how = 'LATE', body_sealed = null
where call_id = $1 and body_sealed = $2 and ended_at is null
returning call_id

-- name: finish
-- Ends an agent's call, or notes on one that ended by itself; who called is forgotten.
-- $1 call_id · $2 agent · $3 note · $4 how · $5 ended no earlier than · gives call_id
update support_call
set
    ended_at = coalesce(ended_at, now()),
    ended_how = coalesce(ended_how, $4),
    note = $3,
    body_sealed = null
where
    call_id = $1 and agent = $2 and note is null
    and (ended_at is null or ended_at > $5::timestamptz)
returning call_id

-- name: end_late
-- Calls that are past their time end. $1 limit · index support_call_late · gives (call_id, agent)
update support_call
set ended_at = good_until, ended_how = 'LATE', body_sealed = null
where call_id = any (array(
    select late.call_id
    from support_call as late
    where late.ended_at is null and late.good_until <= now()
    order by late.good_until
    limit $1::integer
    for update skip locked
))
returning call_id, agent

-- name: unnoted
-- The agent's last call that ended by itself without a note. $1 agent · $2 ended no earlier than
-- gives (call_id, ended_at) · index support_call_of_agent
select call_id, ended_at
from support_call
where agent = $1 and ended_how = 'LATE' and note is null and ended_at > $2::timestamptz
order by started_at desc
limit 1

-- name: held
-- A call that is open and whose caller is known. $1 call_id · gives read_sealed · locks the row
select read_sealed
from support_call
where call_id = $1 and ended_at is null and good_until > now() and identified_at is not null
for no key update

-- name: write_read
-- $1 call_id · $2 read_sealed
update support_call
set read_sealed = $2
where call_id = $1

-- name: read_of
-- $1 call_id
select read_sealed
from support_call
where call_id = $1

-- name: forget
-- $1 before · $2 limit · index support_call_by_age
delete from support_call
where call_id = any (array(
    select old.call_id
    from support_call as old
    where old.started_at < $1 and old.ended_at is not null
    order by old.started_at
    limit $2::integer
))

-- name: figures
-- How much there is to do, without anybody's name. gives (waiting, speaking, longest_s, today, mean_s)
select waiting, speaking, longest_s, today, mean_s from support_figures
