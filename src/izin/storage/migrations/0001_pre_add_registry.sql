-- The registry's first schema. `bucket` is the distribution column of every large table and the
-- last column of each key: on one machine a brand's rows lie together.

create type channel as enum ('ARAMA', 'MESAJ', 'EPOSTA');
create type recipient_type as enum ('BIREYSEL', 'TACIR');
create type consent_status as enum ('ONAY', 'RET');
create type side as enum ('HS', 'IYS');

-- open vocabulary, a reference table; ids are stored
create table source (
    id smallint primary key,
    code text not null unique
);
insert into source (id, code) values
    (1, 'HS_FIZIKSEL_ORTAM'), (2, 'HS_ISLAK_IMZA'), (3, 'HS_WEB'), (4, 'HS_CAGRI_MERKEZI'),
    (5, 'HS_SOSYAL_MEDYA'), (6, 'HS_EPOSTA'), (7, 'HS_MESAJ'), (8, 'HS_MOBIL'), (9, 'HS_EORTAM'),
    (10, 'HS_ETKINLIK'), (11, 'HS_2015'), (12, 'HS_ATM'), (13, 'HS_KARAR'),
    (101, 'IYS_KISAMESAJ'), (102, 'IYS_CM'), (103, 'IYS_WEB'), (104, 'IYS_WEB_YENI'),
    (105, 'IYS_MOBIL'), (106, 'IYS_EPOSTA'), (107, 'IYS_AHS_HAT_KAPATMA'),
    (108, 'IYS_FRAME_EPOSTA'), (109, 'IYS_FRAME_SMS');

-- keys ------------------------------------------------------------------------

-- wrapped under the root key, which is never here
create table keyring (
    key_id integer primary key generated always as identity,
    purpose text not null,
    scope text not null,                 -- '' for the registry's own, else the brand reference
    period text not null,                -- epoch or quarter
    wrapped bytea not null,
    created_at timestamptz not null default now(),
    unique (purpose, scope, period)
);

-- the heart ---------------------------------------------------------------------

-- current state, the company's view; every check reads it
create table provider_consent (
    brand_ref uuid not null,
    channel channel not null,
    recipient_type recipient_type not null,
    tag uuid not null,
    bucket smallint not null,
    status consent_status not null,
    source smallint references source (id),
    consented_at timestamptz,
    recorded_at timestamptz not null,
    first_recorded_at timestamptz not null,
    recipient_sealed bytea not null,
    retailer_siv bytea,
    event_id uuid not null,
    tag_epoch smallint not null,
    version bigint not null,             -- movements of this key so far
    primary key (brand_ref, channel, recipient_type, tag, bucket)
);

-- one row a movement; the nullable columns are what erasure sets to null
create table consent_event (
    event_id uuid not null,
    bucket smallint not null,
    commitment bytea not null,
    recorded_at timestamptz not null,
    tag uuid,
    brand_ref uuid,
    channel channel,
    recipient_type recipient_type,
    previous_event_id uuid,
    body_sealed bytea,
    primary key (event_id, bucket)
);

-- which dealers may use a consent
create table consent_retailer (
    brand_ref uuid not null,
    channel channel not null,
    recipient_type recipient_type not null,
    tag uuid not null,
    bucket smallint not null,
    retailer_siv bytea not null,
    primary key (brand_ref, channel, recipient_type, tag, bucket, retailer_siv)
);

-- committed, not yet numbered
create table pending (
    event_id uuid not null,
    bucket smallint not null,
    brand_ref uuid not null,
    side side not null,
    recorded_at timestamptz not null,
    primary key (event_id, bucket)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

-- keyed by a tag of the address; nothing else in clear
create table citizen_consent (
    tag uuid not null,
    slot uuid not null,
    bucket smallint not null,
    sealed bytea not null,
    primary key (tag, slot, bucket)
);

-- one row a batch request, kept 60 days
create table batch (
    request_id uuid not null,
    bucket smallint not null,
    brand_code bigint not null,
    created_at timestamptz not null default now(),
    body_sealed bytea not null,
    results_sealed bytea,                -- null until the work is done
    primary key (request_id, bucket)
);

-- the ordered number -------------------------------------------------------------

create table entry (
    idx bigint primary key,
    event_id uuid not null,
    bucket smallint not null,
    brand_ref uuid not null,
    side side not null,
    recorded_at timestamptz not null
);
create index entry_feed on entry (brand_ref, side, idx);

-- first number of each hour: where a reader without a cursor starts
create table entry_hour (
    hour timestamptz primary key,
    first_idx bigint not null
);

-- one row: the fencing epoch, the last number given, the last number readers may see,
-- the last number in the citizens' view
create table sequence_head (
    one boolean primary key default true check (one),
    epoch bigint not null default 0,
    assigned_idx bigint not null default 0,
    published_idx bigint not null default 0,
    projected_idx bigint not null default 0
);
insert into sequence_head default values;

-- approvals and refusals a brand, kept by the projector: no count at read time
create table brand_figure (
    brand_ref uuid not null,
    channel channel not null,
    recipient_type recipient_type not null,
    approvals bigint not null,
    rejections bigint not null,
    primary key (brand_ref, channel, recipient_type)
);

-- parties -------------------------------------------------------------------------

create table provider (
    iys_code bigint primary key,
    title text not null,
    activated_at timestamptz,            -- null: back-dated loading is still open
    subscription text not null default 'ACTIVE'
        check (subscription in ('ACTIVE', 'PAUSED', 'EXPIRED', 'CLOSED', 'NONE')),
    has_api boolean not null default true,
    changed_in bigint not null
);

create table brand (
    brand_code bigint primary key,
    iys_code bigint not null references provider (iys_code),
    name text not null,
    is_master boolean not null default false,
    is_active boolean not null default true,
    changed_in bigint not null
);
create unique index brand_master on brand (iys_code) where is_master;
create index brand_of_provider on brand (iys_code);

create table retailer (
    retailer_code bigint primary key,
    brand_code bigint not null references brand (brand_code),
    title text not null,
    status text not null default 'active' check (status in ('active', 'passive', 'suspended'))
);
create index retailer_of_brand on retailer (brand_code);

-- bumped in every transaction that changes a party: readers' copies are compared with it
create table directory_head (
    one boolean primary key default true check (one),
    version bigint not null default 0
);
insert into directory_head default values;

-- access ----------------------------------------------------------------------------

create table api_user (
    user_id uuid primary key,
    username text not null unique,
    password_hash text not null,
    iys_code bigint not null references provider (iys_code),
    is_active boolean not null default true
);

-- opaque tokens: only keyed hashes are stored
create table token (
    token_tag uuid primary key,
    family uuid not null,
    kind text not null check (kind in ('access', 'refresh')),
    user_id uuid not null references api_user (user_id),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at timestamptz                  -- a refresh token works once
);
create index token_family on token (family);
create index token_expiry on token (expires_at);

-- machinery -----------------------------------------------------------------------------

create table job (
    job_id bigint primary key generated always as identity,
    name text not null,
    payload bytea not null,
    once_key text unique,
    run_at timestamptz not null default now(),
    attempts smallint not null default 0,
    claimed_until timestamptz,
    failed_at timestamptz,               -- dead letter
    failure text
);
create index job_due on job (run_at) where failed_at is null;

-- hourly limits; `client` is a keyed tag of the network address
create table limit_use (
    lane text not null,
    client uuid not null,
    window_started_at timestamptz not null,
    used integer not null,
    primary key (lane, client)
);

-- an import's progress, moved in the same transaction as its rows
create table file_load (
    load_id uuid primary key,
    brand_code bigint not null,
    file_hash bytea not null,
    rows_done bigint not null default 0,
    rows_recorded bigint not null default 0,
    rows_refused bigint not null default 0,
    started_at timestamptz not null default now(),
    finished_at timestamptz,
    unique (brand_code, file_hash)
);
