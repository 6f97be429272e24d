-- A party's own identity provider, by which its people may sign in.

create table sign_on (
    party text primary key,
    issuer text not null,
    client_id text not null,
    secret_sealed bytea not null,
    domains text[] not null,             -- of addresses that the provider may speak for
    mfa_acrs text[] not null,
    trusts_mfa boolean not null,         -- whether its word of a second factor is enough
    set_at timestamptz not null default now()
);

-- who a member is at his party's provider, by a tag; null: nobody yet
alter table member add column subject_tag uuid;
create unique index member_subject on member (party, subject_tag) where subject_tag is not null;

-- a sign-in that was begun at a party's provider
alter table sign_in
    add column party text,
    drop constraint sign_in_purpose_check,
    add constraint sign_in_purpose_check check (purpose in ('SIGN_IN', 'PASSKEY', 'SIGN_ON'));
