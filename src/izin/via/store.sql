-- owns: via_form, via_form_version, via_request

-- name: make
-- $1 iys_code · $2 name · gives form_id
insert into via_form (iys_code, name)
values ($1, $2)
returning form_id

-- name: draft
-- A version, in the place of the draft that is open. $1 form_id · $2 version · $3 iys_code · $4 kind
-- $5 brands · $6 channels · $7 texts · $8 digest · $9 domains
insert into via_form_version as open (
    form_id, version, iys_code, kind, brands, channels, texts, digest, domains
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (form_id, version) do update set
    kind = excluded.kind,
    brands = excluded.brands,
    channels = excluded.channels,
    texts = excluded.texts,
    digest = excluded.digest,
    domains = excluded.domains,
    changed_at = now()

-- name: newest
-- A form's newest version, which nobody else changes until the commit. $1 form_id
-- index via_form_version_pkey · locks the form
select
    v.form_id, v.version, v.iys_code, f.name, v.state, v.kind, v.brands, v.channels, v.domains,
    v.texts, v.reason, v.changed_at
from via_form as f
join via_form_version as v using (form_id)
where f.form_id = $1
order by v.version desc
limit 1
for no key update of v

-- name: move
-- $1 form_id · $2 version · $3 state · $4 reason
update via_form_version
set state = $3, reason = $4, changed_at = now()
where form_id = $1 and version = $2

-- name: approved
-- The version that is in force. $1 form_id · index via_form_version_pkey
select
    v.form_id, v.version, v.iys_code, f.name, v.state, v.kind, v.brands, v.channels, v.domains,
    v.texts, v.reason, v.changed_at
from via_form as f
join via_form_version as v using (form_id)
where f.form_id = $1 and v.state = 'APPROVED'
order by v.version desc
limit 1

-- name: one
-- $1 form_id · $2 version · index via_form_version_pkey
select
    v.form_id, v.version, v.iys_code, f.name, v.state, v.kind, v.brands, v.channels, v.domains,
    v.texts, v.reason, v.changed_at
from via_form as f
join via_form_version as v using (form_id)
where f.form_id = $1 and v.version = $2

-- name: of_company
-- All versions of a company's forms, newest first. $1 iys_code · $2 limit · index via_form_of
select
    v.form_id, v.version, v.iys_code, f.name, v.state, v.kind, v.brands, v.channels, v.domains,
    v.texts, v.reason, v.changed_at
from via_form as f
join via_form_version as v using (form_id)
where f.iys_code = $1
order by v.form_id desc, v.version desc
limit $2::integer

-- name: in_state
-- Versions in a state, what has waited longest first. $1 state · $2 limit · index via_form_by_state
select
    v.form_id, v.version, v.iys_code, f.name, v.state, v.kind, v.brands, v.channels, v.domains,
    v.texts, v.reason, v.changed_at
from via_form_version as v
join via_form as f using (form_id)
where v.state = $1
order by v.changed_at, v.form_id, v.version
limit $2::integer

-- name: begin
-- $1 request_id · $2 iys_code · $3 form_id · $4 form_version · $5 verification · $6 step
-- $7 recipient_tag · $8 link_tag or null · $9 body_sealed · $10 person_sealed or null · $11 due_at
-- $12 titles · $13 credits that it holds back
insert into via_request (
    request_id, iys_code, form_id, form_version, verification, step, recipient_tag, link_tag,
    body_sealed, person_sealed, due_at, titles, held
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)

-- name: request
-- A request as it stands. $1 request_id · index via_request_pkey
select
    request_id, iys_code, form_id, form_version, verification, step, tries, etk_proof_id,
    kvk_proof_id, opened_at, body_sealed, person_sealed, started_at, due_at, ended_at
from via_request
where request_id = $1

-- name: held_request
-- The same; nobody else changes it until the commit. $1 request_id · locks the row
select
    request_id, iys_code, form_id, form_version, verification, step, tries, etk_proof_id,
    kvk_proof_id, opened_at, body_sealed, person_sealed, started_at, due_at, ended_at
from via_request
where request_id = $1
for no key update

-- name: of_recipient
-- A company's requests to one address that were answered, newest first. $1 iys_code
-- $2 recipient_tag · $3 limit · index via_request_of
select
    request_id, iys_code, form_id, form_version, verification, step, tries, etk_proof_id,
    kvk_proof_id, opened_at, body_sealed, person_sealed, started_at, due_at, ended_at
from via_request
where
    iys_code = $1 and recipient_tag = $2
    and (step = 'DONE' or etk_done_at is not null or kvk_done_at is not null)
order by started_at desc
limit $3::integer

-- name: ask
-- The notice has arrived, and the codes are on their way. $1 request_id · $2 etk_proof_id or null
-- $3 kvk_proof_id or null · $4 due_at
update via_request
set step = 'CODE', etk_proof_id = $2, kvk_proof_id = $3, due_at = $4
where request_id = $1

-- name: miss
-- A wrong code was given; the last one of those that may be locks. $1 request_id · $2 most tries
-- gives tries
update via_request
set
    tries = tries + 1,
    step = case when tries + 1 >= $2::smallint then 'LOCKED' else step end,
    due_at = case when tries + 1 >= $2::smallint then null else due_at end,
    ended_at = case when tries + 1 >= $2::smallint then now() end
where request_id = $1
returning tries

-- name: answer
-- Some of what a request asks for is answered, or the last of it. $1 request_id · $2 body_sealed
-- $3 whether ETK is, $4 whether KVK is · $5 whether nothing is left
-- $6 credits taken for it
update via_request
set
    held = greatest(0, held - $6::smallint),
    body_sealed = $2,
    etk_done_at = case when $3 then now() else etk_done_at end,
    kvk_done_at = case when $4 then now() else kvk_done_at end,
    step = case when $5 then 'DONE' else step end,
    due_at = case when $5 then null else due_at end,
    ended_at = case when $5 then now() end
where request_id = $1

-- name: give_up
-- $1 request_id · $2 step
update via_request
set step = $2, due_at = null, ended_at = now()
where request_id = $1

-- name: end_of
-- What these are asked is over, whatever it waits for. $1 iys_code[n] · $2 recipient_tag[n]
-- $3 only what asks for messages and has no answer to that · index via_request_of · locks the rows
update via_request
set step = 'REFUSED', due_at = null, ended_at = now()
where request_id = any (array(
    select open.request_id
    from unnest($1::integer[], $2::uuid[]) as each (iys_code, recipient_tag)
    join via_request as open using (iys_code, recipient_tag)
    where
        open.due_at is not null
        and (not $3::boolean or open.titles @> '{ETK}' and open.etk_done_at is null)
    order by open.request_id
    for no key update of open
))

-- name: expire
-- What is overdue is over; nobody is waited for. $1 limit · index via_request_due
update via_request
set
    step = case when step = 'NOTICE' then 'UNSENT' else 'EXPIRED' end,
    due_at = null,
    ended_at = now()
where request_id = any (array(
    select overdue.request_id
    from via_request as overdue
    where overdue.due_at <= now()
    order by overdue.due_at
    limit $1::integer
    for no key update skip locked
))

-- name: forget_unmet
-- What came to nothing is not kept. $1 before · $2 limit · index via_request_nothing_came
delete from via_request
where request_id = any (array(
    select old.request_id
    from via_request as old
    where
        old.ended_at < $1 and old.step <> 'DONE'
        and old.etk_done_at is null and old.kvk_done_at is null
    order by old.ended_at
    limit $2::integer
))

-- name: newest_for
-- The newest form in force that asks for these channels of a brand by a code, and stands on no page:
-- what a page's says to have been told is not true elsewhere. $1 iys_code · $2 brand · $3 channels
-- · gives form_id · index via_form_of
select v.form_id
from via_form_version as v
where
    v.iys_code = $1 and v.state = 'APPROVED' and v.kind = 'OTP'
    and v.brands @> array[$2::integer] and v.channels @> $3::text[] and v.domains = '{}'
    and not exists (
        select from via_form_version as later
        where
            later.form_id = v.form_id and later.version > v.version and later.state = 'APPROVED'
    )
order by v.form_id desc
limit 1

-- name: linked
-- What is behind a link, as it stands. $1 link_tag · index via_request_link_tag_key
select
    request_id, iys_code, form_id, form_version, verification, step, tries, etk_proof_id,
    kvk_proof_id, opened_at, body_sealed, person_sealed, started_at, due_at, ended_at
from via_request
where link_tag = $1

-- name: held_link
-- The same; nobody else changes it until the commit. $1 link_tag · locks the row
select
    request_id, iys_code, form_id, form_version, verification, step, tries, etk_proof_id,
    kvk_proof_id, opened_at, body_sealed, person_sealed, started_at, due_at, ended_at
from via_request
where link_tag = $1
for no key update

-- name: open_link
-- She answers at its page. $1 request_id
update via_request
set step = 'OPENED', opened_at = now()
where request_id = $1

-- name: companies
-- Every company that has a form. index via_form_of
select distinct iys_code
from via_form
order by iys_code

-- name: of_address
-- What was answered under any of these companies' tags of an address, newest first.
-- $1 iys_code[n] · $2 recipient_tag[n] · $3 limit · index via_request_of
select
    request_id, iys_code, form_id, form_version, verification, step, tries, etk_proof_id,
    kvk_proof_id, opened_at, body_sealed, person_sealed, started_at, due_at, ended_at
from unnest($1::integer[], $2::uuid[]) as each (iys_code, recipient_tag)
join via_request using (iys_code, recipient_tag)
where step = 'DONE' or etk_done_at is not null or kvk_done_at is not null
order by started_at desc
limit $3::integer

-- name: take_back
-- A word on personal data is taken back, and what was said of the person is erased. $1 request_id
-- $2 body_sealed
update via_request
set body_sealed = $2, person_sealed = null, kvk_back_at = now()
where request_id = $1

-- name: forget_taken_back
-- What was taken back long ago, where it is of nothing else. $1 before · $2 limit
-- index via_request_taken_back
delete from via_request
where request_id = any (array(
    select old.request_id
    from via_request as old
    where old.kvk_back_at < $1 and old.titles = '{KVK}'
    order by old.kvk_back_at
    limit $2::integer
))
