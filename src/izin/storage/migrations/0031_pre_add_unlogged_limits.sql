-- Calls are counted without waiting for the disk: a crash of the database forgets an hour's counts,
-- which lets a client call once more, and loses nothing that was ever promised.

alter table limit_use set unlogged;
