-- owns: citizen_account, account_holding

-- name: one
-- $1 account_id · gives (body_sealed) · index citizen_account_pkey
select body_sealed
from citizen_account
where account_id = $1

-- name: lock_tags
-- Whoever changes what a tag leads to waits here, whether or not it leads anywhere yet; until the
-- transaction's end. $1 keys, in their order
select pg_advisory_xact_lock(each.key)
from unnest($1::bigint[]) as each (key)

-- name: lock
-- $1 account_ids · gives (account_id, body_sealed), in their order · index citizen_account_pkey
-- locks those rows
select account_id, body_sealed
from citizen_account
where account_id = any ($1::uuid[])
order by account_id
for update

-- name: keep
-- $1 account_id · $2 body_sealed
insert into citizen_account (account_id, body_sealed)
values ($1, $2)
on conflict (account_id) do update set body_sealed = excluded.body_sealed

-- name: drop
-- $1 account_id
delete from citizen_account where account_id = $1

-- name: holdings
-- $1 tags · gives (tag, account_sealed) · index account_holding_pkey
select tag, account_sealed
from account_holding
where tag = any ($1::uuid[])

-- name: hold
-- $1 tags · $2 account_sealed of each
insert into account_holding (tag, account_sealed)
select each.tag, each.account_sealed
from unnest($1::uuid[], $2::bytea[]) as each (tag, account_sealed)
on conflict (tag) do update set account_sealed = excluded.account_sealed

-- name: let_go
-- $1 tags
delete from account_holding where tag = any ($1::uuid[])
