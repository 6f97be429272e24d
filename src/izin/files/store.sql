-- owns: file_load

-- name: find
-- How far a file got for a brand. $1 brand_code · $2 file_hash · index file_load_brand_code_file_hash_key
-- gives nothing, or (load_id, rows_done, rows_recorded, rows_refused, finished_at)
select load_id, rows_done, rows_recorded, rows_refused, finished_at
from file_load
where brand_code = $1 and file_hash = $2

-- name: begin
-- $1 load_id · $2 brand_code · $3 file_hash, which is a keyed tag; a file that has begun stays as it is
insert into file_load (load_id, brand_code, file_hash)
values ($1, $2, $3)
on conflict (brand_code, file_hash) do nothing

-- name: begin_anew
-- All rows of a load are to be done again. $1 load_id · $2 rows_done as we know it
-- gives the id, or nothing if somebody moved it
update file_load
set rows_done = 0, rows_recorded = 0, rows_refused = 0, started_at = now(), finished_at = null
where load_id = $1 and rows_done = $2
returning load_id

-- name: hold
-- Keep everybody else from moving a load for this transaction. $1 load_id · $2 rows_done as we know it
-- gives the id, or nothing if somebody moved it · locks one row
select load_id
from file_load
where load_id = $1 and rows_done = $2 and finished_at is null
for update

-- name: advance
-- In the transaction that records the rows. $1 load_id · $2 rows · $3 recorded · $4 refused
update file_load
set rows_done = rows_done + $2::bigint,
    rows_recorded = rows_recorded + $3::bigint,
    rows_refused = rows_refused + $4::bigint
where load_id = $1

-- name: finish
-- $1 load_id
update file_load
set finished_at = now()
where load_id = $1 and finished_at is null
