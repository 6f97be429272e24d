-- owns: provider, directory_head

-- name: next_version
-- Opens a change of the parties. The row stays locked until the commit, so versions become visible
-- in their order and a reader who has seen n never misses a row changed in n or before.
-- gives bigint · locks the one row of directory_head
update directory_head set version = version + 1 returning version

-- name: put
-- Writes a provider, new or known.
-- $1 iys_code · $2 title · $3 activated_at · $4 subscription · $5 has_api · $6 version
insert into provider (iys_code, title, activated_at, subscription, has_api, changed_in)
values ($1, $2, $3, $4, $5, $6)
on conflict (iys_code) do update set
    title = excluded.title,
    activated_at = excluded.activated_at,
    subscription = excluded.subscription,
    has_api = excluded.has_api,
    changed_in = excluded.changed_in

-- name: is_there
-- $1 iys_code
select exists (select from provider where provider.iys_code = $1)

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
select provider.iys_code, provider.title, provider.activated_at, provider.subscription, provider.has_api
from provider
where provider.changed_in > $1
