-- A company is told of shares of a limit: what it was told of another limit says nothing of this one.

alter table address_year
    add column limit_told bigint; -- of which limit share_told is; null: of the one that it had then
