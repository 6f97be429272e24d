-- Movements come as values of one type since the migration before.

drop function record_movements(
    uuid[], channel[], recipient_type[], uuid[], smallint[], consent_status[], smallint[],
    timestamptz[], timestamptz[], bytea[], bytea[], uuid[], smallint[], bigint[], bytea[], uuid[],
    bytea[], side[]
);
