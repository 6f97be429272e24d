-- Recording costs a row what its inserts cost, however many rows there are.
-- What was written came together in a loop, and both later inserts looked through it row by row:
-- the work grew with the square of the rows.

create or replace function record_movements(
    brand_refs uuid[], channels channel[], recipient_types recipient_type[], tags uuid[],
    buckets smallint[], statuses consent_status[], sources smallint[],
    consented_ats timestamptz[], recorded_ats timestamptz[], recipients_sealed bytea[],
    retailer_sivs bytea[], event_ids uuid[], tag_epochs smallint[], versions bigint[],
    commitments bytea[], previous_event_ids uuid[], bodies_sealed bytea[], sides side[]
) returns uuid[]
language plpgsql as $$
declare
    written uuid[];
    is_whole boolean;
begin
    -- rows come in key order, so two bulks cannot wait for each other; a row whose version moved
    -- since it was read is left alone and comes back as not written
    with put as (
        insert into provider_consent as stored (
            brand_ref, channel, recipient_type, tag, bucket, status, source, consented_at,
            recorded_at, first_recorded_at, recipient_sealed, retailer_siv, event_id,
            tag_epoch, version
        )
        select
            moved.brand_ref, moved.channel, moved.recipient_type, moved.tag, moved.bucket,
            moved.status, moved.source, moved.consented_at, moved.recorded_at, moved.recorded_at,
            moved.recipient_sealed, moved.retailer_siv, moved.event_id, moved.tag_epoch,
            moved.version
        from unnest(
            brand_refs, channels, recipient_types, tags, buckets, statuses, sources,
            consented_ats, recorded_ats, recipients_sealed, retailer_sivs, event_ids,
            tag_epochs, versions
        ) as moved (
            brand_ref, channel, recipient_type, tag, bucket, status, source, consented_at,
            recorded_at, recipient_sealed, retailer_siv, event_id, tag_epoch, version
        )
        on conflict (brand_ref, channel, recipient_type, tag, bucket) do update set
            status = excluded.status,
            source = excluded.source,
            consented_at = excluded.consented_at,
            recorded_at = excluded.recorded_at,
            recipient_sealed = excluded.recipient_sealed,
            retailer_siv = excluded.retailer_siv,
            event_id = excluded.event_id,
            tag_epoch = excluded.tag_epoch,
            version = excluded.version
        where stored.version = excluded.version - 1
        returning stored.event_id
    )
    select coalesce(array_agg(put.event_id), '{}') into written from put;
    is_whole := cardinality(written) = cardinality(event_ids);

    insert into consent_event (
        event_id, bucket, commitment, recorded_at, tag, brand_ref, channel, recipient_type,
        previous_event_id, body_sealed
    )
    select
        moved.event_id, moved.bucket, moved.commitment, moved.recorded_at, moved.tag,
        moved.brand_ref, moved.channel, moved.recipient_type, moved.previous_event_id,
        moved.body_sealed
    from unnest(
        event_ids, buckets, commitments, recorded_ats, tags, brand_refs, channels,
        recipient_types, previous_event_ids, bodies_sealed
    ) as moved (
        event_id, bucket, commitment, recorded_at, tag, brand_ref, channel, recipient_type,
        previous_event_id, body_sealed
    )
    where is_whole or moved.event_id in (select unnest(written));

    insert into pending (event_id, bucket, brand_ref, side, recorded_at)
    select moved.event_id, moved.bucket, moved.brand_ref, moved.side, moved.recorded_at
    from unnest(event_ids, buckets, brand_refs, sides, recorded_ats)
        as moved (event_id, bucket, brand_ref, side, recorded_at)
    where is_whole or moved.event_id in (select unnest(written));

    return written;
end
$$;

-- Each row's check of its source locked that source's one row, for all writers at once. The table
-- stays the vocabulary for people who read the database; the code writes from the same list, which
-- a test compares.
alter table provider_consent drop constraint provider_consent_source_fkey;
