-- owns: receipt_number

-- name: put
-- $1 tag · $2 bucket · $3 body_sealed
insert into receipt_number (tag, bucket, body_sealed)
values ($1::uuid, $2::smallint, $3::bytea)

-- name: one
-- $1 tag · $2 bucket · index receipt_number_pkey
select body_sealed
from receipt_number
where tag = $1::uuid and bucket = $2::smallint
