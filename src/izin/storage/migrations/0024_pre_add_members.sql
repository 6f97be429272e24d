-- People who act for a company, a partner, a carrier, or for the registry itself. Who they are is
-- sealed; their e-mail addresses are found by a tag. API accounts are no people: they stay in api_user.

create table member (
    member_id uuid primary key,
    iys_code bigint references provider (iys_code),
    partner_code bigint references partner (partner_code),
    intermediary_code bigint references intermediary (intermediary_code),
    -- for row-level security, in one word; of none of them: the registry's own
    party text not null generated always as (
        case
            when iys_code is not null then 'company:' || iys_code::text
            when partner_code is not null then 'partner:' || partner_code::text
            when intermediary_code is not null then 'carrier:' || intermediary_code::text
            else 'registry'
        end
    ) stored,
    role text not null check (role in ('OWNER', 'MANAGER', 'OPERATOR', 'VIEWER')),
    brands bigint[],                     -- null: all of the company's
    email_tag uuid not null,
    person_sealed bytea not null,        -- name, e-mail address
    password_hash text,                  -- null until the invitation is accepted
    totp_sealed bytea,
    totp_step bigint not null default 0, -- of the last code that was accepted: none works twice
    factors bigint not null default 0,   -- counts what he signs in with: half a sign-in is of one count
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    signed_in_at timestamptz,
    check (num_nonnulls(iys_code, partner_code, intermediary_code) <= 1),
    check (brands is null or (iys_code is not null and role <> 'OWNER'))
);
-- one address signs in for one party; whoever is only invited keeps it from nobody
create unique index member_email on member (email_tag) where is_active and password_hash is not null;
create unique index member_of_party_email on member (party, email_tag) where is_active;
create index member_of_party on member (party);

-- whose a member is never changes, and who signs in changes nothing of what he may do
create function keep_member() returns trigger language plpgsql as $$
begin
    -- its codes, for what is generated of them is not there yet
    if (new.iys_code, new.partner_code, new.intermediary_code, new.email_tag)
        is distinct from (old.iys_code, old.partner_code, old.intermediary_code, old.email_tag)
    then
        raise insufficient_privilege using message = 'a member stays whose he is';
    end if;
    if current_setting('izin.acts_for', true) = 'sign-in'
        and (new.role, new.brands, new.is_active) is distinct from (old.role, old.brands, old.is_active)
    then
        raise insufficient_privilege using message = 'a sign-in gives no rights';
    end if;
    return new;
end
$$;
revoke all on function keep_member() from public;
create trigger kept before update on member for each row execute function keep_member();

alter table audit_event
    drop constraint audit_event_principal_kind_check,
    add constraint audit_event_principal_kind_check
        check (principal_kind in ('api_user', 'member', 'operator', 'registry'));

create table passkey (
    credential_id bytea primary key,
    member_id uuid not null references member (member_id),
    public_key bytea not null,
    sign_count bigint not null,
    label text not null,
    created_at timestamptz not null default now(),
    used_at timestamptz
);
create index passkey_of_member on passkey (member_id);

-- once, within its time, a password and a second factor are chosen by it
create table invitation (
    invitation_tag uuid primary key,
    member_id uuid not null references member (member_id),
    totp_sealed bytea,                   -- drawn, not yet shown to work
    challenge bytea,                     -- of a passkey
    expires_at timestamptz not null
);
create index invitation_of_member on invitation (member_id);
create index invitation_expiry on invitation (expires_at);

-- between the password and the second factor; without a member: a passkey is to say who comes
create table sign_in (
    sign_in_tag uuid primary key,
    member_id uuid references member (member_id),
    purpose text not null check (purpose in ('SIGN_IN', 'PASSKEY')),
    factors bigint not null,             -- of the member when the password was looked at
    challenge bytea not null,
    tries smallint not null default 0,
    expires_at timestamptz not null
);
create index sign_in_of_member on sign_in (member_id);
create index sign_in_expiry on sign_in (expires_at);

-- from where a member has signed in before: nobody else's wrong guesses stop him there
create table known_device (
    device_tag uuid primary key,
    member_id uuid not null references member (member_id),
    expires_at timestamptz not null
);
create index known_device_of_member on known_device (member_id);
create index known_device_expiry on known_device (expires_at);

-- what a member may do is that of his sign-in: whatever changes it ends his sessions
create table session (
    session_tag uuid primary key,
    member_id uuid not null references member (member_id),
    iys_code bigint,
    partner_code bigint,
    intermediary_code bigint,
    role text not null,
    brands bigint[],
    created_at timestamptz not null,
    idle_until timestamptz not null,
    expires_at timestamptz not null
);
create index session_of_member on session (member_id);
create index session_expiry on session (expires_at);
