-- When a message arrived by its supplier's clock, which may know minutes alone; we order by our own.
alter table message add column supplier_at timestamptz;
