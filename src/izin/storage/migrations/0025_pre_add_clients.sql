-- What a new integration signs in with: keys and certificates of API accounts, a second password
-- while the first is being replaced, tokens bound to a key and to one company.

alter table api_user
    -- for row-level security, in one word, as a member's
    add column party text not null generated always as (
        case
            when iys_code is not null then 'company:' || iys_code::text
            when partner_code is not null then 'partner:' || partner_code::text
            else 'carrier:' || intermediary_code::text
        end
    ) stored,
    add column password_until timestamptz,     -- null: without an end
    add column previous_hash text,             -- the password before, as long as it still works
    add column previous_until timestamptz,
    add constraint api_user_previous check ((previous_hash is null) = (previous_until is null));

-- public halves only
create table client_key (
    key_id uuid primary key,
    user_id uuid not null references api_user (user_id),
    kind text not null check (kind in ('jwk', 'certificate')),
    thumbprint text not null,                  -- of RFC 7638, or SHA-256 of the certificate
    public_jwk text,
    created_at timestamptz not null default now(),
    ends_at timestamptz not null,
    check ((kind = 'jwk') = (public_jwk is not null))
);
create index client_key_of_user on client_key (user_id);

-- accounts of servers that take our tokens: they may ask what a token is. A table of its own, for
-- only operators write it
create table resource_server (
    user_id uuid primary key references api_user (user_id),
    marked_at timestamptz not null default now()
);

-- when an account or one of its keys was used last, to the minute
create table client_use (
    used_id uuid primary key,
    used_at timestamptz not null
);

-- what is signed works once: kept longer than it could be shown again
create table signed_once (
    once_tag uuid primary key,
    expires_at timestamptz not null
);
create index signed_once_expiry on signed_once (expires_at);

-- null: a token of a password, good for all that its user may do, in whoever's hands
alter table token
    add column audience bigint,                -- one company's code; null: the whole registry
    add column key_thumbprint text,            -- of RFC 9449
    add column certificate_thumbprint text,    -- of RFC 8705
    add constraint token_bound_once
        check (num_nonnulls(key_thumbprint, certificate_thumbprint) <= 1);
