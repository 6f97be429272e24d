-- A movement is one value of one type: an array of them is taken apart once for each table, where
-- eighteen arrays were taken apart column by column, which cost a third more. The function by columns
-- goes with the next version, when no process calls it any more.

create type movement as (
    brand_ref uuid, channel channel, recipient_type recipient_type, tag uuid, bucket smallint,
    status consent_status, source smallint, consented_at timestamptz, recorded_at timestamptz,
    recipient_sealed bytea, retailer_siv bytea, event_id uuid, tag_epoch smallint, version bigint,
    commitment bytea, previous_event_id uuid, body_sealed bytea, side side
);

create function record_movements(movements movement[]) returns uuid[]
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
        from unnest(movements) as moved
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
    is_whole := cardinality(written) = cardinality(movements);

    insert into consent_event (
        event_id, bucket, commitment, recorded_at, tag, brand_ref, channel, recipient_type,
        previous_event_id, body_sealed
    )
    select
        moved.event_id, moved.bucket, moved.commitment, moved.recorded_at, moved.tag,
        moved.brand_ref, moved.channel, moved.recipient_type, moved.previous_event_id,
        moved.body_sealed
    from unnest(movements) as moved
    where is_whole or moved.event_id in (select unnest(written));

    insert into pending (event_id, bucket, brand_ref, side, recorded_at)
    select moved.event_id, moved.bucket, moved.brand_ref, moved.side, moved.recorded_at
    from unnest(movements) as moved
    where is_whole or moved.event_id in (select unnest(written));

    return written;
end
$$;
