-- owns: audit_event

-- name: record
-- Writes what one principal did in this transaction.
-- $1 principal_kind · $2 principal · $3 action text[n] · $4 subject text[n] · $5 iys_code bigint[n]
-- $6 facts text[n] · locks nothing that others need
insert into audit_event (principal_kind, principal, action, subject, iys_code, facts)
select $1, $2, done.action, done.subject, done.iys_code, done.facts::jsonb
from unnest($3::text[], $4::text[], $5::bigint[], $6::text[]) as done (action, subject, iys_code, facts)

-- name: page
-- The trail, the newest first; what is null is not asked for.
-- $1 audit_id of the page before · $2 iys_code · $3 action · $4 subject · $5 since · $6 until · $7 rows
-- index audit_event_pkey, from its end on · locks none
select
    audit_event.audit_id, audit_event.happened_at, audit_event.principal_kind,
    audit_event.principal, audit_event.process, audit_event.action, audit_event.subject,
    audit_event.iys_code, audit_event.facts
from audit_event
where
    ($1::bigint is null or audit_event.audit_id < $1)
    and ($2::bigint is null or audit_event.iys_code = $2)
    and ($3::text is null or audit_event.action = $3)
    and ($4::text is null or audit_event.subject = $4)
    and ($5::timestamptz is null or audit_event.happened_at >= $5)
    and ($6::timestamptz is null or audit_event.happened_at < $6)
order by audit_event.audit_id desc
limit $7
