-- owns: personal_link

-- name: put
-- $1 tag uuid[n] · $2 bucket smallint[n] · $3 body_sealed bytea[n] · $4 forget_after date[n]
insert into personal_link (tag, bucket, body_sealed, forget_after)
select made.tag, made.bucket, made.body_sealed, made.forget_after
from unnest($1::uuid[], $2::smallint[], $3::bytea[], $4::date[])
    as made (tag, bucket, body_sealed, forget_after)

-- name: one
-- $1 tag · $2 bucket · index personal_link_pkey
select body_sealed
from personal_link
where tag = $1::uuid and bucket = $2::smallint

-- name: held
-- The same; whoever else would change by it waits. $1 tag · $2 bucket · locks it
select body_sealed
from personal_link
where tag = $1::uuid and bucket = $2::smallint
for update

-- name: drop_old
-- A bounded bite. $1 today · $2 rows at most · gives how many went · index personal_link_by_age
delete from personal_link
where (tag, bucket) in (
    select old.tag, old.bucket
    from personal_link as old
    where old.forget_after < $1::date
    order by old.forget_after
    limit $2::integer
)
