-- name: flushed
-- On the primary: everything acknowledged until now lies before `position`. No row from a replica
-- gives (position int8, timeline int4, system int8, database oid)
select
    (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint as position,
    ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::integer as timeline,
    control.system_identifier as system,
    here.oid as database
from pg_control_system() as control
cross join pg_database as here
where here.datname = current_database() and not pg_is_in_recovery()

-- name: replayed
-- On the replica: what lies before `position` is seen by every statement that begins after this
-- one in the same life of the server. The timeline is that of its last restart point or of the
-- last page written out: it may be behind, never ahead.
-- gives (is_replica, position int8, timeline int4, system int8, database oid, life timestamptz)
select
    pg_is_in_recovery() as is_replica,
    (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint as position,
    greatest(checkpoint.timeline_id, recovery.min_recovery_end_timeline) as timeline,
    control.system_identifier as system,
    here.oid as database,
    pg_postmaster_start_time() as life
from pg_control_system() as control
cross join pg_control_checkpoint() as checkpoint
cross join pg_control_recovery() as recovery
cross join pg_database as here
where here.datname = current_database()

-- name: life
-- gives (pid int4, life timestamptz): the session's own process, and since when its server runs
select
    pg_backend_pid() as pid,
    pg_postmaster_start_time() as life

-- name: is_distributed
-- On a cluster each worker has a log and replicas of its own: one position says nothing of theirs.
select exists (select from pg_extension where extname = 'citus')
