-- owns: citizen_session, citizen_act, number_word, number_claim, number_tenure

-- name: put
-- $1 session_tag · $2 body_sealed · $3 is_open · $4 idle_until · $5 good_until
insert into citizen_session (session_tag, body_sealed, is_open, idle_until, good_until)
values ($1, $2, $3, $4, $5)

-- name: one
-- $1 session_tag · $2 is_open · gives (body_sealed) · index citizen_session_pkey
select body_sealed
from citizen_session
where session_tag = $1 and is_open = $2 and idle_until > now() and good_until > now()

-- name: locked
-- An open one, for whoever is about to change it. $1 session_tag · gives (body_sealed)
-- index citizen_session_pkey · locks its row
select body_sealed
from citizen_session
where session_tag = $1 and is_open and idle_until > now() and good_until > now()
for update

-- name: change
-- $1 session_tag · $2 body_sealed
update citizen_session set body_sealed = $2 where session_tag = $1

-- name: keep
-- Written once a minute at most. $1 session_tag · $2 idle_until
update citizen_session
set idle_until = $2
where session_tag = $1 and idle_until < $2::timestamptz - interval '1 minute'

-- name: end
-- $1 session_tag
delete from citizen_session where session_tag = $1

-- name: hold_numbers
-- Whoever changes what is known of numbers waits here, until the transaction's end. $1 keys, in
-- their order
select pg_advisory_xact_lock(each.key)
from unnest($1::bigint[]) as each (key)

-- name: tenures
-- $1 tags · gives (tag, tenure) · index number_tenure_pkey
select tag, tenure
from number_tenure
where tag = any ($1::uuid[])

-- name: begin_tenures
-- $1 tags, in their order · $2 tenure of each · $3 forget_on · index number_tenure_pkey
-- locks those rows
insert into number_tenure (tag, tenure, forget_on)
select each.tag, each.tenure, $3::date
from unnest($1::uuid[], $2::uuid[]) as each (tag, tenure)
on conflict (tag) do update set
    tenure = excluded.tenure,
    forget_on = excluded.forget_on

-- name: forget_tenures
-- $1 today · $2 limit · index number_tenure_by_age
delete from number_tenure
where tag = any (array(
    select old.tag
    from number_tenure as old
    where old.forget_on <= $1::date
    order by old.forget_on
    limit $2::integer
))

-- name: forget
-- $1 limit · index citizen_session_by_age
delete from citizen_session
where session_tag = any (array(
    select old.session_tag
    from citizen_session as old
    where old.good_until < now()
    order by old.good_until
    limit $1::integer
))

-- name: words
-- What was said of numbers, as far as it is not forgotten. $1 tags · $2 today
-- gives (tag, body_sealed) · index number_word_pkey
select tag, body_sealed
from number_word
where tag = any ($1::uuid[]) and forget_on > $2::date

-- name: keep_words
-- $1 tags · $2 forget_on
update number_word
set forget_on = $2::date
where tag = any ($1::uuid[]) and forget_on < $2::date

-- name: say_word
-- $1 tag · $2 body_sealed · $3 forget_on
insert into number_word (tag, body_sealed, forget_on)
values ($1, $2, $3)
on conflict (tag) do update set
    body_sealed = excluded.body_sealed,
    forget_on = excluded.forget_on

-- name: forget_words
-- $1 today · $2 limit · index number_word_by_age
delete from number_word
where tag = any (array(
    select old.tag
    from number_word as old
    where old.forget_on <= $1::date
    order by old.forget_on
    limit $2::integer
))

-- name: put_claim
-- $1 claim_part · $2 body_sealed · $3 forget_on
insert into number_claim (claim_part, body_sealed, forget_on)
values ($1, $2, $3)

-- name: forget_claims
-- $1 today · $2 limit · index number_claim_by_age
delete from number_claim
where claim_part = any (array(
    select old.claim_part
    from number_claim as old
    where old.forget_on <= $1::date
    order by old.forget_on
    limit $2::integer
))

-- name: hold_acts
-- What somebody has done, to be added to: it stays hers until the commit. $1 doer_tag
-- $2 forget_after · gives (body_sealed) · locks it
insert into citizen_act as kept (doer_tag, forget_after)
values ($1, $2)
on conflict (doer_tag) do update set forget_after = greatest(kept.forget_after, excluded.forget_after)
returning body_sealed

-- name: write_acts
-- $1 doer_tag · $2 body_sealed
update citizen_act
set body_sealed = $2
where doer_tag = $1

-- name: acts
-- $1 doer_tag
select body_sealed
from citizen_act
where doer_tag = $1

-- name: held_acts
-- $1 doer_tag · locks it
select body_sealed
from citizen_act
where doer_tag = $1
for update

-- name: drop_acts
-- $1 doer_tags · index citizen_act_pkey
delete from citizen_act where doer_tag = any ($1::uuid[])

-- name: forget_acts
-- $1 limit · index citizen_act_by_age
delete from citizen_act
where doer_tag = any (array(
    select old.doer_tag
    from citizen_act as old
    where old.forget_after < now()
    order by old.forget_after
    limit $1::integer
))

-- name: unsay
-- $1 tags · index number_word_pkey
delete from number_word where tag = any ($1::uuid[])
