-- Whose jobs are done in their order: a brand's batches. Refusals go before those of other brands.
alter table job add column lane bigint;
create index job_lane on job (lane) where lane is not null;
