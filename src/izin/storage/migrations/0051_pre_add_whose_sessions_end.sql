-- Which numbers a session has shown by a code, as tags: who claims one ends the others' sessions.
alter table citizen_session add column number_tags uuid[] not null default '{}';
create index citizen_session_by_number on citizen_session using gin (number_tags);
delete from citizen_session;
