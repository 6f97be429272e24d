-- Old batch requests are forgotten by their age: without this each look reads the whole table.

create index batch_age on batch (created_at);

-- A job given up is due again after its rest, so the index holds those too.

drop index job_due;
create index job_due on job (run_at);
