-- An invitation that goes by mail: what goes, sealed under the members' key until a keeper has written
-- the mail, and gone from then on.
alter table invitation add column letter_sealed bytea;
create index invitation_unmailed on invitation (expires_at) where letter_sealed is not null;
