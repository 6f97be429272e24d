-- owns: retailer, retailer_day

-- name: put
-- Writes a dealer, new or known.
-- $1 retailer_code · $2 brand_code · $3 title · $4 status · gives whose brand it is
insert into retailer (retailer_code, brand_code, title, status, iys_code)
values ($1, $2, $3, $4, (select brand.iys_code from brand where brand.brand_code = $2))
on conflict (retailer_code) do update set
    brand_code = excluded.brand_code,
    title = excluded.title,
    status = excluded.status,
    iys_code = excluded.iys_code
returning retailer.iys_code

-- name: active
-- Which of these codes are active dealers of the brand, and which of them no consent has named.
-- $1 brand_code · $2 retailer_code bigint[n] · gives at most n rows in no order · index retailer_pkey
select retailer.retailer_code, retailer.linked_at is null as is_new
from retailer
where
    retailer.retailer_code = any ($2::bigint[])
    and retailer.brand_code = $1
    and retailer.status = 'active'

-- name: link
-- Says of dealers that a consent names them: from then on they cannot be deleted.
-- $1 retailer_code bigint[n], in order · gives those that are there · locks them
update retailer set linked_at = coalesce(retailer.linked_at, now())
where retailer.retailer_code = any ($1::bigint[])
returning retailer.retailer_code

-- name: titles
-- What the brand's dealers of these codes are called, whatever their status.
-- $1 brand_code · $2 retailer_code bigint[n] · gives at most n rows in no order · index retailer_pkey
select retailer.retailer_code, retailer.title
from retailer
where retailer.retailer_code = any ($2::bigint[]) and retailer.brand_code = $1

-- name: count_by_brand
-- Dealers of each brand, whatever their status.
-- $1 brand_code bigint[n] · gives (brand_code, retailers) of those that have any
-- index retailer_of_brand · at most 3,000 rows a brand
select retailer.brand_code, count(*) as retailers
from retailer
where retailer.brand_code = any ($1::bigint[])
group by retailer.brand_code

-- name: hold
-- Lets the dealers of one company be entered one after the other.
-- $1 iys_code · locks until the commit
select pg_advisory_xact_lock(hashtextextended('retailer of ' || $1::bigint, 0)) as held

-- name: twins
-- The company's dealers with the same number of the trade registry, or the same person.
-- $1 iys_code · $2 mersis or null · $3 person_tag
-- gives (status, is_same_firm, is_same_person), a row each · index retailer_of_company
select
    retailer.status,
    coalesce(retailer.mersis = $2::text, false) as is_same_firm,
    coalesce(retailer.person_tag = $3::uuid, false) as is_same_person
from retailer
where
    retailer.iys_code = $1
    and (retailer.mersis = $2::text or retailer.person_tag = $3::uuid)

-- name: enter
-- Writes a new dealer unless the code is taken.
-- $1 retailer_code · $2 brand_code · $3 iys_code · $4 title · $5 status · $6 alias · $7 mersis
-- $8 city_code · $9 town_code · $10 person_tag · $11 person_sealed · gives the code, or nothing
insert into retailer (
    retailer_code, brand_code, iys_code, title, status, alias, mersis, city_code, town_code,
    person_tag, person_sealed
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (retailer_code) do nothing
returning retailer_code

-- name: alike
-- The company's dealers with one of these numbers of the trade registry, or one of these persons.
-- $1 iys_code · $2 mersis text[] · $3 person_tag uuid[] · index retailer_of_company
-- gives rows as page does, with person_tag, of those that a company has entered
select
    retailer.retailer_code, retailer.brand_code, retailer.title, retailer.status, retailer.alias,
    retailer.mersis, retailer.city_code, retailer.town_code, retailer.person_sealed,
    retailer.person_tag
from retailer
where
    retailer.iys_code = $1
    and (retailer.mersis = any ($2::text[]) or retailer.person_tag = any ($3::uuid[]))
    and retailer.person_sealed is not null
order by retailer.created_at, retailer.retailer_code

-- name: enter_list
-- Writes new dealers, but those whose code is taken.
-- $1 brand_code · $2 iys_code · $3 retailer_code bigint[n] · $4 title · $5 status · $6 alias
-- $7 mersis · $8 city_code · $9 town_code · $10 person_tag · $11 person_sealed, each an array of n
-- gives the codes that are written
insert into retailer (
    retailer_code, brand_code, iys_code, title, status, alias, mersis, city_code, town_code,
    person_tag, person_sealed
)
select
    new.retailer_code, $1, $2, new.title, new.status, new.alias, new.mersis, new.city_code,
    new.town_code, new.person_tag, new.person_sealed
from unnest(
    $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::integer[], $9::integer[],
    $10::uuid[], $11::bytea[]
) as new (
    retailer_code, title, status, alias, mersis, city_code, town_code, person_tag, person_sealed
)
on conflict (retailer_code) do nothing
returning retailer.retailer_code

-- name: page
-- A brand's dealers, the oldest first.
-- $1 brand_code · $2 offset · $3 limit · index retailer_of_brand · at most 3,000 rows a brand
select
    retailer.retailer_code, retailer.brand_code, retailer.title, retailer.status, retailer.alias,
    retailer.mersis, retailer.city_code, retailer.town_code, retailer.person_sealed
from retailer
where retailer.brand_code = $1
order by retailer.created_at, retailer.retailer_code
offset $2
limit $3

-- name: some
-- The brand's dealers of these codes, whatever their status.
-- $1 brand_code · $2 retailer_code bigint[n] · gives at most n rows as page does, in the order of codes
select
    retailer.retailer_code, retailer.brand_code, retailer.title, retailer.status, retailer.alias,
    retailer.mersis, retailer.city_code, retailer.town_code, retailer.person_sealed
from retailer
where retailer.retailer_code = any ($2::bigint[]) and retailer.brand_code = $1
order by retailer.retailer_code

-- name: move_brand
-- Gives a brand's dealers to another company. One whose firm is a dealer of that company already
-- stays beside it; who stands for the others is told apart by `tag`. $1 brand_code · $2 iys_code
update retailer as moved set
    iys_code = $2,
    person_tag = null,
    is_twin = exists (
        select from retailer as other
        where other.iys_code = $2 and other.mersis = moved.mersis and other.brand_code <> $1
    ) or exists (
        select from retailer as sibling
        where
            sibling.brand_code = $1 and sibling.mersis = moved.mersis
            and sibling.retailer_code < moved.retailer_code
    )
where moved.brand_code = $1

-- name: untagged
-- Moved dealers whose person is to be tagged. $1 retailer_code after which · $2 limit
-- index retailer_without_tag
select retailer.retailer_code, retailer.iys_code, retailer.person_sealed
from retailer
where
    retailer.person_tag is null and retailer.person_sealed is not null
    and retailer.retailer_code > $1
order by retailer.retailer_code
limit $2

-- name: tag
-- Tags who stands for a dealer; if he stands for another one of the company, it is a twin.
-- $1 retailer_code · $2 iys_code that the tag is for · $3 person_tag · locks the dealer
update retailer as tagged set
    person_tag = $3::uuid,
    is_twin = tagged.is_twin or exists (
        select from retailer as other
        where other.iys_code = $2 and other.person_tag = $3::uuid and not other.is_twin
    )
where
    tagged.retailer_code = $1 and tagged.iys_code = $2 and tagged.person_tag is null

-- name: delete_unlinked
-- Takes a dealer away unless a consent has named it.
-- $1 brand_code · $2 retailer_code · $3 iys_code whose it is · gives the code if it is gone
delete from retailer
where
    retailer.retailer_code = $2 and retailer.brand_code = $1 and retailer.iys_code = $3
    and retailer.linked_at is null
returning retailer.retailer_code

-- name: taken_by
-- How many consents of a brand a dealer took; of so many records at most.
-- $1 retailer_siv in hex · $2 brand_ref · $3 records at most · index provider_consent_taken
select
    seen.channel, seen.recipient_type,
    count(*) filter (where seen.status = 'ONAY') as approvals,
    count(*) filter (where seen.status = 'RET') as rejections
from (
    select taken.channel, taken.recipient_type, taken.status
    from provider_consent as taken
    where encode(taken.retailer_siv, 'hex') = $1::text and taken.brand_ref = $2::uuid
    limit $3::integer
) as seen
group by seen.channel, seen.recipient_type
order by seen.channel, seen.recipient_type

-- name: tree
-- Every dealer of a brand and the one that it stands under. $1 brand_code
-- index retailer_of_brand · at most 3,000 rows
select
    retailer.retailer_code, retailer.parent_code, retailer.title, retailer.status,
    retailer.new_a_day
from retailer
where retailer.brand_code = $1
order by retailer.retailer_code

-- name: put_under
-- $1 retailer_code · $2 parent_code or null
update retailer set parent_code = $2
where retailer.retailer_code = $1

-- name: set_status
-- $1 brand_code · $2 retailer_code · $3 iys_code whose it is · $4 status
-- gives the code, or nothing
update retailer set status = $4
where retailer.retailer_code = $2 and retailer.brand_code = $1 and retailer.iys_code = $3
returning retailer.retailer_code

-- name: set_limit
-- $1 brand_code · $2 retailer_code · $3 iys_code whose it is · $4 new consents a day, or null
-- gives the code, or nothing
update retailer set new_a_day = $4
where retailer.retailer_code = $2 and retailer.brand_code = $1 and retailer.iys_code = $3
returning retailer.retailer_code

-- name: limits
-- The limits of these dealers that have one. $1 retailer_code bigint[n] · index retailer_pkey
-- gives (retailer_code, new_a_day, taken): taken today
select
    retailer.retailer_code, retailer.new_a_day,
    case
        when taken.day = (now() at time zone 'UTC' + interval '3 hours')::date then taken.taken
        else 0
    end as taken
from retailer
left join retailer_day as taken on taken.retailer_code = retailer.retailer_code
where retailer.retailer_code = any ($1::bigint[]) and retailer.new_a_day is not null

-- name: take
-- Takes room of today for new consents of dealers, as much as each has left; Turkey's clock has stood
-- still at UTC+3 since 2016. A dealer without a limit has no row.
-- $1 retailer_code bigint[n], in order · $2 how many int[n] · gives (retailer_code, granted)
-- index retailer_pkey, retailer_day_pkey · locks the dealers' rows of the day
insert into retailer_day as stored (retailer_code, day, taken, granted)
select
    asked.retailer_code,
    (now() at time zone 'UTC' + interval '3 hours')::date,
    least(asked.wanted, retailer.new_a_day),
    least(asked.wanted, retailer.new_a_day)
from unnest($1::bigint[], $2::integer[]) as asked (retailer_code, wanted)
inner join retailer on retailer.retailer_code = asked.retailer_code
where retailer.new_a_day is not null
order by asked.retailer_code
on conflict (retailer_code) do update set
    day = excluded.day,
    granted = case
        when stored.day = excluded.day then least(
            excluded.granted,
            greatest(
                (
                    select retailer.new_a_day from retailer
                    where retailer.retailer_code = stored.retailer_code
                ) - stored.taken,
                0
            )
        )
        else excluded.granted
    end,
    taken = case
        when stored.day = excluded.day then stored.taken + least(
            excluded.granted,
            greatest(
                (
                    select retailer.new_a_day from retailer
                    where retailer.retailer_code = stored.retailer_code
                ) - stored.taken,
                0
            )
        )
        else excluded.taken
    end
returning stored.retailer_code, stored.granted

-- name: give_back
-- Gives back room that was taken today. $1 retailer_code bigint[n], in order · $2 how many int[n]
-- index retailer_day_pkey · locks the dealers' rows of the day
update retailer_day as stored set taken = greatest(stored.taken - given.unused, 0)
from unnest($1::bigint[], $2::integer[]) as given (retailer_code, unused)
where
    stored.retailer_code = given.retailer_code
    and stored.day = (now() at time zone 'UTC' + interval '3 hours')::date
