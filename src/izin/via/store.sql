-- owns: via_form, via_form_version

-- name: make
-- $1 iys_code · $2 name · gives form_id
insert into via_form (iys_code, name)
values ($1, $2)
returning form_id

-- name: draft
-- A version, in the place of the draft that is open. $1 form_id · $2 version · $3 iys_code · $4 kind
-- $5 brands · $6 channels · $7 texts · $8 digest
insert into via_form_version as open (
    form_id, version, iys_code, kind, brands, channels, texts, digest
)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (form_id, version) do update set
    kind = excluded.kind,
    brands = excluded.brands,
    channels = excluded.channels,
    texts = excluded.texts,
    digest = excluded.digest,
    changed_at = now()

-- name: newest
-- A form's newest version, which nobody else changes until the commit. $1 form_id
-- index via_form_version_pkey · locks the form
select
    v.form_id, v.version, v.iys_code, f.name, v.state, v.kind, v.brands, v.channels, v.texts,
    v.reason, v.changed_at
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
    v.form_id, v.version, v.iys_code, f.name, v.state, v.kind, v.brands, v.channels, v.texts,
    v.reason, v.changed_at
from via_form as f
join via_form_version as v using (form_id)
where f.form_id = $1 and v.state = 'APPROVED'
order by v.version desc
limit 1

-- name: one
-- $1 form_id · $2 version · index via_form_version_pkey
select
    v.form_id, v.version, v.iys_code, f.name, v.state, v.kind, v.brands, v.channels, v.texts,
    v.reason, v.changed_at
from via_form as f
join via_form_version as v using (form_id)
where f.form_id = $1 and v.version = $2

-- name: of_company
-- All versions of a company's forms, newest first. $1 iys_code · $2 limit · index via_form_of
select
    v.form_id, v.version, v.iys_code, f.name, v.state, v.kind, v.brands, v.channels, v.texts,
    v.reason, v.changed_at
from via_form as f
join via_form_version as v using (form_id)
where f.iys_code = $1
order by v.form_id desc, v.version desc
limit $2::integer

-- name: in_state
-- Versions in a state, what has waited longest first. $1 state · $2 limit · index via_form_by_state
select
    v.form_id, v.version, v.iys_code, f.name, v.state, v.kind, v.brands, v.channels, v.texts,
    v.reason, v.changed_at
from via_form_version as v
join via_form as f using (form_id)
where v.state = $1
order by v.changed_at, v.form_id, v.version
limit $2::integer
