-- owns: message

-- name: enter
-- Nothing happens, and nothing is given, where the once_key is there already.
-- $1 message_id · $2 medium · $3 words · $4 words_version · $5 sealed · $6 once_key or null
-- $7 good_until · $8 job that is left when its end is known, or null · $9 that job's payload
-- gives message_id
insert into message (
    message_id, medium, words, words_version, sealed, once_key, good_until, wakes, wakes_with
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (once_key) do nothing
returning message_id

-- name: waiting
-- $1 message_id · gives (sealed, is_over) · locks the row
select sealed, good_until <= now() as is_over
from message
where message_id = $1 and state = 'WAITING'
for update

-- name: sent
-- $1 message_id · $2 supplier · $3 supplier_ref or null · gives (wakes, wakes_with)
update message
set state = 'SENT', sealed = null, sent_at = now(), supplier = $2, supplier_ref = $3
where message_id = $1 and state = 'WAITING'
returning wakes, wakes_with

-- name: end_unsent
-- $1 message_id · $2 state · gives (wakes, wakes_with)
update message
set state = $2, sealed = null, ended_at = now()
where message_id = $1 and state = 'WAITING'
returning wakes, wakes_with

-- name: note
-- What a supplier says of what it took; the first word counts. Its clock may know minutes alone:
-- when we heard of it orders it among the rest. index message_by_ref
-- $1 supplier · $2 supplier_ref · $3 state · $4 instant · gives (wakes, wakes_with)
update message
set state = $3, ended_at = greatest(clock_timestamp(), sent_at), supplier_at = $4
where supplier = $1 and supplier_ref = $2 and state = 'SENT'
returning wakes, wakes_with

-- name: standing
-- $1 message_ids
-- gives (message_id, state, words, words_version, sent_at, ended_at, supplier_at)
select message_id, state, words, words_version, sent_at, ended_at, supplier_at
from message
where message_id = any ($1::uuid[])

-- name: standing_of
-- $1 once_keys · index message_once_key_key
-- gives (once_key, medium, message_id, state, words, words_version, sent_at, ended_at, supplier_at)
select
    once_key,
    medium,
    message_id,
    state,
    words,
    words_version,
    sent_at,
    ended_at,
    supplier_at
from message
where once_key = any ($1::uuid[])

-- name: forget
-- $1 before · $2 limit · index message_by_age
delete from message
where message_id = any (array(
    select old.message_id
    from message as old
    where old.written_at < $1 and old.state <> 'WAITING'
    order by old.written_at
    limit $2::integer
))
