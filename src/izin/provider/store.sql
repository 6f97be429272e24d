-- owns: provider, directory_head

-- name: next_version
-- Opens a change of the parties. The row stays locked until the commit, so versions become visible
-- in their order and a reader who has seen n never misses a row changed in n or before.
-- gives bigint · locks the one row of directory_head
update directory_head set version = version + 1 returning version

-- name: put
-- Writes a provider, new or known. $1 iys_code · $2 title · $3 activated_at · $4 subscription
-- $5 has_api · $6 state · $7 kind · $8 mersis · $9 tin_tag · $10 version
insert into provider (
    iys_code, title, activated_at, subscription, has_api, state, kind, mersis, tin_tag, changed_in
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (iys_code) do update set
    title = excluded.title,
    activated_at = excluded.activated_at,
    subscription = excluded.subscription,
    has_api = excluded.has_api,
    state = excluded.state,
    kind = excluded.kind,
    mersis = excluded.mersis,
    tin_tag = excluded.tin_tag,
    changed_in = excluded.changed_in

-- name: one
-- A provider; it does not change until the commit. $1 iys_code · locks it
select
    provider.iys_code, provider.title, provider.activated_at, provider.subscription,
    provider.has_api, provider.state, provider.kind, provider.mersis, provider.tin_tag
from provider
where provider.iys_code = $1
for no key update

-- name: is_there
-- $1 iys_code
select exists (select from provider where provider.iys_code = $1)

-- name: titles
-- $1 iys_codes · gives (iys_code, title) · index provider_pkey
select provider.iys_code, provider.title
from provider
where provider.iys_code = any ($1::bigint[])

-- name: working
-- Which of these are neither suspended nor closed. $1 iys_codes · gives (iys_code)
-- index provider_pkey
select provider.iys_code
from provider
where provider.iys_code = any ($1::bigint[]) and provider.state = 'ACTIVE'

-- name: is_closed
-- $1 iys_code
select exists (select from provider where provider.iys_code = $1 and provider.state = 'CLOSED')

-- name: head
-- The version of the parties, and how many there are: a copy with another count has missed a deletion.
-- gives (version, provider_count, brand_count)
select
    directory_head.version,
    (select count(*) from provider) as provider_count,
    (select count(*) from brand) as brand_count
from directory_head

-- name: version
-- What a copy is compared with, every second.
select directory_head.version from directory_head

-- name: changed
-- Providers changed after a version; -1 gives all.
-- $1 version bigint · gives rows in no order
select
    provider.iys_code, provider.title, provider.activated_at, provider.subscription,
    provider.has_api, provider.state, provider.kind, provider.mersis, provider.tin_tag
from provider
where provider.changed_in > $1
