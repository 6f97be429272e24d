-- owns: pass_template, pass_request, pass_subscription

-- name: submit
-- Writes the first version of a text; nothing is given where its number is taken.
-- $1 template_id · $2 iys_code · $3 kind · $4 language · $5 body_tr · $6 body_en · $7 subject_tr
-- $8 subject_en · gives version
insert into pass_template (
    template_id, version, iys_code, kind, language, body_tr, body_en, subject_tr, subject_en
)
values ($1, 1, $2, $3, $4, $5, $6, $7, $8)
on conflict do nothing
returning version

-- name: submit_again
-- Writes the next version of a text that is the company's and of this kind; else nothing is given.
-- parameters as above · gives version
insert into pass_template (
    template_id, version, iys_code, kind, language, body_tr, body_en, subject_tr, subject_en
)
select $1, max(old.version) + 1, $2, $3, $4, $5, $6, $7, $8
from pass_template as old
where old.template_id = $1 and old.iys_code = $2 and old.kind = $3
having count(*) > 0
on conflict do nothing
returning version

-- name: templates_of
-- A company's texts, the newest first. $1 iys_code · $2 limit · index pass_template_of_company
select
    template_id, version, iys_code, kind, language, body_tr, body_en, subject_tr, subject_en,
    state, note, submitted_at, decided_at
from pass_template
where iys_code = $1
order by template_id desc, version desc
limit $2

-- name: templates_in
-- Texts of a state, what has waited longest first. $1 state · $2 limit · index pass_template_waiting
select
    template_id, version, iys_code, kind, language, body_tr, body_en, subject_tr, subject_en,
    state, note, submitted_at, decided_at
from pass_template
where state = $1
order by submitted_at
limit $2

-- name: template
-- $1 template_id · $2 version · index pass_template_pkey
select
    template_id, version, iys_code, kind, language, body_tr, body_en, subject_tr, subject_en,
    state, note, submitted_at, decided_at
from pass_template
where template_id = $1 and version = $2

-- name: approved
-- The newest version of a company's text that the registry has approved.
-- $1 template_id · $2 iys_code · $3 kind · index pass_template_pkey
select
    template_id, version, iys_code, kind, language, body_tr, body_en, subject_tr, subject_en,
    state, note, submitted_at, decided_at
from pass_template
where template_id = $1 and iys_code = $2 and kind = $3 and state = 'APPROVED'
order by version desc
limit 1

-- name: decide
-- What the registry says of a text that waits, once.
-- $1 template_id · $2 version · $3 state · $4 note · gives iys_code
update pass_template
set state = $3, note = $4, decided_at = now()
where template_id = $1 and version = $2 and state = 'SUBMITTED'
returning iys_code

-- name: take_credit
-- Take one, if there is one. $1 iys_code · locks the row · index pass_subscription_of_company
update pass_subscription
set used = used + 1
where
    iys_code = $1 and starts_at <= now() and ends_at > now()
    and (credit = -1 or used < credit)
returning used

-- name: subscription
-- $1 iys_code · index pass_subscription_of_company
select
    subscription_id, iys_code, package, credit, used, auto_renewal,
    starts_at, ends_at, created_at, changed_at
from pass_subscription
where iys_code = $1

-- name: subscribe
-- Writes what a company has bought, or adds to it.
-- $1 subscription_id · $2 iys_code · $3 package · $4 credit, -1 unlimited · $5 ends_at
insert into pass_subscription as had (subscription_id, iys_code, package, credit, ends_at)
values ($1, $2, $3, $4, $5)
on conflict (iys_code) do update set
    package = excluded.package,
    credit = case
        when excluded.credit = -1 then -1 else greatest(had.credit, had.used) + excluded.credit
    end,
    ends_at = excluded.ends_at,
    changed_at = now()

-- name: enter
-- $1 request_id · $2 iys_code · $3 kind · $4 template_id · $5 template_version · $6 proof_id
-- $7 link_tag or null · $8 asked_sealed · $9 good_until · $10 recipient_tag
insert into pass_request (
    request_id, iys_code, kind, template_id, template_version, proof_id, link_tag, asked_sealed,
    good_until, recipient_tag
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: one
-- A company's request. $1 request_id · $2 iys_code · index pass_request_pkey
select
    request_id, iys_code, kind, template_id, template_version, proof_id, state, started_at,
    good_until, ended_at, wrong_at, asked_sealed, given_sealed
from pass_request
where request_id = $1 and iys_code = $2

-- name: whose
-- Of which company a request is, as row-level security lets whoever acts see it. $1 request_id
select iys_code from pass_request where request_id = $1

-- name: linked
-- The request of a link. $1 link_tag · index pass_request_link_tag_key
select
    request_id, iys_code, kind, template_id, template_version, proof_id, state, started_at,
    good_until, ended_at, wrong_at, asked_sealed, given_sealed
from pass_request
where link_tag = $1

-- name: companies
-- Every company that had an address verified, one step of the index each. index pass_request_of
with recursive each (iys_code) as (
    (
        select iys_code
        from pass_request
        where recipient_tag is not null
        order by iys_code
        limit 1
    )
    union all
    select (
        select next.iys_code
        from pass_request as next
        where next.recipient_tag is not null and next.iys_code > each.iys_code
        order by next.iys_code
        limit 1
    )
    from each
    where each.iys_code is not null
)
select iys_code
from each
where iys_code is not null

-- name: of_address
-- What was confirmed or denied under any of these companies' tags of an address, newest first.
-- $1 iys_code[n] · $2 recipient_tag[n] · $3 limit · index pass_request_of
select
    request_id, iys_code, kind, template_id, template_version, proof_id, state, started_at,
    good_until, ended_at, wrong_at, asked_sealed, given_sealed
from unnest($1::integer[], $2::uuid[]) as each (iys_code, recipient_tag)
join pass_request using (iys_code, recipient_tag)
where state <> 'STARTED' and recipient_tag is not null
order by started_at desc
limit $3::integer

-- name: end_of
-- What went there is good for nothing any more. $1 iys_code[n] · $2 recipient_tag[n]
-- index pass_request_of · locks the rows
update pass_request
set good_until = now()
where request_id = any (array(
    select open.request_id
    from unnest($1::integer[], $2::uuid[]) as each (iys_code, recipient_tag)
    join pass_request as open using (iys_code, recipient_tag)
    where open.state = 'STARTED' and open.good_until > now() and open.recipient_tag is not null
    order by open.request_id
    for no key update of open
))

-- name: finish
-- Once, as long as it is good for what it was when it was read. $1 request_id · $2 state
-- $3 given_sealed · $4 good_until · gives request_id
update pass_request
set state = $2, given_sealed = $3, ended_at = clock_timestamp()
where request_id = $1 and state = 'STARTED' and good_until = $4
returning request_id

-- name: wrong
-- $1 request_id · gives request_id, unless it is over
update pass_request
set wrong_at = wrong_at || clock_timestamp()
where request_id = $1 and state = 'STARTED'
returning request_id

-- name: forget
-- $1 before · $2 limit · index pass_request_by_age
delete from pass_request
where request_id = any (array(
    select old.request_id
    from pass_request as old
    where old.started_at < $1
    order by old.started_at
    limit $2::integer
))
