-- Of which budgets a code was taken that strangers share: it is given back when it comes back right.
alter table proof
    add column back_kinds text[] not null default '{}',
    add column back_tags uuid[] not null default '{}';
