-- owns: citizen_session

-- name: put
-- $1 session_tag · $2 body_sealed · $3 is_open · $4 idle_until · $5 good_until
insert into citizen_session (session_tag, body_sealed, is_open, idle_until, good_until)
values ($1, $2, $3, $4, $5)

-- name: one
-- $1 session_tag · $2 is_open · gives (body_sealed) · index citizen_session_pkey
select body_sealed
from citizen_session
where session_tag = $1 and is_open = $2 and idle_until > now() and good_until > now()

-- name: keep
-- Written once a minute at most. $1 session_tag · $2 idle_until
update citizen_session
set idle_until = $2
where session_tag = $1 and idle_until < $2::timestamptz - interval '1 minute'

-- name: end
-- $1 session_tag
delete from citizen_session where session_tag = $1

-- name: forget
-- $1 limit · index citizen_session_by_age
delete from citizen_session
where session_tag = any (array(
    select old.session_tag
    from citizen_session as old
    where old.good_until < now()
    order by old.good_until
    limit $1::integer
))
