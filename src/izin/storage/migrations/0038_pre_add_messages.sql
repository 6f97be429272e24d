-- What the registry sends: mails and texts, and what became of each. To whom, and what it says, is
-- sealed, and gone as soon as a supplier has taken it.
create table message (
    message_id uuid primary key,
    medium text not null check (medium in ('SMS', 'EMAIL')),
    words text not null,
    words_version smallint not null,
    sealed bytea,
    state text not null default 'WAITING' check (
        state in ('WAITING', 'SENT', 'DELIVERED', 'UNDELIVERED', 'REFUSED', 'EXPIRED')
    ),
    once_key uuid unique,
    written_at timestamptz not null default now(),
    good_until timestamptz not null,
    sent_at timestamptz,
    ended_at timestamptz,
    supplier text,
    supplier_ref text,
    constraint message_content_waits check ((sealed is not null) = (state = 'WAITING'))
);
create index message_by_ref on message (supplier, supplier_ref) where supplier_ref is not null;
create index message_by_age on message (written_at);
