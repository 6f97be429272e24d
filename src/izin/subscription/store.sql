-- owns: via_plan, subscription, counted_address, address_figure, counted_brand, address_year, migration_job

-- name: enter
-- Writes a new subscription. $1 subscription_id · $2 iys_code or null · $3 partner_code or null
-- $4 package · $5 level · $6 starts_at · $7 ends_at · $8 state · $9 address_limit · $10 may_exceed
-- $11 version
insert into subscription (
    subscription_id, iys_code, partner_code, package, level, starts_at, ends_at, state,
    address_limit, may_exceed, changed_in
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: change
-- Gives a subscription another end, state, limit. $1 subscription_id · $2 ends_at · $3 state
-- $4 address_limit · $5 may_exceed · $6 version
update subscription set
    ends_at = $2,
    state = $3,
    address_limit = $4,
    may_exceed = $5,
    changed_in = $6
where subscription.subscription_id = $1

-- name: of_party
-- All subscriptions of one company or one partner, by their beginning. $1 iys_code or null
-- $2 partner_code or null · index subscription_of_provider or subscription_of_partner
select
    subscription.subscription_id, subscription.iys_code, subscription.partner_code,
    subscription.package, subscription.level, subscription.starts_at, subscription.ends_at,
    subscription.state, subscription.address_limit, subscription.may_exceed
from subscription
where subscription.iys_code = $1::bigint or subscription.partner_code = $2::bigint
order by subscription.starts_at

-- name: changed
-- Subscriptions changed after a version; -1 gives all. $1 version · index subscription_changed
select
    subscription.subscription_id, subscription.iys_code, subscription.partner_code,
    subscription.package, subscription.level, subscription.starts_at, subscription.ends_at,
    subscription.state, subscription.address_limit, subscription.may_exceed
from subscription
where subscription.changed_in > $1

-- name: hold_counts
-- Whoever changes what is counted does so alone, until its transaction ends.
select pg_advisory_xact_lock(hashtextextended('izin address counts', 0))

-- name: brands
-- For which pools brands are counted. $1 brand_ref uuid[] · gives those that are known
-- index counted_brand_pkey
select brand_ref, phone_pool, email_pool, is_whole
from counted_brand
where brand_ref = any ($1::uuid[])

-- name: enter_brands
-- Brands that nobody knew; what they had before is gone through later.
-- $1 brand_ref uuid[n] · $2 phone_pool uuid[n] · $3 email_pool uuid[n]
insert into counted_brand (brand_ref, phone_pool, email_pool)
select given.brand_ref, given.phone_pool, given.email_pool
from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as given (brand_ref, phone_pool, email_pool)
on conflict (brand_ref) do nothing

-- name: move_counted
-- A brand is counted for others from now on. $1 brand_ref · $2 phone_pool · $3 email_pool
update counted_brand set
    phone_pool = $2,
    email_pool = $3,
    left_phone_pool = counted_brand.phone_pool,
    left_email_pool = counted_brand.email_pool,
    is_whole = false,
    after_channel = default,
    after_recipient_type = default,
    after_tag = default
where counted_brand.brand_ref = $1

-- name: open_brand
-- A brand whose records are not gone through yet. index counted_brand_open
select
    counted_brand.brand_ref, counted_brand.phone_pool, counted_brand.email_pool,
    counted_brand.left_phone_pool, counted_brand.left_email_pool, counted_brand.after_channel,
    counted_brand.after_recipient_type, counted_brand.after_tag
from counted_brand
where not counted_brand.is_whole
order by counted_brand.brand_ref
limit 1

-- name: advance_brand
-- How far a brand is gone through. $1 brand_ref · $2..$4 key of the last record
update counted_brand set
    after_channel = $2,
    after_recipient_type = $3,
    after_tag = $4
where counted_brand.brand_ref = $1

-- name: finish_brand
-- $1 brand_ref
update counted_brand set
    is_whole = true,
    left_phone_pool = null,
    left_email_pool = null
where counted_brand.brand_ref = $1

-- name: brand_records
-- The next records of a brand in key order. $1 brand_ref · $2..$4 key to start after · $5 limit
-- index provider_consent_pkey
select channel, recipient_type, tag, bucket, status
from provider_consent
where
    brand_ref = $1::uuid
    and (channel, recipient_type, tag) > ($2::channel, $3::recipient_type, $4::uuid)
order by channel, recipient_type, tag
limit $5::integer

-- name: counted
-- What is counted of addresses. $1 tag uuid[n] · $2 pool uuid[n] · $3 bucket int2[n]
-- $4 the buckets if they are few, else null · gives (ord, records) of those that are
-- index counted_address_pkey
select asked.ord, stored.records
from unnest($1::uuid[], $2::uuid[], $3::smallint[]) with ordinality as asked (tag, pool, bucket, ord)
inner join counted_address as stored on
    stored.tag = any (array[asked.tag]) and stored.pool = asked.pool
    and stored.bucket = asked.bucket
where ($4::smallint[] is null or stored.bucket = any ($4))

-- name: put_counted
-- $1 tag uuid[n] · $2 pool uuid[n] · $3 bucket int2[n] · $4 records bytea[n], in key order
insert into counted_address as stored (tag, pool, bucket, records)
select given.tag, given.pool, given.bucket, given.records
from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::bytea[])
    as given (tag, pool, bucket, records)
on conflict (tag, pool, bucket) do update set records = excluded.records

-- name: drop_counted
-- Addresses without an ONAY. $1 tag uuid[n] · $2 pool uuid[n] · $3 bucket int2[n]
-- $4 the buckets if they are few, else null · index counted_address_pkey
delete from counted_address as stored
using unnest($1::uuid[], $2::uuid[], $3::smallint[]) with ordinality as given (tag, pool, bucket, ord)
where
    stored.tag = any (array[given.tag]) and stored.pool = given.pool
    and stored.bucket = given.bucket
    and ($4::smallint[] is null or stored.bucket = any ($4))

-- name: move_address_figures
-- $1 pool uuid[n] · $2 by how many int8[n], in the order of pools
insert into address_figure as stored (pool, addresses)
select given.pool, given.addresses
from unnest($1::uuid[], $2::bigint[]) as given (pool, addresses)
on conflict (pool) do update set addresses = stored.addresses + excluded.addresses

-- name: address_figures
-- $1 pool uuid[] · gives those that are there · index address_figure_pkey
select pool, addresses
from address_figure
where pool = any ($1::uuid[])

-- name: uncounted
-- Which addresses have movements that were not counted at a number, or wait for theirs.
-- $1 idx · $2 tag uuid[] · index entry_pkey, pending whole
select e.tag
from entry as n
inner join consent_event as e on e.event_id = n.event_id and e.bucket = n.bucket
where n.idx > $1::bigint and e.tag = any ($2::uuid[])
union all
select e.tag
from pending as w
inner join consent_event as e on e.event_id = w.event_id and e.bucket = w.bucket
where e.tag = any ($2::uuid[])

-- name: movements_since
-- How many movements were not counted at a number. $1 idx · index entry_pkey
select count(*)
from entry
where idx > $1::bigint

-- name: pool_sizes
-- How many addresses each pool has · reads counted_address whole
select pool, count(*) as addresses
from counted_address
group by pool

-- name: all_address_figures
select pool, addresses
from address_figure

-- name: raise_years
-- The most addresses of companies in a year, where they have more than were seen yet.
-- $1 iys_code int8[n] · $2 year · $3 addresses int8[n] · $4 now
insert into address_year as stored (iys_code, year, addresses_max, reached_at)
select given.iys_code, $2::smallint, given.addresses, $4::timestamptz
from unnest($1::bigint[], $3::bigint[]) as given (iys_code, addresses)
on conflict (iys_code, year) do update set
    addresses_max = excluded.addresses_max,
    reached_at = excluded.reached_at
where stored.addresses_max < excluded.addresses_max

-- name: tell_share
-- That a company was told of a share of its limit, unless it was told of that or a higher one of the
-- same limit this year. $1 iys_code · $2 year · $3 share · $4 now · $5 the limit
-- gives the share, or nothing
update address_year set
    share_told = $3,
    limit_told = $5,
    told_at = $4
where
    address_year.iys_code = $1 and address_year.year = $2
    and (address_year.share_told < $3 or address_year.limit_told <> $5)
returning address_year.share_told

-- name: years_of
-- What was seen of a company's addresses, by years. $1 iys_code
select year, addresses_max, reached_at, share_told, told_at
from address_year
where iys_code = $1
order by year

-- name: seen_in
-- What was seen of some companies' addresses in a year. $1 iys_code int8[] · $2 year
-- index address_year_pkey
select iys_code, year, addresses_max, reached_at, share_told, told_at
from address_year
where iys_code = any ($1::bigint[]) and year = $2

-- name: told_in
-- Which companies were told of which share in a year, and of which limit or null. $1 year
select iys_code, share_told, limit_told
from address_year
where year = $1 and share_told > 0

-- name: open_job
-- $1 migration_id · $2 partner_code · $3 iys_code · $4 rate_kurus · $5 opened_at · $6 until
insert into migration_job (migration_id, partner_code, iys_code, rate_kurus, opened_at, until)
values ($1, $2, $3, $4, $5, $6)

-- name: close_job
-- $1 migration_id · $2 now · gives the job if it was open
update migration_job set closed_at = $2
where
    migration_job.migration_id = $1 and migration_job.closed_at is null
    and migration_job.until > $2
returning
    migration_job.migration_id, migration_job.partner_code, migration_job.iys_code,
    migration_job.rate_kurus, migration_job.opened_at, migration_job.until,
    migration_job.closed_at, migration_job.records

-- name: jobs
-- Jobs, the oldest first. $1 iys_code, null: of all · $2 partner_code, null: of all
select
    migration_job.migration_id, migration_job.partner_code, migration_job.iys_code,
    migration_job.rate_kurus, migration_job.opened_at, migration_job.until,
    migration_job.closed_at, migration_job.records
from migration_job
where
    ($1::bigint is null or migration_job.iys_code = $1::bigint)
    and ($2::bigint is null or migration_job.partner_code = $2::bigint)
order by migration_job.opened_at, migration_job.migration_id

-- name: jobs_of_mandates
-- Jobs that records may be counted for. $1 mandate_id uuid[] · index mandate_pkey, migration_job_of
select
    mandate.mandate_id, migration_job.migration_id, migration_job.partner_code,
    migration_job.iys_code, migration_job.rate_kurus, migration_job.opened_at,
    migration_job.until, migration_job.closed_at, migration_job.records
from mandate
inner join migration_job on
    migration_job.iys_code = mandate.iys_code
    and migration_job.partner_code = mandate.partner_code
where mandate.mandate_id = any ($1::uuid[])

-- name: count_loaded
-- $1 migration_id uuid[n] · $2 by how many int8[n]
update migration_job set records = migration_job.records + given.records
from unnest($1::uuid[], $2::bigint[]) as given (migration_id, records)
where migration_job.migration_id = given.migration_id

-- name: put_via_plan
-- $1 iys_code · $2 plan_id · $3 name · $4 starts_at · $5 ends_at · $6 credit
insert into via_plan (iys_code, plan_id, name, starts_at, ends_at, credit)
values ($1, $2, $3, $4, $5, $6)
on conflict (iys_code) do update set
    plan_id = excluded.plan_id,
    name = excluded.name,
    starts_at = excluded.starts_at,
    ends_at = excluded.ends_at,
    credit = excluded.credit,
    used = 0

-- name: via_plan
-- $1 iys_code · gives (plan_id, name, starts_at, ends_at, credit, used)
select plan_id, name, starts_at, ends_at, credit, used
from via_plan
where iys_code = $1

-- name: hold_via
-- Hold credits back for a request, if the plan runs and so many are left that none holds. Whoever
-- comes at once waits for the row. $1 iys_code · $2 how many · gives held
update via_plan
set held = held + $2::integer
where
    iys_code = $1 and (credit = -1 or credit - held >= $2::integer)
    and starts_at <= now() and now() < ends_at
returning held

-- name: take_via
-- Take credits, as many of them as there are: they were held back, and what she answers counts
-- whatever is left.
-- $1 iys_code · $2 how many
update via_plan
set
    credit = case when credit = -1 then -1 else greatest(0, credit - $2::integer) end,
    used = used + $2::integer
where iys_code = $1
