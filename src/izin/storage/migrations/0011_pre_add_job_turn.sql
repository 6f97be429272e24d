-- In whose turn jobs are done. What follows (a batch with refusals in it) waits until all that leads
-- before it in its lane (a batch with consents in it) has committed; what only follows goes first.
alter table job
    add column leads boolean not null default false,
    add column follows boolean not null default false;
-- left by the version before, which did not say what is in them
update job set leads = true, follows = true where lane is not null;

create index job_turn on job ((follows and not leads) desc, run_at);
create index job_leading on job (lane, job_id) where leads;
drop index job_lane;
