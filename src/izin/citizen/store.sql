-- owns: citizen_session, citizen_act, number_word, number_claim

-- name: put
-- $1 session_tag · $2 body_sealed · $3 is_open · $4 idle_until · $5 good_until · $6 number_tags
insert into citizen_session (
    session_tag, body_sealed, is_open, idle_until, good_until, number_tags
)
values ($1, $2, $3, $4, $5, $6)

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
-- $1 session_tag · $2 body_sealed · $3 number_tags
update citizen_session set body_sealed = $2, number_tags = $3 where session_tag = $1

-- name: keep
-- Written once a minute at most. $1 session_tag · $2 idle_until
update citizen_session
set idle_until = $2
where session_tag = $1 and idle_until < $2::timestamptz - interval '1 minute'

-- name: end
-- $1 session_tag
delete from citizen_session where session_tag = $1

-- name: end_others
-- Every session that has shown a number by a code, but for one. $1 number_tag
-- $2 session_tag; null: every one · index citizen_session_by_number
delete from citizen_session
where number_tags @> array[$1::uuid] and session_tag is distinct from $2::uuid

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
