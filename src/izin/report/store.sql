-- owns: day_figure

-- name: move_days
-- Adds to figures of days.
-- $1 brand_ref uuid[n] · $2 aspect[n] · $3 day date[n] · $4 channel[n] · $5 recipient_type[n]
-- $6 value[n] · $7 begun int8[n] · $8 renewed int8[n] · $9 refused int8[n], by how much each moves
-- locks the rows, which come in the order of the key
insert into day_figure as stored (
    brand_ref, aspect, day, channel, recipient_type, value, begun, renewed, refused
)
select given.*
from unnest(
    $1::uuid[], $2::text[], $3::date[], $4::channel[], $5::recipient_type[], $6::text[],
    $7::bigint[], $8::bigint[], $9::bigint[]
) as given (brand_ref, aspect, day, channel, recipient_type, value, begun, renewed, refused)
on conflict (brand_ref, aspect, day, channel, recipient_type, value) do update set
    begun = stored.begun + excluded.begun,
    renewed = stored.renewed + excluded.renewed,
    refused = stored.refused + excluded.refused

-- name: days_at
-- Every figure, and the number up to which they count: both move in one transaction.
-- gives at least one row; brand_ref is null where there is no figure · reads the table whole
select
    coalesce(head.counted_idx, head.projected_idx) as counted_idx,
    figure.brand_ref, figure.aspect, figure.day, figure.channel, figure.recipient_type,
    figure.value, figure.begun, figure.renewed, figure.refused
from sequence_head as head
left join day_figure as figure on true

-- name: lines
-- A brand's figures of some days, put together by what is asked for.
-- $1 brand_ref · $2 aspect · $3 first day · $4 last day · $5 channel[] · $6 'day', 'month' or null
-- $7 by channel · $8 by recipient type · $9 by value · $10 the one value, or null · $11 rows at most
-- index day_figure_pkey · reads the figures of those days, a few for each
select
    case $6::text
        when 'day' then figure.day
        when 'month' then date_trunc('month', figure.day)::date
    end as period,
    case when $7::boolean then figure.channel end as channel,
    case when $8::boolean then figure.recipient_type end as recipient_type,
    case when $9::boolean then figure.value end as value,
    sum(figure.begun)::bigint as begun,
    sum(figure.renewed)::bigint as renewed,
    sum(figure.refused)::bigint as refused
from day_figure as figure
where
    figure.brand_ref = $1::uuid and figure.aspect = $2::text
    and figure.day between $3::date and $4::date
    and figure.channel = any ($5::channel[])
    and ($10::text is null or figure.value = $10::text)
group by 1, 2, 3, 4
order by 1, 2, 3, 4
limit $11::integer

-- name: standing
-- How many of a brand's consents stand at what. $1 brand_ref · $2 channel[]
-- index brand_figure_pkey · at most six rows
select figure.channel, figure.recipient_type, figure.approvals, figure.rejections
from brand_figure as figure
where figure.brand_ref = $1::uuid and figure.channel = any ($2::channel[])
order by figure.channel, figure.recipient_type
