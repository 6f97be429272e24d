-- owns: schema_migration

-- name: lock
-- One migration at a time in a database; given back when the session ends.
select pg_advisory_lock(hashtextextended('izin migrate', 0));

-- name: create_register
create table if not exists schema_migration (
    number smallint primary key,
    name text not null,
    applied_at timestamptz not null default now(),
    checksum text not null
);

-- name: has_register
select to_regclass('schema_migration') is not null;

-- name: applied
-- gives (number, name, checksum), oldest first
select number, name, checksum
from schema_migration
order by number;

-- name: remember
-- $1 number int2 · $2 name text · $3 checksum text
insert into schema_migration (number, name, checksum)
values ($1, $2, $3);
