-- What a citizen is given for a change: a number that proves it to whoever is shown it. Nothing in
-- clear: neither whose it is, nor of which brand, nor when.

create table receipt_number (
    tag uuid not null,                   -- keyed, of the number
    bucket smallint not null,
    body_sealed bytea not null,          -- the events and their date
    primary key (tag, bucket)
);

-- a telephone that was asked whether it means all brands: one question at a time, answered once
create table shortcode_question (
    sender_tag uuid primary key,         -- keyed, in no other table of consents
    asked_sealed bytea not null,
    forget_after timestamptz not null    -- rounded up, so that it tells no moment
);
create index shortcode_question_age on shortcode_question (forget_after);

-- what people write is looked for by how it begins, whatever the database's collation
create index brand_name_start on brand (name_key collate "C");
create index brand_short_name_start on brand_short_name (name_key collate "C");
