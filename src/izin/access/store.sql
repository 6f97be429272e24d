-- owns: api_user, token, client_key, client_use, signed_once, resource_server

-- name: put_user
-- Writes a user of the API, new or known by name.
-- $1 user_id · $2 username · $3 password_hash · $4 iys_code or null · $5 partner_code or null
-- $6 intermediary_code or null · $7 is_active · $8 until when the password works, or null
-- $9 is_test · gives the user_id that stays
insert into api_user (
    user_id, username, password_hash, iys_code, partner_code, intermediary_code, is_active,
    password_until, is_test
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
on conflict (username) do update set
    password_hash = excluded.password_hash,
    iys_code = excluded.iys_code,
    partner_code = excluded.partner_code,
    intermediary_code = excluded.intermediary_code,
    is_active = excluded.is_active,
    password_until = excluded.password_until,
    previous_hash = null,
    previous_until = null
returning api_user.user_id

-- name: user_by_name
-- Who may sign in under a name, and the passwords that work: the newest, and the one before it.
-- $1 username · $2 now · gives one row or none · index api_user_username_key
select
    api_user.user_id, api_user.iys_code, api_user.partner_code, api_user.intermediary_code,
    array_remove(
        array[
            case
                when coalesce(api_user.password_until > $2, true) then api_user.password_hash
            end,
            case when api_user.previous_until > $2 then api_user.previous_hash end
        ],
        null
    ) as password_hashes
from api_user
where api_user.username = $1 and api_user.is_active

-- name: put_pair
-- An access token and the refresh token that goes with it.
-- $1 family · $2 user_id · $3 created_at · $4 access tag · $5 its expiry · $6 refresh tag · $7 its expiry
insert into token (token_tag, family, kind, user_id, created_at, expires_at)
values ($4, $1, 'access', $2, $3, $5), ($6, $1, 'refresh', $2, $3, $7)

-- name: put_access
-- An access token without a refresh token, bound to what its holder can show.
-- $1 token_tag · $2 family · $3 user_id · $4 created_at · $5 expires_at · $6 audience or null
-- $7 key_thumbprint or null · $8 certificate_thumbprint or null
insert into token (
    token_tag, family, kind, user_id, created_at, expires_at, audience, key_thumbprint,
    certificate_thumbprint
)
values ($1, $2, 'access', $3, $4, $5, $6, $7, $8)

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
-- $1 token_tag · gives one row or none · index token_pkey, session_pkey
select
    token.user_id, null::uuid as session, null::timestamptz as since, api_user.iys_code, api_user.partner_code,
    api_user.intermediary_code, 'API' as role, null::bigint[] as brands, token.expires_at,
    token.audience, token.key_thumbprint, token.certificate_thumbprint, api_user.is_test
from token
inner join api_user on api_user.user_id = any (array[token.user_id])
where token.token_tag = $1 and token.kind = 'access' and api_user.is_active
union all
select
    session.member_id, session.session_tag, session.created_at, session.iys_code, session.partner_code,
    session.intermediary_code, session.role, session.brands,
    least(session.idle_until, session.expires_at), null, null, null, null
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

-- name: token_facts
-- What a token is, good or not.
-- $1 token_tag · gives one row or none · index token_pkey
select
    token.family, token.kind, token.user_id, token.created_at, token.expires_at, token.audience,
    token.key_thumbprint, token.certificate_thumbprint, api_user.is_active
from token
inner join api_user on api_user.user_id = any (array[token.user_id])
where token.token_tag = $1

-- name: end_token
-- Ends one token.
-- $1 token_tag · $2 now
update token set expires_at = $2
where token.token_tag = $1 and token.expires_at > $2

-- name: client_keys
-- By what an active account signs in.
-- $1 user_id · $2 now · gives (kind, thumbprint, public_jwk, key_id) with the account's codes, one row a key
-- index api_user_pkey, client_key_of_user
select
    api_user.user_id, api_user.iys_code, api_user.partner_code, api_user.intermediary_code,
    client_key.key_id, client_key.kind, client_key.thumbprint, client_key.public_jwk
from api_user
inner join client_key on client_key.user_id = any (array[api_user.user_id])
where api_user.user_id = $1 and api_user.is_active and client_key.ends_at > $2
order by client_key.created_at, client_key.key_id

-- name: sign_once
-- Something signed is shown for the first time, or it is not.
-- $1 once_tag · $2 expires_at · gives the tag, or nothing if it was shown before
insert into signed_once (once_tag, expires_at) values ($1, $2)
on conflict (once_tag) do nothing
returning signed_once.once_tag

-- name: drop_signed
-- What could not be shown again anyway; a bounded bite.
-- $1 before · $2 rows at most · gives how many went · index signed_once_expiry
with gone as (
    delete from signed_once
    where signed_once.once_tag in (
        select old.once_tag from signed_once as old where old.expires_at < $1
        order by old.expires_at
        limit $2
    )
    returning signed_once.once_tag
)
select count(*) as row_count
from gone

-- name: note_use
-- An account or a key was used. $1 used_id · $2 used_at
insert into client_use (used_id, used_at) values ($1, $2)
on conflict (used_id) do update set used_at = excluded.used_at
where client_use.used_at < excluded.used_at

-- name: accounts
-- The accounts of one company, partner or carrier, the oldest name first.
-- $1 iys_code or null · $2 partner_code or null · $3 intermediary_code or null · $4 rows at most
select
    api_user.user_id, api_user.username, api_user.is_active, api_user.password_until,
    api_user.previous_until, api_user.is_test,
    resource_server.user_id is not null as is_resource_server,
    client_use.used_at
from api_user
left join resource_server on resource_server.user_id = api_user.user_id
left join client_use on client_use.used_id = api_user.user_id
where
    api_user.iys_code is not distinct from $1
    and api_user.partner_code is not distinct from $2
    and api_user.intermediary_code is not distinct from $3
order by api_user.username
limit $4

-- name: other_accounts
-- How many of its accounts may sign in, but for one.
-- $1 iys_code or null · $2 partner_code or null · $3 intermediary_code or null · $4 username of that
select count(*) as row_count
from api_user
where
    api_user.is_active and api_user.username <> $4
    and api_user.iys_code is not distinct from $1
    and api_user.partner_code is not distinct from $2
    and api_user.intermediary_code is not distinct from $3

-- name: keys_of_accounts
-- Their keys that have not ended.
-- $1 user_id uuid[n] · $2 now · index client_key_of_user
select
    client_key.user_id, client_key.key_id, client_key.kind, client_key.thumbprint,
    client_key.created_at, client_key.ends_at, client_use.used_at
from client_key
left join client_use on client_use.used_id = client_key.key_id
where client_key.user_id = any ($1::uuid[]) and client_key.ends_at > $2
order by client_key.created_at, client_key.key_id

-- name: hold_account
-- Whose an account is. Held until the commit: changes of one account follow one another.
-- $1 user_id · gives one row or none · locks the row
select
    api_user.iys_code, api_user.partner_code, api_user.intermediary_code, api_user.is_active
from api_user
where api_user.user_id = $1
for update

-- name: set_password
-- A new password; the one before goes on working for a while, or ends now.
-- $1 user_id · $2 password_hash · $3 password_until · $4 previous_until or null
update api_user set
    password_hash = $2,
    password_until = $3,
    previous_hash = case when $4::timestamptz is not null then api_user.password_hash end,
    previous_until = case
        when $4::timestamptz is not null then least($4::timestamptz, api_user.password_until)
    end
where api_user.user_id = $1

-- name: stop_account
-- An account that may sign in no more. $1 user_id
update api_user set is_active = false, previous_hash = null, previous_until = null
where api_user.user_id = $1

-- name: mark_resource_server
-- It may ask what a token is. $1 user_id
insert into resource_server (user_id) values ($1)
on conflict (user_id) do nothing

-- name: unmark_resource_server
-- It may not ask any more. $1 user_id
delete from resource_server where resource_server.user_id = $1

-- name: is_resource_server
-- May it ask what a token is? $1 user_id · gives boolean
select exists (
    select from resource_server where resource_server.user_id = $1
) as is_one

-- name: standing_keys
-- Thumbprints of an account's keys of a kind. $1 user_id · $2 kind · $3 now
select client_key.thumbprint
from client_key
where client_key.user_id = $1 and client_key.kind = $2 and client_key.ends_at > $3

-- name: put_key
-- A key's public half, or a certificate's thumbprint.
-- $1 key_id · $2 user_id · $3 kind · $4 thumbprint · $5 public_jwk or null · $6 created_at · $7 ends_at
insert into client_key (
    key_id, user_id, kind, thumbprint, public_jwk, created_at, ends_at
)
values ($1, $2, $3, $4, $5, $6, $7)

-- name: end_key
-- A key that signs in no more. $1 user_id · $2 key_id · $3 now · gives the kind, or nothing
update client_key set ends_at = $3
where client_key.user_id = $1 and client_key.key_id = $2 and client_key.ends_at > $3
returning client_key.kind
