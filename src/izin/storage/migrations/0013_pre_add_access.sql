-- A change of a consent's dealers is an event of its own: it moves no consent and stands in nobody's
-- feed. Such events of a key are a chain beside that of its movements, whose newest is `access_id`;
-- `version` counts both, `access_count` those that only changed dealers.

alter type side add value if not exists 'ACCESS';

alter table provider_consent
    add column access_id uuid,
    add column access_count bigint not null default 0;
