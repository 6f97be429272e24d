-- owns: keyring

-- name: keys
-- Keys of one scope and period.
-- $1 purpose text[] · $2 scope text · $3 period text · gives rows of keyring
-- index keyring_purpose_scope_period_key · locks none
select key_id, purpose, scope, period, wrapped, created_at
from keyring
where purpose = any ($1::text[])
  and scope = $2
  and period = $3

-- name: keys_by_id
-- The keys that sealed values name; keys of other purposes never come out this way.
-- $1 key_id int4[] · $2 purpose text[] · gives rows of keyring · index keyring_pkey · locks none
select key_id, purpose, scope, period, wrapped, created_at
from keyring
where key_id = any ($1::int4[])
  and purpose = any ($2::text[])

-- name: add_keys
-- Adds what is not there; whoever was first wins, so the caller reads again.
-- $1 purpose text[n] · $2 scope text · $3 period text · $4 wrapped bytea[n] · gives what was added
-- locks the new rows, in key order
insert into keyring (purpose, scope, period, wrapped)
select made.purpose, $2, $3, made.wrapped
from unnest($1::text[], $4::bytea[]) as made (purpose, wrapped)
order by made.purpose
on conflict (purpose, scope, period) do nothing
returning key_id, purpose

-- name: survey
-- How many keys there are of each purpose and period, and since when; never a key.
-- gives one row a purpose and period, in their order
select
    purpose, period, count(*) as key_count, count(distinct scope) as scope_count,
    min(created_at) as first_created_at, max(created_at) as last_created_at
from keyring
group by purpose, period
order by purpose, period

-- name: keys_after
-- All keys, a page at a time. $1 key_id of the page before · $2 rows · gives rows of keyring
-- index keyring_pkey · locks none
select key_id, purpose, scope, period, wrapped, created_at
from keyring
where key_id > $1::int4
order by key_id
limit $2::int4

-- name: now
-- What time it is, by the clock that all processes share; a stamp says this one. locks none
select clock_timestamp() as now
