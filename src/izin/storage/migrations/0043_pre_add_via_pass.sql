-- ViA PASS: addresses that companies have verified. To whom something went, what it said and by what
-- it was completed is sealed; a link is found by a keyed tag.
create table pass_template (
    template_id integer not null,
    version smallint not null,
    iys_code integer not null references provider,
    kind text not null check (kind in ('SMS', 'EMAIL', 'SMS_SHORTURL', 'EMAIL_SHORTURL')),
    language text not null check (language in ('tr', 'en')),
    body_tr text not null,
    body_en text not null,
    subject_tr text not null,
    subject_en text not null,
    state text not null default 'SUBMITTED' check (state in ('SUBMITTED', 'APPROVED', 'REJECTED')),
    note text not null default '',
    submitted_at timestamptz not null default now(),
    decided_at timestamptz,
    primary key (template_id, version)
);
create index pass_template_of_company on pass_template (iys_code, template_id, version);
create index pass_template_waiting on pass_template (state, submitted_at);

create table pass_subscription (
    subscription_id uuid primary key,
    iys_code integer not null unique references provider,
    package text not null,
    credit integer not null check (credit >= -1),
    used integer not null default 0,
    auto_renewal boolean not null default false,
    starts_at timestamptz not null default now(),
    ends_at timestamptz not null,
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now()
);

create table pass_request (
    request_id uuid primary key,
    iys_code integer not null references provider,
    kind text not null,
    template_id integer not null,
    template_version smallint not null,
    proof_id uuid not null,
    link_tag uuid unique,
    asked_sealed bytea not null,
    given_sealed bytea,
    state text not null default 'STARTED' check (state in ('STARTED', 'DONE', 'DENIED')),
    wrong_at timestamptz[] not null default '{}',
    started_at timestamptz not null default now(),
    good_until timestamptz not null,
    ended_at timestamptz,
    foreign key (template_id, template_version) references pass_template
);
create index pass_request_by_age on pass_request (started_at);
