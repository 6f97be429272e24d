-- owns: api_user, token

-- name: put_user
-- Writes a user of the API, new or known by name.
-- $1 user_id · $2 username · $3 password_hash · $4 iys_code or null · $5 partner_code or null
-- $6 intermediary_code or null · $7 is_active · gives the user_id that stays
insert into api_user (
    user_id, username, password_hash, iys_code, partner_code, intermediary_code, is_active
)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (username) do update set
    password_hash = excluded.password_hash,
    iys_code = excluded.iys_code,
    partner_code = excluded.partner_code,
    intermediary_code = excluded.intermediary_code,
    is_active = excluded.is_active
returning api_user.user_id

-- name: user_by_name
-- Who may sign in under a name.
-- $1 username · gives one row or none · index api_user_username_key
select
    api_user.user_id, api_user.password_hash, api_user.iys_code, api_user.partner_code,
    api_user.intermediary_code
from api_user
where api_user.username = $1 and api_user.is_active

-- name: put_pair
-- An access token and the refresh token that goes with it.
-- $1 family · $2 user_id · $3 created_at · $4 access tag · $5 its expiry · $6 refresh tag · $7 its expiry
insert into token (token_tag, family, kind, user_id, created_at, expires_at)
values ($4, $1, 'access', $2, $3, $5), ($6, $1, 'refresh', $2, $3, $7)

-- name: lock_family
-- The family of a refresh token. Held until the commit: rotations and a revocation of one family
-- follow one another, so a revocation also sees what the rotation before it has written.
-- $1 token_tag · gives one row or none, the uuid first · locks the family, until the commit
select token.family, pg_advisory_xact_lock(hashtextextended(token.family::text, 0)) as held
from token
where token.token_tag = $1 and token.kind = 'refresh'

-- name: use_refresh
-- A refresh token works once, while it is good and its user is active.
-- $1 token_tag · $2 now · gives the user_id, or nothing
update token set used_at = $2
from api_user
where
    token.token_tag = $1 and token.kind = 'refresh' and token.used_at is null
    and token.expires_at > $2
    and api_user.user_id = token.user_id and api_user.is_active
returning token.user_id

-- name: was_used
-- Was this refresh token used before?
-- $1 token_tag · gives boolean
select token.used_at is not null as was_used
from token
where token.token_tag = $1

-- name: revoke_family
-- Ends every token of a family, used or not.
-- $1 family · $2 now · gives the tags that were still good
update token set expires_at = $2
where token.family = $1 and token.expires_at > $2
returning token.token_tag

-- name: access
-- Whose token this is: an API account's access token, or a member's session.
-- $1 token_tag · gives (user_id, session, iys_code, partner_code, intermediary_code, role, brands,
-- expires_at) or nothing · index token_pkey, session_pkey
select
    token.user_id, null::uuid as session, api_user.iys_code, api_user.partner_code,
    api_user.intermediary_code, 'API' as role, null::bigint[] as brands, token.expires_at
from token
inner join api_user on api_user.user_id = any (array[token.user_id])
where token.token_tag = $1 and token.kind = 'access' and api_user.is_active
union all
select
    session.member_id, session.session_tag, session.iys_code, session.partner_code,
    session.intermediary_code, session.role, session.brands, least(session.idle_until, session.expires_at)
from session
where session.session_tag = $1

-- name: versions
-- What a copy of the parties is compared with, every second. gives (parties, mandates)
select directory_head.version as parties, mandate_head.version as mandates
from directory_head
cross join mandate_head

-- name: drop_expired
-- Tokens that nobody can use any more; a bounded bite.
-- $1 before · $2 rows at most · index token_expiry
delete from token
where token.token_tag in (
    select old.token_tag from token as old where old.expires_at < $1
    order by old.expires_at
    limit $2
)
