-- owns: query_receipt

-- name: put
-- $1 receipt_id · $2 bucket · $3 intermediary_code · $4 brand_code · $5 body_sealed
insert into query_receipt (receipt_id, bucket, intermediary_code, brand_code, body_sealed)
values ($1::uuid, $2::smallint, $3::bigint, $4::bigint, $5::bytea)

-- name: one
-- $1 receipt_id · $2 bucket · $3 intermediary_code · index query_receipt_pkey
select body_sealed
from query_receipt
where
    receipt_id = $1::uuid and bucket = $2::smallint and intermediary_code = $3::bigint

-- name: drop_old
-- A bounded bite. $1 instant before which receipts are forgotten · $2 rows at most · gives how many went
delete from query_receipt
where (receipt_id, bucket) in (
    select old.receipt_id, old.bucket
    from query_receipt as old
    where old.asked_at < $1::timestamptz
    order by old.asked_at
    limit $2::integer
)
