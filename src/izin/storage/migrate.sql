-- owns: schema_migration

-- name: lock
-- One migration at a time in a database; given back when the session ends. Not waited for in the
-- server: an index that is built while all goes on waits for every statement that is under way.
-- gives boolean
select pg_try_advisory_lock(hashtextextended('izin migrate', 0));

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

-- name: broken_indexes
-- What was left of an index whose building was cut off. gives its quoted name
select format('%I.%I', nspname, relname)
from pg_index
inner join pg_class on pg_class.oid = pg_index.indexrelid
inner join pg_namespace on pg_namespace.oid = pg_class.relnamespace
where not pg_index.indisvalid and pg_namespace.nspname = 'public';

-- name: remember
-- $1 number int2 · $2 name text · $3 checksum text
insert into schema_migration (number, name, checksum)
values ($1, $2, $3);
