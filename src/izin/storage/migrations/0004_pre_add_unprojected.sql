-- What does not open is set aside by the projector, so that one movement holds up nobody else.

create table unprojected (
    idx bigint primary key,
    event_id uuid,                       -- null: the number has no entry
    since timestamptz not null default now()
);

-- The last number in the brands' figures, which follow in transactions of their own. Null until the
-- first of them: before it, figures moved together with projected_idx.

alter table sequence_head add column counted_idx bigint;
