-- owns: receipt_number, receipt_part

-- name: put
-- $1 tag · $2 bucket · $3 body_sealed
insert into receipt_number (tag, bucket, body_sealed)
values ($1::uuid, $2::smallint, $3::bytea)

-- name: one
-- $1 tag · $2 bucket · index receipt_number_pkey
select body_sealed
from receipt_number
where tag = $1::uuid and bucket = $2::smallint

-- name: some
-- $1 tags · $2 their buckets · gives (tag, body_sealed) · index receipt_number_pkey
select tag, body_sealed
from receipt_number
where tag = any ($1::uuid[]) and bucket = any ($2::smallint[])

-- name: put_part
-- $1 tag · $2 bucket · $3 part · $4 body_sealed
insert into receipt_part (tag, bucket, part, body_sealed)
values ($1::uuid, $2::smallint, $3::integer, $4::bytea)

-- name: done_parts
-- How many there are. $1 tag · $2 bucket · index receipt_part_pkey
select count(*)
from receipt_part
where tag = $1::uuid and bucket = $2::smallint

-- name: parts
-- $1 tag · $2 bucket · gives (part, body_sealed), at most as many as a receipt has
-- index receipt_part_pkey
select part, body_sealed
from receipt_part
where tag = $1::uuid and bucket = $2::smallint
order by part
limit 10000
