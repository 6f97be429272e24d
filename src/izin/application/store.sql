-- owns: application, signatory, agreement

-- name: put
-- Writes a draft. $1 application_id · $2 kind · $3 title · $4 brand_name · $5 mersis · $6 tin_tag
-- $7 is_joint · $8 contact_sealed
insert into application (
    application_id, kind, title, brand_name, mersis, tin_tag, is_joint, contact_sealed
)
values ($1, $2, $3, $4, $5, $6, $7, $8)

-- name: put_signatories
-- $1 application_id · $2 person_sealed bytea[n], in the order of places
insert into signatory (application_id, place, person_sealed)
select $1::uuid, given.place, given.person_sealed
from unnest($2::bytea[]) with ordinality as given (person_sealed, place)

-- name: is_known
-- Is a company that is not closed known by one of these numbers? $1 mersis or null · $2 tin_tag
select exists (
    select from provider
    where
        provider.state <> 'CLOSED'
        and (provider.mersis = $1::text or provider.tin_tag = $2::uuid)
)

-- name: one
-- An application; it does not change until the commit. $1 application_id · locks it
select
    a.application_id, a.state, a.kind, a.title, a.brand_name, a.mersis, a.is_joint, a.tin_tag,
    a.created_at, a.changed_at, a.iys_code
from application as a
where a.application_id = $1
for no key update

-- name: seen
-- An application, to be looked at. $1 application_id · index application_pkey
select
    a.application_id, a.state, a.kind, a.title, a.brand_name, a.mersis, a.is_joint, a.tin_tag,
    a.created_at, a.changed_at, a.iys_code
from application as a
where a.application_id = $1

-- name: page
-- Applications of a state or of any, what has waited longest first. $1 state or null · $2 limit
select
    a.application_id, a.state, a.kind, a.title, a.brand_name, a.mersis, a.is_joint, a.tin_tag,
    a.created_at, a.changed_at, a.iys_code
from application as a
where ($1::text is null and a.state <> 'ACTIVE') or a.state = $1::text
order by a.changed_at, a.application_id
limit $2::integer

-- name: move
-- $1 application_id · $2 state · $3 iys_code, once it is a provider
update application set
    state = $2,
    changed_at = now(),
    iys_code = coalesce($3, application.iys_code)
where application.application_id = $1

-- name: acceptances
-- $1 application_id · gives a row for each signatory in order
select signatory.place, signatory.agreement_version, signatory.accepted_at
from signatory
where signatory.application_id = $1
order by signatory.place

-- name: accept
-- $1 application_id · $2 place · $3 agreement version · gives the place, or nothing
update signatory set
    agreement_version = $3,
    accepted_at = now()
where signatory.application_id = $1 and signatory.place = $2
returning signatory.place

-- name: forget_acceptances
-- $1 application_id
update signatory set
    agreement_version = null,
    accepted_at = null
where signatory.application_id = $1

-- name: of_company
-- What is sealed of a company, for itself. $1 iys_code
-- gives the application's contact and a row for each signatory in order
select
    a.application_id, a.contact_sealed, s.place, s.person_sealed, s.agreement_version, s.accepted_at
from application as a
join signatory as s on s.application_id = a.application_id
where a.iys_code = $1
order by s.place

-- name: publish
-- A new version of the agreement. $1 text_tr · $2 text_en · $3 digest · gives its number
insert into agreement (text_tr, text_en, digest)
values ($1, $2, $3)
returning agreement.version

-- name: agreements
-- All versions, the newest first.
select agreement.version, agreement.text_tr, agreement.text_en, agreement.digest,
    agreement.published_at
from agreement
order by agreement.version desc
