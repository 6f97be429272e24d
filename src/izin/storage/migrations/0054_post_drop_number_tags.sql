-- Two numbers of one session stood side by side in them.
drop index citizen_session_by_number;
alter table citizen_session drop column number_tags;
delete from citizen_session;
