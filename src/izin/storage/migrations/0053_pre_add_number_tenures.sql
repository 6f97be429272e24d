-- In whose hands a number is, as a random name that changes with them: sessions that showed it before
-- are over. A row knows one number, so that none joins two. Under the seen tag of `vault/pseudonym.py`.
create table number_tenure (
    tag uuid not null,
    tenure uuid not null,
    forget_on date not null, -- after the last session of an older one
    constraint number_tenure_pkey primary key (tag)
);
create index number_tenure_by_age on number_tenure (forget_on);
