-- owns: subscription

-- name: enter
-- Writes a new subscription. $1 subscription_id · $2 iys_code or null · $3 partner_code or null
-- $4 package · $5 level · $6 starts_at · $7 ends_at · $8 state · $9 address_limit · $10 may_exceed
-- $11 version
insert into subscription (
    subscription_id, iys_code, partner_code, package, level, starts_at, ends_at, state,
    address_limit, may_exceed, changed_in
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

-- name: change
-- Gives a subscription another end, state, limit. $1 subscription_id · $2 ends_at · $3 state
-- $4 address_limit · $5 may_exceed · $6 version
update subscription set
    ends_at = $2,
    state = $3,
    address_limit = $4,
    may_exceed = $5,
    changed_in = $6
where subscription.subscription_id = $1

-- name: of_party
-- All subscriptions of one company or one partner, by their beginning. $1 iys_code or null
-- $2 partner_code or null · index subscription_of_provider or subscription_of_partner
select
    subscription.subscription_id, subscription.iys_code, subscription.partner_code,
    subscription.package, subscription.level, subscription.starts_at, subscription.ends_at,
    subscription.state, subscription.address_limit, subscription.may_exceed
from subscription
where subscription.iys_code = $1::bigint or subscription.partner_code = $2::bigint
order by subscription.starts_at

-- name: changed
-- Subscriptions changed after a version; -1 gives all. $1 version · index subscription_changed
select
    subscription.subscription_id, subscription.iys_code, subscription.partner_code,
    subscription.package, subscription.level, subscription.starts_at, subscription.ends_at,
    subscription.state, subscription.address_limit, subscription.may_exceed
from subscription
where subscription.changed_in > $1
