-- Codes that prove an address: what each is for is in its hash. Whose they are is a keyed tag that
-- neither view of consents has.
create table proof (
    proof_id uuid primary key,
    purpose text not null,
    recipient_tag uuid not null,
    sender_tag uuid not null,
    is_paid boolean not null,
    code_hash bytea not null check (octet_length(code_hash) = 32),
    tries smallint not null default 0,
    used_at timestamptz,
    made_at timestamptz not null default now(),
    good_until timestamptz not null
);
create index proof_by_age on proof (made_at);
create index proof_paid on proof (sender_tag, made_at) where is_paid;

-- how much of something was had in the window that runs: messages sent, codes that were wrong
create table budget (
    kind text not null,
    tag uuid not null,
    window_s integer not null,
    window_started_at timestamptz not null default now(),
    used integer not null,
    primary key (kind, tag)
);
create index budget_by_age on budget (window_started_at);
