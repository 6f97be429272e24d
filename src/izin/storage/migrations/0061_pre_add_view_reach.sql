-- Since when something is recorded that the citizens' view has not yet: for whoever reads it for her.
-- Nothing where it has all. One row of each index: what waits may be much.

create view view_reach as
select least(
    (select waiting.recorded_at from pending as waiting order by waiting.event_id limit 1),
    (
        select numbered.recorded_at
        from entry as numbered
        where numbered.idx > (select projected_idx from sequence_head)
        order by numbered.idx
        limit 1
    )
) as missing_since;
