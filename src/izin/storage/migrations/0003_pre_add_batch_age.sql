-- Old batch requests are forgotten by their age: without this each look reads the whole table.

create index batch_age on batch (created_at);
