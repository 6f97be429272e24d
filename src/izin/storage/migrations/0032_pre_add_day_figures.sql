-- What happened on each day, a row for each brand and each thing by which it is told apart: kept by
-- the keeper behind the figures. What moved before this table was there comes in by a rebuild.
create table day_figure (
    brand_ref uuid not null,
    aspect text not null,                -- told apart by what: ACTOR, SOURCE, RETAILER, MANDATE
    day date not null,                   -- of recording, by Turkey's clock
    channel channel not null,
    recipient_type recipient_type not null,
    value text not null,                 -- whose, which; a dealer as the company's view has it
    begun bigint not null,               -- an ONAY where none stood
    renewed bigint not null,             -- an ONAY over an ONAY
    refused bigint not null,             -- a RET
    primary key (brand_ref, aspect, day, channel, recipient_type, value)
);
