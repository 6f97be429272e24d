-- name: sessions
-- How many sessions each kind of process has in this database. Everybody may see that much.
-- gives (application_name, sessions)
select application_name, count(*) as sessions
from pg_stat_activity
where datname = current_database() and application_name like 'izin\_%'
group by application_name
