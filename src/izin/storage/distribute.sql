-- owns: nothing

-- name: server
-- gives (version, citus): the major version of the server, and that of Citus or null
select
    current_setting('server_version_num')::integer / 10000 as version,
    (select extversion from pg_extension where extname = 'citus') as citus

-- name: cluster
-- gives (is_coordinator, is_listed, workers): this node leads, is among the nodes, how many work
select
    (select groupid = 0 from pg_dist_local_group) as is_coordinator,
    exists (select from pg_dist_node where groupid = 0) as is_listed,
    (
        select count(*)
        from pg_dist_node
        where groupid <> 0 and isactive and shouldhaveshards and noderole = 'primary'
    ) as workers

-- name: without_roles
-- Workers where a process's role is missing or may not sign in: Citus goes there under its name.
-- gives nodename
select node.nodename
from run_command_on_workers($cmd$
    select count(*)
    from pg_roles
    where rolname in ('izin_web', 'izin_citizen', 'izin_keeper', 'izin_operator', 'izin_desk', 'izin_courier') and rolcanlogin
$cmd$) as node
where not node.success or node.result <> '4'

-- name: tables
-- gives (name, kind, distribution_column, colocation_id) of what Citus knows
select
    class.relname as name, known.citus_table_type as kind,
    known.distribution_column, known.colocation_id
from citus_tables as known
inner join pg_class as class on class.oid = known.table_name
where class.relnamespace = 'public'::regnamespace
