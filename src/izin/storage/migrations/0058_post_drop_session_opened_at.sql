-- To the moment it was that of a code, and so of whose address opened the session.
alter table citizen_session drop column opened_at;
