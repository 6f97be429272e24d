-- owns: provider_consent, consent_event, consent_retailer, citizen_consent, pending, batch, brand_figure, unprojected
-- Hot statements look up by primary key from arrays of keys, on one machine and where the tables are
-- distributed by `bucket` alike (docs/decisions/0029). Each joins the array to the whole key, and
-- writes the key's first column as `= any (array[…])`: with a plain `=` there the planner could
-- read the index from end to end, which a small table invites. A test explains every one of them.
-- `few`: the buckets of the keys where those are few, else null. Only their shards are asked.

-- name: current_records
-- What is stored under many keys, and the database's time; the first half of `record`.
-- $1 brand_ref uuid[n] · $2 channel[n] · $3 recipient_type[n] · $4 tag uuid[n] · $5 bucket int2[n] · $6 few int2[]
-- gives a row for each key that exists, and one without ord for the time
-- index provider_consent_pkey · locks none
select
    asked.ord, stored.status, stored.source, stored.consented_at, stored.recorded_at,
    stored.first_recorded_at, stored.retailer_siv, stored.event_id, stored.access_id,
    stored.version, null::timestamptz as now
from unnest($1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[])
    with ordinality as asked (brand_ref, channel, recipient_type, tag, bucket, ord)
inner join provider_consent as stored on
    stored.brand_ref = any (array[asked.brand_ref]) and stored.channel = asked.channel
    and stored.recipient_type = asked.recipient_type and stored.tag = asked.tag
    and stored.bucket = asked.bucket
where ($6::smallint[] is null or stored.bucket = any ($6))
union all
select null, null, null, null, null, null, null, null, null, null, statement_timestamp()

-- name: append
-- The second half of `record`: view, events and pending numbers, where the version has not moved.
-- $1 movement[n] in key order · gives uuid[] of the events written
select record_movements($1::movement[])

-- name: change_access
-- Says of records that have not moved since they were read which event changed their dealers last.
-- $1..$5 as current_records, in key order · $6 version as it was read int8[n] · $7 access_id uuid[n]
-- $8 retailer_siv bytea[n] · gives how many were · locks them
update provider_consent as stored set
    access_id = changed.access_id,
    access_count = stored.access_count + 1,
    retailer_siv = changed.retailer_siv,
    version = stored.version + 1
from unnest(
    $1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[], $6::bigint[],
    $7::uuid[], $8::bytea[]
) with ordinality as changed (
    brand_ref, channel, recipient_type, tag, bucket, read_version, access_id, retailer_siv, ord
)
where
    stored.brand_ref = any (array[changed.brand_ref]) and stored.channel = changed.channel
    and stored.recipient_type = changed.recipient_type and stored.tag = changed.tag
    and stored.bucket = changed.bucket and stored.version = changed.read_version

-- name: add_access_events
-- Events that change dealers only. $1..$5 as current_records · $6 event_id uuid[n]
-- $7 commitment bytea[n] · $8 recorded_at timestamptz[n] · $9 the event of its key before it uuid[n]
-- $10 body_sealed bytea[n]
insert into consent_event (
    brand_ref, channel, recipient_type, tag, bucket, event_id, commitment, recorded_at,
    previous_event_id, body_sealed
)
select given.*
from unnest(
    $1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[], $6::uuid[],
    $7::bytea[], $8::timestamptz[], $9::uuid[], $10::bytea[]
) as given

-- name: add_access_pending
-- Has them numbered. $1 event_id uuid[n] · $2 bucket int2[n] · $3 brand_ref uuid[n]
-- $4 recorded_at timestamptz[n]
insert into pending (event_id, bucket, brand_ref, side, recorded_at)
select given.event_id, given.bucket, given.brand_ref, 'ACCESS', given.recorded_at
from unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::timestamptz[])
    as given (event_id, bucket, brand_ref, recorded_at)

-- name: replace_retailers_out
-- Takes away every dealer of the given keys, before the new list is written.
-- parameters as current_records
delete from consent_retailer as had
using unnest($1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[])
    with ordinality as given (brand_ref, channel, recipient_type, tag, bucket, ord)
where
    had.brand_ref = any (array[given.brand_ref]) and had.channel = given.channel
    and had.recipient_type = given.recipient_type and had.tag = given.tag
    and had.bucket = given.bucket
    and ($6::smallint[] is null or had.bucket = any ($6))

-- name: replace_retailers_in
-- A dealer that is named twice is written once.
-- $1 brand_ref uuid[m] · $2 channel[m] · $3 recipient_type[m] · $4 tag uuid[m] · $5 bucket int2[m] · $6 retailer_siv bytea[m]
insert into consent_retailer (brand_ref, channel, recipient_type, tag, bucket, retailer_siv)
select given.*
from unnest(
    $1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[], $6::bytea[]
) as given (brand_ref, channel, recipient_type, tag, bucket, retailer_siv)
on conflict (brand_ref, channel, recipient_type, tag, bucket, retailer_siv) do nothing

-- name: current_states
-- The check path: what is stored under many keys, without the address.
-- parameters as current_records · gives only the keys that exist (ord, status, source, consented_at, recorded_at, retailer_siv)
select
    asked.ord, stored.status, stored.source, stored.consented_at, stored.recorded_at,
    stored.retailer_siv
from unnest($1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[])
    with ordinality as asked (brand_ref, channel, recipient_type, tag, bucket, ord)
inner join provider_consent as stored on
    stored.brand_ref = any (array[asked.brand_ref]) and stored.channel = asked.channel
    and stored.recipient_type = asked.recipient_type and stored.tag = asked.tag
    and stored.bucket = asked.bucket
where ($6::smallint[] is null or stored.bucket = any ($6))

-- name: details
-- One record with its receipt and its dealers counted, for many keys at once.
-- parameters as current_records · gives only the keys that exist
select
    asked.ord, stored.status, stored.source, stored.consented_at, stored.recorded_at,
    stored.first_recorded_at, stored.retailer_siv, stored.event_id, receipt.commitment,
    dealers.retailer_count
from unnest($1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[])
    with ordinality as asked (brand_ref, channel, recipient_type, tag, bucket, ord)
inner join provider_consent as stored on
    stored.brand_ref = any (array[asked.brand_ref]) and stored.channel = asked.channel
    and stored.recipient_type = asked.recipient_type and stored.tag = asked.tag
    -- not plainly equal: the receipt's bucket would be the asked one too, and enter its index alone
    and stored.bucket = any (array[asked.bucket])
inner join consent_event as receipt on
    receipt.event_id = any (array[stored.event_id]) and receipt.bucket = stored.bucket
cross join lateral (
    -- bounded: a consent has at most 3000 dealers; by the record's columns, not by those asked,
    -- for what is counted a shard must hang on what lies in it
    select count(*) as retailer_count
    from consent_retailer as d
    where
        d.brand_ref = stored.brand_ref and d.channel = stored.channel
        and d.recipient_type = stored.recipient_type and d.tag = stored.tag
        and d.bucket = stored.bucket
) as dealers
where ($6::smallint[] is null or stored.bucket = any ($6))

-- name: retailer_grants
-- Which of the asked dealers may use the asked consents.
-- parameters as current_records and $7 retailer_siv bytea[n] · gives ord of those that may
select asked.ord
from unnest(
    $1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[], $7::bytea[]
) with ordinality as asked (brand_ref, channel, recipient_type, tag, bucket, retailer_siv, ord)
inner join consent_retailer as dealt on
    dealt.brand_ref = any (array[asked.brand_ref]) and dealt.channel = asked.channel
    and dealt.recipient_type = asked.recipient_type and dealt.tag = asked.tag
    and dealt.bucket = asked.bucket and dealt.retailer_siv = asked.retailer_siv
where ($6::smallint[] is null or dealt.bucket = any ($6))

-- name: consents_by_dealer
-- How many consents each of these dealers may use; not asked on the way of a message.
-- $1 retailer_siv in hex text[n], n to 100 · gives (sealed, consents) of those with any
-- index consent_retailer_of alone
select encode(dealt.retailer_siv, 'hex') as sealed, count(*) as consents
from consent_retailer as dealt
where encode(dealt.retailer_siv, 'hex') = any ($1::text[])
group by encode(dealt.retailer_siv, 'hex')

-- name: events
-- Events by id. $1 event_id uuid[n] · $2 few int2[] · gives the ones that exist
-- index consent_event_pkey
select
    event_id, bucket, commitment, recorded_at, body_sealed, previous_event_id,
    coalesce(tag, brand_ref, previous_event_id) is null
    and channel is null and recipient_type is null as is_erased
from consent_event
where event_id = any ($1::uuid[]) and ($2::smallint[] is null or bucket = any ($2))

-- name: chain
-- A key's events from the newest back. $1 event_id · $2 bucket · $3 offset · $4 limit
-- gives at most limit rows, newest first · one key look-up a step
with recursive chain as (
    select
        1::bigint as step, e.event_id, e.commitment, e.recorded_at,
        e.previous_event_id, e.body_sealed
    from consent_event as e
    where e.event_id = $1::uuid and e.bucket = $2::smallint
    union all
    select
        chain.step + 1, e.event_id, e.commitment, e.recorded_at,
        e.previous_event_id, e.body_sealed
    from chain
    cross join lateral (
        select *
        from consent_event as p
        where p.event_id = chain.previous_event_id and p.bucket = $2
        limit 1
    ) as e
    where chain.step < $3::bigint + $4::bigint
)
select event_id, commitment, recorded_at, body_sealed
from chain
where step > $3::bigint
order by step

-- name: key_head
-- The newest movement of one key and how many there are.
-- $1 brand_ref · $2 channel · $3 recipient_type · $4 tag · $5 bucket
select event_id, version - access_count as movements
from provider_consent
where
    brand_ref = $1::uuid and channel = $2::channel and recipient_type = $3::recipient_type
    and tag = $4::uuid and bucket = $5::smallint

-- name: brand_page
-- A stretch of one brand's records in key order. The scan is bounded, not the answer: filters
-- apply to the stretch, so a page may be short and still have a next one.
-- $1 brand_ref · $2..$4 key to start after · $5 last channel · $6 rows to scan · index provider_consent_pkey
select
    channel, recipient_type, tag, bucket, status, source, consented_at, recorded_at,
    first_recorded_at, recipient_sealed, retailer_siv
from provider_consent
where
    brand_ref = $1::uuid
    and (channel, recipient_type, tag) > ($2::channel, $3::recipient_type, $4::uuid)
    and channel <= $5::channel
order by channel, recipient_type, tag
limit $6::integer

-- name: taken_page
-- The next consents that a dealer took, in the order of tags.
-- $1 retailer_siv in hex · $2..$4 key to start after · $5 limit · index provider_consent_taken
select brand_ref, channel, recipient_type, tag, bucket
from provider_consent
where
    encode(retailer_siv, 'hex') = $1::text
    and (uuid_send(tag), channel, recipient_type)
    > (uuid_send($2::uuid), $3::channel, $4::recipient_type)
order by uuid_send(tag), channel, recipient_type
limit $5::integer

-- name: dealt_page
-- The next consents that list a dealer, in the same order.
-- $1 retailer_siv in hex · $2..$4 key to start after · $5 limit · index consent_retailer_dealt
select brand_ref, channel, recipient_type, tag, bucket
from consent_retailer
where
    encode(retailer_siv, 'hex') = $1::text
    and (uuid_send(tag), channel, recipient_type)
    > (uuid_send($2::uuid), $3::channel, $4::recipient_type)
order by uuid_send(tag), channel, recipient_type
limit $5::integer

-- name: listed_rows
-- Whole records of one brand. $1..$6 as current_records · gives those that exist
select
    asked.ord, stored.channel, stored.recipient_type, stored.tag, stored.status, stored.source,
    stored.consented_at, stored.recorded_at, stored.first_recorded_at, stored.recipient_sealed,
    stored.retailer_siv
from unnest($1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[])
    with ordinality as asked (brand_ref, channel, recipient_type, tag, bucket, ord)
inner join provider_consent as stored on
    stored.brand_ref = any (array[asked.brand_ref]) and stored.channel = asked.channel
    and stored.recipient_type = asked.recipient_type and stored.tag = asked.tag
    and stored.bucket = asked.bucket
where ($6::smallint[] is null or stored.bucket = any ($6))

-- name: upsert_citizen
-- $1 tag uuid[n] · $2 slot uuid[n] · $3 bucket int2[n] · $4 sealed bytea[n], in key order
insert into citizen_consent as stored (tag, slot, bucket, sealed)
select given.tag, given.slot, given.bucket, given.sealed
from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::bytea[]) as given (tag, slot, bucket, sealed)
on conflict (tag, slot, bucket) do update set sealed = excluded.sealed

-- name: citizen_rows
-- The next of what is under one address. $1 tag · $2 bucket · $3 slot of the last one read
-- $4 limit · index citizen_consent_pkey
select slot, sealed
from citizen_consent
where tag = $1::uuid and bucket = $2::smallint and slot > $3::uuid
order by slot
limit $4::integer

-- name: citizen_keys
-- The next keys of the citizens' view. $1 tag and $2 slot of the last one read · $3 limit
-- index citizen_consent_pkey
select tag, slot
from citizen_consent
where (tag, slot) > ($1::uuid, $2::uuid)
order by tag, slot
limit $3::integer

-- name: rewrite_citizens
-- Writes a range of rows anew as they are: only their place and transaction change.
-- $1 tag and $2 slot before the first · $3 tag and $4 slot of the last · index citizen_consent_pkey
-- locks them, in the order of tags
update citizen_consent
set sealed = sealed
where (tag, slot) > ($1::uuid, $2::uuid) and (tag, slot) <= ($3::uuid, $4::uuid)

-- name: move_figures
-- $1 brand_ref uuid[n] · $2 channel[n] · $3 recipient_type[n] · $4 approvals moved by int8[n] · $5 rejections moved by int8[n]
insert into brand_figure as stored (brand_ref, channel, recipient_type, approvals, rejections)
select given.*
from unnest($1::uuid[], $2::channel[], $3::recipient_type[], $4::bigint[], $5::bigint[])
    as given (brand_ref, channel, recipient_type, approvals, rejections)
on conflict (brand_ref, channel, recipient_type) do update set
    approvals = stored.approvals + excluded.approvals,
    rejections = stored.rejections + excluded.rejections

-- name: put_batch
-- $1 request_id · $2 bucket · $3 brand_code · $4 body_sealed
insert into batch (request_id, bucket, brand_code, body_sealed)
values ($1::uuid, $2::smallint, $3::bigint, $4::bytea)

-- name: batch_body
-- $1 request_id · $2 bucket
select body_sealed, results_sealed
from batch
where request_id = $1::uuid and bucket = $2::smallint

-- name: batch_of_brand
-- $1 request_id · $2 bucket · $3 brand_code · $4 oldest instant that is still shown: a condition that
-- no index serves, so that the request is found by its key
select body_sealed, results_sealed
from batch
where
    request_id = $1::uuid and bucket = $2::smallint and brand_code = $3::bigint
    and (created_at >= $4::timestamptz) is true

-- name: finish_batch
-- $1 request_id · $2 bucket · $3 results_sealed
update batch
set results_sealed = $3::bytea
where request_id = $1::uuid and bucket = $2::smallint

-- name: drop_old_batches
-- A bounded bite of those that are done. $1 instant before which requests are forgotten · $2 rows at most
delete from batch
where (request_id, bucket) in (
    select old.request_id, old.bucket
    from batch as old
    where old.created_at < $1::timestamptz and old.results_sealed is not null
    order by old.created_at
    limit $2::integer
)

-- name: figures_at
-- Every figure, and the number up to which they count: both move in one transaction.
-- gives at least one row; brand_ref is null where there is no figure
select
    head.projected_idx, coalesce(head.counted_idx, head.projected_idx) as counted_idx,
    figure.brand_ref, figure.channel, figure.recipient_type, figure.approvals, figure.rejections
from sequence_head as head
left join brand_figure as figure on true

-- name: whole_events
-- Events by id with all that is in clear. $1 event_id uuid[n] · gives the ones that exist
-- index consent_event_pkey
select
    event_id, bucket, commitment, recorded_at, tag, brand_ref, channel, recipient_type,
    previous_event_id, body_sealed,
    coalesce(tag, brand_ref, previous_event_id) is null
    and channel is null and recipient_type is null as is_erased
from consent_event
where event_id = any ($1::uuid[])

-- name: stored_rows
-- Whole rows of the company's view. $1..$5 as current_records · gives only the keys that exist
select
    asked.ord, stored.status, stored.source, stored.consented_at, stored.recorded_at,
    stored.first_recorded_at, stored.recipient_sealed, stored.retailer_siv, stored.event_id,
    stored.tag_epoch, stored.version, stored.access_id, stored.access_count
from unnest($1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[])
    with ordinality as asked (brand_ref, channel, recipient_type, tag, bucket, ord)
inner join provider_consent as stored on
    stored.brand_ref = any (array[asked.brand_ref]) and stored.channel = asked.channel
    and stored.recipient_type = asked.recipient_type and stored.tag = asked.tag
    and stored.bucket = asked.bucket

-- name: stored_citizens
-- Rows of the citizens' view. $1 tag uuid[n] · $2 slot uuid[n] · $3 bucket int2[n]
-- gives only the keys that exist · index citizen_consent_pkey
select asked.ord, stored.sealed
from unnest($1::uuid[], $2::uuid[], $3::smallint[])
    with ordinality as asked (tag, slot, bucket, ord)
inner join citizen_consent as stored on
    stored.tag = any (array[asked.tag]) and stored.slot = asked.slot
    and stored.bucket = asked.bucket

-- name: rows_in_views
-- How many rows each view has, and how many keys began after a number: one moment for all four.
-- $1 idx · reads both views whole
select
    (select count(*) from provider_consent) as provider_rows,
    (select count(*) from citizen_consent) as citizen_rows,
    (
        select count(*)
        from entry as n
        join consent_event as e on e.event_id = n.event_id and e.bucket = n.bucket
        where
            n.idx > $1::bigint and e.previous_event_id is null and e.tag is not null
    ) + (
        select count(*)
        from pending as w
        join consent_event as e on e.event_id = w.event_id and e.bucket = w.bucket
        where e.previous_event_id is null and e.tag is not null
    ) as keys_since,
    (
        select count(*)
        from entry as n
        join consent_event as e on e.event_id = n.event_id and e.bucket = n.bucket
        where
            n.idx > $1::bigint and n.idx <= (select projected_idx from sequence_head)
            and e.previous_event_id is null and e.tag is not null
    ) as projected_since

-- name: mend_rows
-- Puts rows of the company's view right that nobody moved since they were read.
-- $1..$5 key · $6..$17 what they become · $18 event_id and $19 version as they were read
-- gives how many were · locks them, in key order
update provider_consent as stored set
    status = mended.status,
    source = mended.source,
    consented_at = mended.consented_at,
    recorded_at = mended.recorded_at,
    first_recorded_at = mended.first_recorded_at,
    recipient_sealed = mended.recipient_sealed,
    retailer_siv = mended.retailer_siv,
    event_id = mended.event_id,
    tag_epoch = mended.tag_epoch,
    version = mended.version,
    access_id = mended.access_id,
    access_count = mended.access_count
from unnest(
    $1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[],
    $6::consent_status[], $7::smallint[], $8::timestamptz[], $9::timestamptz[],
    $10::timestamptz[], $11::bytea[], $12::bytea[], $13::uuid[], $14::smallint[], $15::bigint[],
    $16::uuid[], $17::bigint[], $18::uuid[], $19::bigint[]
) with ordinality as mended (
    brand_ref, channel, recipient_type, tag, bucket, status, source, consented_at, recorded_at,
    first_recorded_at, recipient_sealed, retailer_siv, event_id, tag_epoch, version, access_id,
    access_count, read_event_id, read_version, ord
)
where
    stored.brand_ref = any (array[mended.brand_ref]) and stored.channel = mended.channel
    and stored.recipient_type = mended.recipient_type and stored.tag = mended.tag
    and stored.bucket = mended.bucket
    and stored.event_id = mended.read_event_id and stored.version = mended.read_version

-- name: mend_missing_rows
-- Puts back rows of the company's view that are not there. $1..$17 as mend_rows
insert into provider_consent (
    brand_ref, channel, recipient_type, tag, bucket, status, source, consented_at, recorded_at,
    first_recorded_at, recipient_sealed, retailer_siv, event_id, tag_epoch, version, access_id,
    access_count
)
select mended.*
from unnest(
    $1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[],
    $6::consent_status[], $7::smallint[], $8::timestamptz[], $9::timestamptz[],
    $10::timestamptz[], $11::bytea[], $12::bytea[], $13::uuid[], $14::smallint[], $15::bigint[],
    $16::uuid[], $17::bigint[]
) as mended
on conflict (brand_ref, channel, recipient_type, tag, bucket) do nothing

-- name: mend_citizens
-- Puts rows of the citizens' view right that the projector has not written since they were read.
-- $1 tag uuid[n] · $2 slot uuid[n] · $3 bucket int2[n] · $4 sealed bytea[n] · $5 as it was read bytea[n]
-- gives how many were
update citizen_consent as stored set sealed = mended.sealed
from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::bytea[], $5::bytea[])
    with ordinality as mended (tag, slot, bucket, sealed, read_sealed, ord)
where
    stored.tag = any (array[mended.tag]) and stored.slot = mended.slot
    and stored.bucket = mended.bucket and stored.sealed = mended.read_sealed

-- name: mend_missing_citizens
-- Puts back rows of the citizens' view that are not there. $1..$4 as mend_citizens
insert into citizen_consent (tag, slot, bucket, sealed)
select mended.*
from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::bytea[]) as mended
on conflict (tag, slot, bucket) do nothing

-- name: unnumbered_events
-- Events that have no number and wait for none, of one moment. $1 how many are named
-- gives at most $1 rows, each with the count of all · reads events and entries whole
select e.event_id, count(*) over () as all_count
from consent_event as e
left join (select entry.event_id from entry) as numbered on numbered.event_id = e.event_id
where
    numbered.event_id is null
    and not exists (
        select from pending as w where w.event_id = e.event_id and w.bucket = e.bucket
    )
order by e.event_id
limit $1::integer

-- name: retailers_without_record
-- How many dealers stand under records that are not there · reads consent_retailer whole
select count(*)
from consent_retailer as d
where not exists (
    select
    from provider_consent as c
    where
        c.brand_ref = d.brand_ref and c.channel = d.channel
        and c.recipient_type = d.recipient_type and c.tag = d.tag and c.bucket = d.bucket
)

-- name: stored_retailers
-- All dealers of many records, and the events that each record stands at, of one moment.
-- $1..$5 as current_records · gives a row with event_id for each record, and one with sivs for each
-- list of dealers, whether its record is there or not
select asked.ord, stored.event_id, stored.access_id, null::bytea[] as sivs
from unnest($1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[])
    with ordinality as asked (brand_ref, channel, recipient_type, tag, bucket, ord)
inner join provider_consent as stored on
    stored.brand_ref = any (array[asked.brand_ref]) and stored.channel = asked.channel
    and stored.recipient_type = asked.recipient_type and stored.tag = asked.tag
    and stored.bucket = asked.bucket
union all
select
    asked.ord, null::uuid as event_id, null::uuid as access_id, array_agg(dealt.retailer_siv) as sivs
from unnest($1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[])
    with ordinality as asked (brand_ref, channel, recipient_type, tag, bucket, ord)
inner join consent_retailer as dealt on
    dealt.brand_ref = any (array[asked.brand_ref]) and dealt.channel = asked.channel
    and dealt.recipient_type = asked.recipient_type and dealt.tag = asked.tag
    and dealt.bucket = asked.bucket
group by asked.ord, dealt.bucket

-- name: hold_rows
-- Keeps records from moving until the transaction ends, where they stand at these events still.
-- $1..$5 as current_records · $6 event_id uuid[n] · $7 access_id uuid[n], null: no such event
-- gives ord of those that do · locks them
update provider_consent as stored set event_id = given.event_id
from unnest(
    $1::uuid[], $2::channel[], $3::recipient_type[], $4::uuid[], $5::smallint[], $6::uuid[],
    $7::uuid[]
) with ordinality as given (
    brand_ref, channel, recipient_type, tag, bucket, event_id, access_id, ord
)
where
    stored.brand_ref = any (array[given.brand_ref]) and stored.channel = given.channel
    and stored.recipient_type = given.recipient_type and stored.tag = given.tag
    and stored.bucket = given.bucket and stored.event_id = given.event_id
    and stored.access_id is not distinct from given.access_id
returning given.ord

-- name: set_aside
-- Numbers that could not be projected. $1 idx int8[n] · $2 event_id uuid[n], null: there is no entry
insert into unprojected (idx, event_id)
select given.idx, given.event_id
from unnest($1::bigint[], $2::uuid[]) as given (idx, event_id)
on conflict (idx) do nothing

-- name: unprojected
-- What is set aside, oldest first. $1 idx to start after · $2 last idx · $3 limit
select idx, event_id
from unprojected
where idx > $1::bigint and idx <= $2::bigint
order by idx
limit $3::integer

-- name: unprojected_count
select count(*) from unprojected

-- name: take_back
-- $1 idx int8[n] that are set aside no more
delete from unprojected
where idx = any ($1::bigint[])
