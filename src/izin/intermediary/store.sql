-- owns: intermediary

-- name: enter
-- Writes a new carrier unless its code is taken. $1 intermediary_code · $2 title · $3 state
-- $4 version · gives the code, or nothing
insert into intermediary (intermediary_code, title, state, changed_in)
values ($1, $2, $3, $4)
on conflict (intermediary_code) do nothing
returning intermediary.intermediary_code

-- name: change
-- Gives a carrier new facts. $1..$4 as enter
update intermediary set
    title = $2,
    state = $3,
    changed_in = $4
where intermediary.intermediary_code = $1

-- name: one
-- A carrier; it does not change until the commit. $1 intermediary_code · locks it
select intermediary.intermediary_code, intermediary.title, intermediary.state
from intermediary
where intermediary.intermediary_code = $1
for no key update

-- name: changed
-- Carriers changed after a version; -1 gives all. $1 version
select intermediary.intermediary_code, intermediary.title, intermediary.state
from intermediary
where intermediary.changed_in > $1

-- name: title
-- $1 intermediary_code
select intermediary.title from intermediary where intermediary.intermediary_code = $1

-- name: is_there
-- $1 intermediary_code
select exists (select from intermediary where intermediary.intermediary_code = $1)
