-- Links by which one recipient refuses one brand without signing in. Nothing in clear: neither whose
-- a link is, nor of which brand; the day on which it is forgotten is a month past its last.
create table personal_link (
    tag uuid not null,                   -- keyed, of the name in the address
    bucket smallint not null,
    body_sealed bytea not null,
    forget_after date not null,
    primary key (tag, bucket)
);
create index personal_link_by_age on personal_link (forget_after);
