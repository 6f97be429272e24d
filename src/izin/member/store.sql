-- owns: member, passkey, invitation, sign_in, known_device, session, sign_on

-- name: put
-- Writes a member who has not chosen a password yet, unless the party has this address already.
-- $1 member_id · $2 iys_code · $3 partner_code · $4 intermediary_code, two of them null at least
-- $5 role · $6 brands bigint[] or null · $7 email_tag · $8 person_sealed · gives the id, or nothing
insert into member (
    member_id, iys_code, partner_code, intermediary_code, role, brands, email_tag, person_sealed
)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (party, email_tag) where is_active do nothing
returning member.member_id

-- name: of_party
-- A party's members, the newest first, those who went behind the others.
-- $1 party · $2 rows at most · $3 after which member_id, or null · index member_of_party
select
    member.member_id, member.iys_code, member.partner_code, member.intermediary_code, member.role,
    member.brands, member.is_active, member.password_hash is not null as is_enrolled,
    member.totp_sealed is not null as has_totp,
    (select count(*) from passkey where passkey.member_id = member.member_id) as passkey_count,
    member.created_at, member.signed_in_at, member.person_sealed
from member
where
    member.party = $1
    and (
        $3::uuid is null
        or (member.is_active, member.created_at, member.member_id) < (
            select last_one.is_active, last_one.created_at, last_one.member_id
            from member as last_one
            where last_one.member_id = $3 and last_one.party = $1
        )
    )
order by member.is_active desc, member.created_at desc, member.member_id desc
limit $2

-- name: active_count
-- How many members of a party are active, invited ones too. $1 party · index member_of_party_email
select count(*) as row_count from member where member.party = $1 and member.is_active

-- name: one
-- A member, who does not change until the commit. $1 member_id · locks it
select
    member.member_id, member.iys_code, member.partner_code, member.intermediary_code, member.role,
    member.brands, member.is_active, member.password_hash is not null as is_enrolled,
    member.totp_sealed is not null as has_totp,
    (select count(*) from passkey where passkey.member_id = member.member_id) as passkey_count,
    member.created_at, member.signed_in_at, member.person_sealed
from member
where member.member_id = $1
for no key update

-- name: hold_party
-- Whoever changes the members of a party waits for whoever does already: one owner stays.
-- $1 party · locks it until the commit
select pg_advisory_xact_lock(hashtextextended($1, 1))

-- name: other_owners
-- Has a party another owner, who can sign in? $1 party · $2 member_id · index member_of_party
select exists (
    select from member
    where
        member.party = $1 and member.member_id <> $2 and member.is_active
        and member.role = 'OWNER' and member.password_hash is not null
)

-- name: set_post
-- Gives a member another role, other brands. $1 member_id · $2 role · $3 brands or null
update member set role = $2, brands = $3 where member.member_id = $1

-- name: stop
-- Ends a membership; the address is free for another, and so is who it is at the party's provider.
-- $1 member_id
update member set is_active = false, subject_tag = null where member.member_id = $1

-- name: put_invitation
-- Invites a member, or anew: what was sent before is worth nothing any more.
-- $1 invitation_tag · $2 member_id · $3 expires_at · $4 letter_sealed, or null: handed over otherwise
-- index invitation_of_member
with gone as (delete from invitation where invitation.member_id = $2)
insert into invitation (invitation_tag, member_id, expires_at, letter_sealed)
values ($1, $2, $3, $4)

-- name: take_letters
-- Invitations that are to go by mail; what was sealed for that is gone with the caller's commit.
-- $1 now · $2 limit · gives (member_id, expires_at, sealed) · index invitation_unmailed · locks them
with waiting as (
    select invitation.invitation_tag, invitation.letter_sealed
    from invitation
    where invitation.letter_sealed is not null and invitation.expires_at > $1
    order by invitation.expires_at
    limit $2
    for update skip locked
)
update invitation set letter_sealed = null
from waiting
where invitation.invitation_tag = waiting.invitation_tag
returning invitation.member_id, invitation.expires_at, waiting.letter_sealed as sealed

-- name: invited
-- Whom an invitation is for, while it is good. $1 invitation_tag · $2 now · locks it
select
    member.member_id, member.iys_code, member.partner_code, member.intermediary_code, member.role,
    member.person_sealed, invitation.totp_sealed, invitation.challenge
from invitation
inner join member on member.member_id = invitation.member_id
where invitation.invitation_tag = $1 and invitation.expires_at > $2 and member.is_active
for no key update of invitation

-- name: begin_enrolment
-- Keeps what was drawn for an invitation until it is shown to work.
-- $1 invitation_tag · $2 totp_sealed · $3 challenge
update invitation set totp_sealed = $2, challenge = $3 where invitation.invitation_tag = $1

-- name: hold
-- Whoever changes what a member signs in with, or lets him in, waits for whoever does already.
-- $1 member_id · gives his factors' count, or nothing of one who is not active · locks him
select member.factors from member
where member.member_id = $1 and member.is_active
for no key update

-- name: forget_factors
-- What a member had chosen before is gone. He is held: what was added meanwhile is seen.
-- $1 member_id
with used as (delete from invitation where invitation.member_id = $1),
keys as (delete from passkey where passkey.member_id = $1),
devices as (delete from known_device where known_device.member_id = $1)
delete from sign_in where sign_in.member_id = $1

-- name: enrol
-- A member has chosen, unless his address signs in for another party.
-- $1 member_id · $2 password_hash · $3 totp_sealed or null · $4 totp_step · gives the id, or nothing
-- index member_email
update member set
    password_hash = $2,
    totp_sealed = $3,
    totp_step = $4,
    factors = member.factors + 1,
    subject_tag = null
where
    member.member_id = $1
    and not exists (
        select from member as other
        where
            other.email_tag = member.email_tag and other.is_active
            and other.password_hash is not null and other.member_id <> $1
    )
returning member.member_id

-- name: passkey_count
-- $1 member_id · index passkey_of_member
select count(*) from passkey where passkey.member_id = $1

-- name: put_passkey
-- Adds a passkey, unless it is known. $1 credential_id · $2 member_id · $3 public_key · $4 sign_count
-- $5 label · gives the id, or nothing
insert into passkey (credential_id, member_id, public_key, sign_count, label)
values ($1, $2, $3, $4, $5)
on conflict (credential_id) do nothing
returning passkey.credential_id

-- name: passkeys
-- A member's passkeys, the oldest first. $1 member_id · index passkey_of_member
select passkey.credential_id, passkey.label, passkey.created_at, passkey.used_at
from passkey
where passkey.member_id = $1
order by passkey.created_at, passkey.credential_id

-- name: drop_passkey
-- Takes a passkey away, unless it is the only second factor. $1 member_id · $2 credential_id
-- gives the id, or nothing
delete from passkey
where
    passkey.member_id = $1 and passkey.credential_id = $2
    and (
        exists (
            select from member where member.member_id = $1 and member.totp_sealed is not null
        )
        or exists (
            select from passkey as other
            where other.member_id = $1 and other.credential_id <> $2
        )
    )
returning passkey.credential_id

-- name: passkey
-- A passkey and its active member. $1 credential_id · locks it
select passkey.member_id, passkey.public_key, passkey.sign_count
from passkey
inner join member on member.member_id = passkey.member_id
where passkey.credential_id = $1 and member.is_active
for no key update of passkey

-- name: use_passkey
-- A passkey was used. $1 credential_id · $2 sign_count · $3 now
update passkey set sign_count = $2, used_at = $3 where passkey.credential_id = $1

-- name: by_email
-- Who signs in under an address. $1 email_tag · index member_email
select
    member.member_id, member.password_hash, member.factors, member.party,
    member.totp_sealed is not null as has_totp, member.role, member.subject_tag
from member
where member.email_tag = $1 and member.is_active and member.password_hash is not null

-- name: signing_in
-- What a member is, when he has shown who he is; he does not change until the commit.
-- $1 member_id · locks him
select
    member.member_id, member.iys_code, member.partner_code, member.intermediary_code, member.role,
    member.brands, member.password_hash, member.totp_sealed, member.factors
from member
where member.member_id = $1 and member.is_active
for no key update

-- name: member_by_email
-- An active member of a party, invited or in. $1 party · $2 email_tag · index member_of_party_email
select member.member_id, member.password_hash is not null as is_enrolled
from member
where member.party = $1 and member.email_tag = $2 and member.is_active

-- name: use_step
-- A one-time code works once. $1 member_id · $2 its step · gives the id, or nothing
update member set totp_step = $2
where member.member_id = $1 and member.totp_step < $2
returning member.member_id

-- name: set_password
-- Takes another password, if the one that was shown still stands; what was begun with it is void.
-- $1 member_id · $2 password_hash · $3 the one before · gives the id, or nothing
update member set password_hash = $2, factors = member.factors + 1
where member.member_id = $1 and member.is_active and member.password_hash = $3
returning member.member_id

-- name: signed_in
-- $1 member_id · $2 now
update member set signed_in_at = $2 where member.member_id = $1

-- name: put_sign_in
-- The password was right, or a passkey is to say who comes.
-- $1 sign_in_tag · $2 member_id or null · $3 purpose · $4 the member's factors · $5 challenge
-- $6 party, where it was begun at its provider · $7 expires_at
insert into sign_in (sign_in_tag, member_id, purpose, factors, challenge, party, expires_at)
values ($1, $2, $3, $4, $5, $6, $7)

-- name: try_sign_in
-- One of a few tries at the second factor.
-- $1 sign_in_tag · $2 now · $3 tries at most · $4 purpose · gives one row or none
update sign_in set tries = sign_in.tries + 1
where
    sign_in.sign_in_tag = $1 and sign_in.expires_at > $2 and sign_in.tries < $3
    and sign_in.purpose = $4
returning sign_in.member_id, sign_in.challenge, sign_in.factors, sign_in.party

-- name: end_sign_in
-- It worked: once. $1 sign_in_tag · gives the tag, or nothing
delete from sign_in where sign_in.sign_in_tag = $1 returning sign_in.sign_in_tag

-- name: put_sign_on
-- A party's identity provider. $1 party · $2 issuer · $3 client_id · $4 secret_sealed · $5 domains
-- $6 mfa_acrs · $7 trusts_mfa · $8 now
insert into sign_on as stored
    (party, issuer, client_id, secret_sealed, domains, mfa_acrs, trusts_mfa, set_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (party) do update set
    issuer = excluded.issuer,
    client_id = excluded.client_id,
    secret_sealed = excluded.secret_sealed,
    domains = excluded.domains,
    mfa_acrs = excluded.mfa_acrs,
    trusts_mfa = excluded.trusts_mfa,
    set_at = excluded.set_at

-- name: sign_on
-- $1 party
select
    sign_on.issuer, sign_on.client_id, sign_on.secret_sealed, sign_on.domains, sign_on.mfa_acrs,
    sign_on.trusts_mfa, sign_on.set_at
from sign_on
where sign_on.party = $1

-- name: drop_sign_on
-- $1 party · gives it, or nothing
delete from sign_on where sign_on.party = $1 returning sign_on.party

-- name: forget_subjects
-- Nobody of a party is known to its provider any more, and what was begun there is void. $1 party
-- locks its members
with begun as (delete from sign_in where sign_in.party = $1)
update member set subject_tag = null
where member.party = $1 and member.subject_tag is not null

-- name: by_subject
-- Who of a party is known to its provider as somebody. $1 party · $2 subject_tag
-- index member_subject · gives as by_email
select
    member.member_id, member.password_hash, member.factors, member.party,
    member.totp_sealed is not null as has_totp, member.role, member.subject_tag
from member
where
    member.party = $1 and member.subject_tag = $2
    and member.is_active and member.password_hash is not null

-- name: set_subject
-- A member is known to his party's provider from now on, unless he is already, or another is as
-- this one. $1 member_id · $2 subject_tag · gives the id, or nothing
update member set subject_tag = $2
where
    member.member_id = $1 and member.subject_tag is null
    and not exists (
        select from member as other
        where other.party = member.party and other.subject_tag = $2
    )
returning member.member_id

-- name: put_device
-- $1 device_tag · $2 member_id · $3 expires_at
insert into known_device (device_tag, member_id, expires_at) values ($1, $2, $3)

-- name: knows_device
-- Has this member signed in from this device? $1 device_tag · $2 email_tag · $3 now
select exists (
    select from known_device
    inner join member on member.member_id = known_device.member_id
    where
        known_device.device_tag = $1 and known_device.expires_at > $3
        and member.email_tag = $2 and member.is_active
)

-- name: put_session
-- $1 session_tag · $2 member_id · $3 created_at · $4 idle_until · $5 expires_at
insert into session (
    session_tag, member_id, iys_code, partner_code, intermediary_code, role, brands, created_at,
    idle_until, expires_at
)
select
    $1, member.member_id, member.iys_code, member.partner_code, member.intermediary_code,
    member.role, member.brands, $3, $4, $5
from member
where member.member_id = $2 and member.is_active
returning session.session_tag

-- name: session
-- Whose session it is, while it is good. $1 session_tag · $2 now · gives one row or none
-- index session_pkey
select
    session.member_id, session.iys_code, session.partner_code, session.intermediary_code,
    session.role, session.brands
from session
where session.session_tag = $1 and session.idle_until > $2 and session.expires_at > $2

-- name: keep_session
-- Somebody is still there; written once a minute at most. $1 session_tag · $2 idle_until
update session set idle_until = $2
where session.session_tag = $1 and session.idle_until < $2::timestamptz - interval '1 minute'

-- name: end_session
-- $1 session_tag · gives the tag, or nothing
delete from session where session.session_tag = $1 returning session.session_tag

-- name: forget_devices
-- A member is known from nowhere any more. $1 member_id · gives from how many places he was
-- index known_device_of_member
with gone as (
    delete from known_device where known_device.member_id = $1 returning known_device.device_tag
)
select count(*) as row_count from gone

-- name: take_brand
-- Members who are limited to some brands of a company have one of them no more; their sessions end.
-- $1 party · $2 brand_code · gives the ids · index member_of_party · locks them
with limited as (
    update member set brands = array_remove(member.brands, $2::bigint)
    where member.party = $1 and $2::bigint = any (member.brands)
    returning member.member_id
),
ended as (
    delete from session where session.member_id in (select limited.member_id from limited)
)
select limited.member_id from limited

-- name: end_sessions
-- Ends all of a member's sessions. $1 member_id · gives their tags · index session_of_member
delete from session where session.member_id = $1 returning session.session_tag

-- name: drop_expired
-- What nobody can use any more; a bounded bite of each.
-- $1 before · $2 rows at most of each
with sessions as (
    delete from session where session.session_tag in (
        select old.session_tag from session as old where old.expires_at < $1
        order by old.expires_at limit $2
    )
),
sign_ins as (
    delete from sign_in where sign_in.sign_in_tag in (
        select old.sign_in_tag from sign_in as old where old.expires_at < $1
        order by old.expires_at limit $2
    )
),
devices as (
    delete from known_device where known_device.device_tag in (
        select old.device_tag from known_device as old where old.expires_at < $1
        order by old.expires_at limit $2
    )
)
delete from invitation where invitation.invitation_tag in (
    select old.invitation_tag from invitation as old where old.expires_at < $1
    order by old.expires_at limit $2
)
