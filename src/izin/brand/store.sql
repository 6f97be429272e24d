-- owns: brand, brand_short_name

-- name: enter
-- Writes a new brand, unless its code is taken. $1 brand_code · $2 iys_code · $3 name
-- $4 name_key · $5 is_master · $6 status · $7 is_active · $8 version · $9 is_test
-- gives the code, or nothing
insert into brand (
    brand_code, iys_code, name, name_key, is_master, status, is_active, changed_in, is_test
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (brand_code) do nothing
returning brand.brand_code

-- name: change
-- Gives a brand new facts; it stays its company's. $1..$8 as enter · gives the code, or nothing
update brand set
    name = $3,
    name_key = $4,
    is_master = $5,
    status = $6,
    is_active = $7,
    changed_in = $8
where brand.brand_code = $1 and brand.iys_code = $2
returning brand.brand_code

-- name: move
-- Gives a brand to another company. $1 brand_code · $2 iys_code · $3 is_master · $4 version
update brand set
    iys_code = $2,
    is_master = $3,
    tagged_for = nullif(coalesce(brand.tagged_for, brand.iys_code), $2),
    changed_in = $4
where brand.brand_code = $1

-- name: who_is_like
-- Which brand has a name like this one. $1 name_key · index brand_name
select brand.brand_code
from brand
where brand.name_key = $1

-- name: one
-- A brand; it does not change until the commit. $1 brand_code · locks it
select
    brand.brand_code, brand.iys_code, brand.name, brand.is_master, brand.status, brand.tagged_for,
    brand.is_test
from brand
where brand.brand_code = $1
for no key update

-- name: owner
-- Whose brand it is. $1 brand_code
select brand.iys_code
from brand
where brand.brand_code = $1

-- name: set_status
-- $1 brand_code · $2 status · $3 is_active · $4 version
update brand set
    status = $2,
    is_active = $3,
    changed_in = $4
where brand.brand_code = $1

-- name: set_master
-- $1 brand_code · $2 is_master · $3 version
update brand set
    is_master = $2,
    changed_in = $3
where brand.brand_code = $1

-- name: of_provider
-- A company's brands, the master first. $1 iys_code · index brand_of_provider
select
    brand.brand_code, brand.iys_code, brand.name, brand.is_master, brand.status, brand.tagged_for,
    brand.is_test
from brand
where brand.iys_code = $1
order by brand.is_master desc, brand.brand_code

-- name: some
-- Brands of these codes. $1 brand_code bigint[n] · index brand_pkey
select
    brand.brand_code, brand.iys_code, brand.name, brand.is_master, brand.status, brand.tagged_for,
    brand.is_test
from brand
where brand.brand_code = any ($1::bigint[])

-- name: changed
-- Brands changed after a version; -1 gives all.
-- $1 version bigint · gives rows in no order
select
    brand.brand_code, brand.iys_code, brand.name, brand.is_master, brand.status, brand.tagged_for,
    brand.is_test
from brand
where brand.changed_in > $1

-- name: tests_among
-- Which of these brands are there to try with. $1 brand_code bigint[n] · index brand_pkey
select brand.brand_code
from brand
where brand.brand_code = any ($1::bigint[]) and brand.is_test

-- name: called
-- Brands by what people call them; no test brands.
-- $1 brand_code bigint[n], null: it is no number · $2 name_key text[n]
-- gives (ord, naming, the brand), at most three rows for each asked
-- index brand_pkey, brand_short_name_pkey, brand_name
select
    asked.ord, meant.naming, found.brand_code, found.iys_code, found.name, found.is_master,
    found.status, found.tagged_for, found.is_test
from unnest($1::bigint[], $2::text[]) with ordinality as asked (brand_code, name_key, ord)
cross join lateral (
    select 'number' as naming, asked.brand_code
    union all
    select 'short name' as naming, shortened.brand_code
    from brand_short_name as shortened
    where shortened.name_key = asked.name_key
    union all
    select 'name' as naming, named.brand_code
    from brand as named
    where named.name_key = asked.name_key
) as meant
cross join lateral (
    select
        brand.brand_code, brand.iys_code, brand.name, brand.is_master, brand.status,
        brand.tagged_for, brand.is_test
    from brand
    where brand.brand_code = meant.brand_code and not brand.is_test
    limit 1
) as found
order by asked.ord

-- name: near
-- Brands whose name or short name begins with a key, and before them those that begin with less of it;
-- no test brands, none that is closed. $1 name_key · $2 start of it · $3 limit of each range
-- gives (name_key, the brand), at most four times the limit
-- index brand_name_start, brand_short_name_start, brand_pkey
select
    started.name_key, found.brand_code, found.iys_code, found.name, found.is_master, found.status,
    found.tagged_for, found.is_test
from unnest(array[$1::text, $2::text]) as asked (start)
cross join lateral (
    (
        select named.name_key, named.brand_code
        from brand as named
        where
            named.name_key collate "C" >= asked.start
            and named.name_key collate "C" < (asked.start || '~')
            and not named.is_test
        order by named.name_key collate "C"
        limit $3::integer
    )
    union all
    (
        select shortened.name_key, shortened.brand_code
        from brand_short_name as shortened
        where
            shortened.name_key collate "C" >= asked.start
            and shortened.name_key collate "C" < (asked.start || '~')
        order by shortened.name_key collate "C"
        limit $3::integer
    )
) as started
cross join lateral (
    select
        brand.brand_code, brand.iys_code, brand.name, brand.is_master, brand.status,
        brand.tagged_for, brand.is_test
    from brand
    where
        brand.brand_code = started.brand_code and not brand.is_test and brand.status <> 'closed'
    limit 1
) as found

-- name: drop_short_names
-- $1 brand_code
delete from brand_short_name
where brand_short_name.brand_code = $1

-- name: add_short_name
-- $1 name_key · $2 brand_code · $3 short_name · gives the key, or nothing if it is taken
insert into brand_short_name (name_key, brand_code, short_name)
values ($1, $2, $3)
on conflict (name_key) do nothing
returning brand_short_name.name_key

-- name: short_names
-- Short names by brand. $1 brand_code bigint[n] · index brand_short_name_of · at most three a brand
select brand_short_name.brand_code, brand_short_name.short_name
from brand_short_name
where brand_short_name.brand_code = any ($1::bigint[])
order by brand_short_name.brand_code, brand_short_name.short_name

-- name: figures
-- Consents by brand and channel, as the projector keeps them: no count at read time.
-- $1 brand_ref uuid[n] · gives (brand_ref, channel, approvals, rejections) of those that have any
-- index brand_figure_pkey · at most six rows a brand
select figure.brand_ref, figure.channel, figure.approvals, figure.rejections
from brand_figure as figure
where figure.brand_ref = any ($1::uuid[])
