-- owns: entry, entry_hour, sequence_head, pending

-- name: take_lease
-- One sequencer in the whole database: a lock that lives as long as its session. $1 lock number
select pg_try_advisory_lock($1::bigint)

-- name: give_lease
-- $1 lock number · gives whether this session held it
select pg_advisory_unlock($1::bigint)

-- name: begin_epoch
-- A new sequencer fences every older one off. gives (epoch, assigned_idx)
update sequence_head
set epoch = epoch + 1
returning epoch, assigned_idx

-- name: head
select
    epoch, assigned_idx, published_idx, projected_idx,
    coalesce(counted_idx, projected_idx) as counted_idx
from sequence_head

-- name: backlog
-- How much waits for its number, and how much did not open: numbers alone.
-- gives (movements, oldest_at, unopened); past 10,000 movements are not counted
select movements, oldest_at, unopened
from ledger_backlog

-- name: reach
-- How far the citizens' view is. gives (now, missing_since: null where all is in it)
-- indexes pending_pkey, entry_pkey
select clock_timestamp() as now, missing_since
from view_reach

-- name: is_numbered
-- Does anybody hold the sequencer's lease? $1 lock number, of one half
select exists (
    select from pg_locks
    where
        locktype = 'advisory' and granted and classid = 0 and objid = $1::bigint and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
) as is_numbered

-- name: waiting
-- Committed and unnumbered, oldest first. $1 limit · index pending_pkey (ids are time-ordered)
select event_id, bucket, brand_ref, side, recorded_at
from pending
order by event_id
limit $1::integer

-- name: newest_waiting
-- The last by id of what is committed and unnumbered, or nothing. index pending_pkey
select event_id
from pending
order by event_id desc
limit 1

-- name: number
-- $1 idx int8[n] · $2 event_id uuid[n] · $3 bucket int2[n] · $4 brand_ref uuid[n] · $5 side[n] · $6 recorded_at timestamptz[n]
insert into entry (idx, event_id, bucket, brand_ref, side, recorded_at)
select given.*
from unnest(
    $1::bigint[], $2::uuid[], $3::smallint[], $4::uuid[], $5::side[], $6::timestamptz[]
) as given (idx, event_id, bucket, brand_ref, side, recorded_at)

-- name: forget_waiting
-- $1 event_id uuid[n] · $2 their buckets int2[] where those are few, else null · gives how many went
delete from pending
where event_id = any ($1::uuid[]) and ($2::smallint[] is null or bucket = any ($2))

-- name: assign
-- $1 epoch · $2 idx expected · $3 last idx given now · no row when a newer sequencer has begun, or
-- this one has lost count · locks the one row of sequence_head
update sequence_head
set assigned_idx = $3::bigint
where epoch = $1::bigint and assigned_idx = $2::bigint
returning assigned_idx

-- name: publish
-- After the numbering has committed: readers may see up to $2. $1 epoch
update sequence_head
set published_idx = $2::bigint
where epoch = $1::bigint and assigned_idx >= $2::bigint and published_idx < $2::bigint

-- name: mark_hour
-- $1 hour · $2 first idx of it
insert into entry_hour (hour, first_idx)
values ($1::timestamptz, $2::bigint)
on conflict (hour) do nothing

-- name: entries
-- Numbered and published entries of everybody. $1 after idx · $2 up to idx
select idx, event_id, bucket, brand_ref, side, recorded_at
from entry
where idx > $1::bigint and idx <= $2::bigint
order by idx

-- name: brand_entries
-- One brand's side of the feed. $1 brand_ref · $2 side · $3 after idx · $4 up to idx · $5 limit
-- $6 oldest instant · index entry_feed
select idx, event_id, bucket, recorded_at
from entry
where
    brand_ref = $1::uuid and side = $2::side and idx > $3::bigint and idx <= $4::bigint
    and recorded_at >= $6::timestamptz
order by idx
limit $5::integer

-- name: first_of_hour
-- The last number before the first entry of an hour, or of the next hour that has one. $1 hour
select first_idx - 1 as before_idx
from entry_hour
where hour >= $1::timestamptz
order by hour
limit 1

-- name: projected
-- $1 epoch · $2 idx expected · $3 idx now in the citizens' view · no row when another one moved it
update sequence_head
set projected_idx = $3::bigint, counted_idx = coalesce(counted_idx, projected_idx)
where epoch = $1::bigint and projected_idx = $2::bigint
returning projected_idx

-- name: counted
-- $1 epoch · $2 idx expected · $3 idx now in the figures · no row when another one moved it
update sequence_head
set counted_idx = $3::bigint
where
    epoch = $1::bigint and coalesce(counted_idx, projected_idx) = $2::bigint
    and projected_idx >= $3::bigint
returning counted_idx
