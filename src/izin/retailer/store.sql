-- owns: retailer

-- name: put
-- Writes a dealer, new or known.
-- $1 retailer_code · $2 brand_code · $3 title · $4 status
insert into retailer (retailer_code, brand_code, title, status)
values ($1, $2, $3, $4)
on conflict (retailer_code) do update set
    brand_code = excluded.brand_code,
    title = excluded.title,
    status = excluded.status

-- name: active
-- Which of these codes are active dealers of the brand.
-- $1 brand_code · $2 retailer_code bigint[n] · gives at most n rows in no order · index retailer_pkey
select retailer.retailer_code
from retailer
where
    retailer.retailer_code = any ($2::bigint[])
    and retailer.brand_code = $1
    and retailer.status = 'active'

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
