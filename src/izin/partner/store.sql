-- owns: partner, mandate, mandate_head

-- name: next_version
-- Opens a change of mandates, as `next_version` of providers does of the parties.
-- gives bigint · locks the one row of mandate_head
update mandate_head set version = version + 1 returning version

-- name: enter
-- Writes a new partner unless its code is taken. $1 partner_code · $2 title · $3 kind · $4 state
-- $5 iso22301_until · $6 iso27001_until · $7 authorisation · $8 contracted_on · $9 fee_paid_on
-- $10 version · gives the code, or nothing
insert into partner (
    partner_code, title, kind, state, iso22301_until, iso27001_until, authorisation, contracted_on,
    fee_paid_on, changed_in
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (partner_code) do nothing
returning partner.partner_code

-- name: change
-- Gives a partner new facts. $1..$10 as enter
update partner set
    title = $2,
    kind = $3,
    state = $4,
    iso22301_until = $5,
    iso27001_until = $6,
    authorisation = $7,
    contracted_on = $8,
    fee_paid_on = $9,
    changed_in = $10
where partner.partner_code = $1

-- name: one
-- A partner; it does not change until the commit. $1 partner_code · locks it
select
    partner.partner_code, partner.title, partner.kind, partner.state, partner.iso22301_until,
    partner.iso27001_until, partner.authorisation, partner.contracted_on, partner.fee_paid_on
from partner
where partner.partner_code = $1
for no key update

-- name: title
-- $1 partner_code
select partner.title from partner where partner.partner_code = $1

-- name: is_there
-- $1 partner_code
select exists (select from partner where partner.partner_code = $1)

-- name: changed
-- Partners changed after a version; -1 gives all. $1 version
select
    partner.partner_code, partner.title, partner.kind, partner.state, partner.iso22301_until,
    partner.iso27001_until, partner.authorisation, partner.contracted_on, partner.fee_paid_on
from partner
where partner.changed_in > $1

-- name: would_end_early
-- Does a mandate stand that one which begins later would take the place of at once?
-- $1 partner_code · $2 brand_code · $3 scope · $4 valid_from · index mandate_standing
select exists (
    select from mandate
    where
        mandate.partner_code = $1 and mandate.brand_code = $2 and mandate.scope = $3
        and mandate.revoked_at is null and $4 > now()
        and (mandate.valid_until is null or mandate.valid_until > now())
)

-- name: grant
-- Writes a mandate. $1 mandate_id · $2 partner_code · $3 iys_code · $4 brand_code · $5 scope
-- $6 can_write · $7 valid_from · $8 valid_until · $9 granted_by · $10 version
insert into mandate (
    mandate_id, partner_code, iys_code, brand_code, scope, can_write, valid_from, valid_until,
    granted_by, changed_in
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

-- name: revoke
-- Takes standing mandates back. $1 iys_code · $2 brand_code · $3 partner_code, null: of every one
-- $4 scope, null: all · $5 revoked_by · $6 version · gives those that went
-- index mandate_of_brand · locks them
update mandate set
    revoked_by = $5,
    revoked_at = now(),
    changed_in = $6
where
    mandate.brand_code = $2 and mandate.iys_code = $1 and mandate.revoked_at is null
    and ($3::bigint is null or mandate.partner_code = $3::bigint)
    and ($4::text is null or mandate.scope = $4::text)
returning mandate.mandate_id, mandate.partner_code, mandate.scope

-- name: mandates_changed
-- Mandates changed after a version; -1 gives all that are not revoked. $1 version
-- index mandate_changed
select
    mandate.mandate_id, mandate.partner_code, mandate.iys_code, mandate.brand_code, mandate.scope,
    mandate.can_write, mandate.valid_from, mandate.valid_until, mandate.granted_at,
    mandate.revoked_at
from mandate
where mandate.changed_in > $1 and ($1 >= 0 or mandate.revoked_at is null)

-- name: of_brand
-- All mandates about a company's brand, the newest first. $1 iys_code · $2 brand_code · $3 limit
-- index mandate_of_brand
select
    mandate.mandate_id, mandate.partner_code, mandate.iys_code, mandate.brand_code, mandate.scope,
    mandate.can_write, mandate.valid_from, mandate.valid_until, mandate.granted_at,
    mandate.revoked_at
from mandate
where mandate.brand_code = $2 and mandate.iys_code = $1
order by mandate.granted_at desc, mandate.mandate_id
limit $3::integer
