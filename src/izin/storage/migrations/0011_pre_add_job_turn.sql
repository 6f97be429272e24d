-- In whose turn jobs are done. What follows (a batch with refusals in it) waits until all that leads
-- before it in its lane (a batch with consents in it) has committed. The version before does not
-- say what is in its batches, so they do both.
alter table job
    add column leads boolean not null default true,
    add column follows boolean not null default true;

create index job_following on job (run_at) where follows and not leads;
create index job_leading on job (lane, job_id) where leads;
drop index job_lane;
