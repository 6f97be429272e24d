-- How many new consents a dealer may bring in a day, null: as many as it likes; and how many it has
-- brought on the day that it brought some last.
alter table retailer add column new_a_day integer check (new_a_day >= 0);

create table retailer_day (
    retailer_code bigint primary key references retailer (retailer_code) on delete cascade,
    day date not null,                   -- by Turkey's clock
    taken integer not null,
    granted integer not null             -- of what was asked for last
);
