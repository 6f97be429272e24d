-- What cannot be exceeded: the same work as bare SQL in the same server, over the same tables and
-- indexes, without HTTP, without cryptography, its rows ready in a table beside.
-- `current_states`, the look-up of the check path, is read from the slice's own file.

-- name: durability
-- What a commit is worth here. gives (name, setting)
select name, setting
from pg_settings
where
    name in (
        'fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'wal_level',
        'wal_compression', 'wal_sync_method', 'shared_buffers', 'max_wal_size', 'server_version'
    )
order by name

-- name: projected
-- Up to which number everything stands in both views.
select projected_idx
from sequence_head

-- name: is_settled
-- Is nothing on its way into a view?
select
    projected_idx = assigned_idx and not exists (select from pending)
    and not exists (select from job where failed_at is null)
from sequence_head

-- name: widths
-- How wide a record's sealed values are, so that the limit writes the same. $1 brand_ref
select
    octet_length(c.recipient_sealed) as recipient, octet_length(e.body_sealed) as body,
    octet_length(v.sealed) as citizen
from provider_consent as c
join consent_event as e using (event_id, bucket)
cross join (select sealed from citizen_consent limit 1) as v
where c.brand_ref = $1::uuid
limit 1

-- name: drop_limits
drop database if exists limits with (force)

-- name: create_limits
create database limits

-- name: sample
-- Ready keys of a brand's records, at random. $1 brand_ref · $2 how many
select brand_ref, channel, recipient_type, tag, bucket
from (
    select brand_ref, channel, recipient_type, tag, bucket, random() as place
    from provider_consent
    where brand_ref = $1::uuid
) as all_of_it
order by place
limit $2::integer

-- name: lookup
-- One look-up by key. $1 brand_ref · $2 tag · $3 bucket
select status, source, consented_at, recorded_at, retailer_siv
from provider_consent
where
    brand_ref = $1::uuid and channel = 'MESAJ' and recipient_type = 'BIREYSEL'
    and tag = $2::uuid and bucket = $3::smallint

-- name: forget_given
drop table if exists given

-- name: make_given
-- Ready keys, n from 1. $1 how many
create unlogged table given as
select
    n, gen_random_uuid() as tag, gen_random_uuid() as citizen_tag, gen_random_uuid() as slot,
    (n % 65536 - 32768)::smallint as bucket, (n % 65521 - 32768)::smallint as citizen_bucket,
    uuidv7() as event_id
from generate_series(1, $1::integer) as g (n)

-- name: index_given
alter table given add primary key (n)

-- name: last_entry
select coalesce(max(idx), 0)
from entry

-- name: put_view
-- $1 brand_ref · $2 first n · $3 last n · $4 recipient_sealed
insert into provider_consent (
    brand_ref, channel, recipient_type, tag, bucket, status, source, consented_at, recorded_at,
    first_recorded_at, recipient_sealed, event_id, tag_epoch, version
)
select
    $1::uuid, 'MESAJ', 'BIREYSEL', tag, bucket, 'ONAY', 3, now() - interval '1 day', now(), now(),
    $4::bytea, event_id, 1, 1
from given
where n between $2::integer and $3::integer

-- name: put_events
-- $1 brand_ref · $2 first n · $3 last n · $4 commitment · $5 body_sealed
insert into consent_event (
    event_id, bucket, commitment, recorded_at, tag, brand_ref, channel, recipient_type, body_sealed
)
select event_id, bucket, $4::bytea, now(), tag, $1::uuid, 'MESAJ', 'BIREYSEL', $5::bytea
from given
where n between $2::integer and $3::integer

-- name: put_pending
-- $1 brand_ref · $2 first n · $3 last n
insert into pending (event_id, bucket, brand_ref, side, recorded_at)
select event_id, bucket, $1::uuid, 'HS', now()
from given
where n between $2::integer and $3::integer

-- name: number
-- $1 brand_ref · $2 first n · $3 last n · $4 what to add to n
insert into entry (idx, event_id, bucket, brand_ref, side, recorded_at)
select n + $4::bigint, event_id, bucket, $1::uuid, 'HS', now()
from given
where n between $2::integer and $3::integer

-- name: forget_pending
-- By an array of keys: a join is planned by what pending held when it was last looked at.
-- $1 first n · $2 last n
delete from pending
where
    event_id = any (
        array(select event_id from given where n between $1::integer and $2::integer)
    )

-- name: put_citizens
-- $1 first n · $2 last n · $3 sealed
insert into citizen_consent (tag, slot, bucket, sealed)
select citizen_tag, slot, citizen_bucket, $3::bytea
from given
where n between $1::integer and $2::integer

-- name: put_one
-- What one add commits, in one statement, for pgbench: it cannot bind, so the widths stand in
-- variables of its own. :brand · :recipient, :body widths
with one as (
    select
        gen_random_uuid() as tag, uuidv7() as event_id,
        (random() * 65535 - 32768)::smallint as bucket
), view as (
    insert into provider_consent (
        brand_ref, channel, recipient_type, tag, bucket, status, source, consented_at,
        recorded_at, first_recorded_at, recipient_sealed, event_id, tag_epoch, version
    )
    select
        :brand::uuid, 'MESAJ', 'BIREYSEL', tag, bucket, 'ONAY', 3, now() - interval '1 day',
        now(), now(), decode(repeat('a5', :recipient), 'hex'), event_id, 1, 1
    from one
), event as (
    insert into consent_event (
        event_id, bucket, commitment, recorded_at, tag, brand_ref, channel, recipient_type,
        body_sealed
    )
    select
        event_id, bucket, decode(repeat('a5', 32), 'hex'), now(), tag, :brand::uuid, 'MESAJ',
        'BIREYSEL', decode(repeat('a5', :body), 'hex')
    from one
)
insert into pending (event_id, bucket, brand_ref, side, recorded_at)
select event_id, bucket, :brand::uuid, 'HS', now()
from one

-- name: forget_asked
drop table if exists asked

-- name: make_asked
-- Ready keys for the hash join, in no order. $1 brand_ref · $2 how many
create unlogged table asked as
select brand_ref, channel, recipient_type, tag, bucket
from (
    select brand_ref, channel, recipient_type, tag, bucket, random() as place
    from provider_consent
    where brand_ref = $1::uuid
) as all_of_it
order by place
limit $2::integer

-- name: count_asked
analyze asked

-- name: hash_join
-- The whole brand against the ready keys. $1 brand_ref
select count(*) filter (where c.status = 'ONAY') as allowed
from asked
join provider_consent as c using (brand_ref, channel, recipient_type, tag, bucket)
where c.brand_ref = $1::uuid

-- name: plan_freely
-- The planner as PostgreSQL comes, and memory for a hash of a million rows.
select
    set_config(name, value, false)
from (
    values ('enable_seqscan', 'on'), ('enable_hashjoin', 'on'), ('enable_mergejoin', 'on'),
        ('enable_indexonlyscan', 'on'), ('plan_cache_mode', 'auto'), ('work_mem', '256MB')
) as free (name, value)

-- name: plan_by_key
-- Back to how every process of the registry plans.
select
    set_config(name, value, false)
from (
    values ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'),
        ('enable_indexonlyscan', 'off'), ('plan_cache_mode', 'force_generic_plan')
) as kept (name, value)
