-- A request may ask for two things, each by a code of its own, which are answered each by itself.
-- Of one that was begun before nothing says what it asks for: it is answered as a whole, as it was.
alter table via_request
    add column titles text[] not null default '{}',
    add column etk_done_at timestamptz,
    add column kvk_done_at timestamptz;

create index via_request_nothing_came on via_request (ended_at)
    where ended_at is not null and step <> 'DONE' and etk_done_at is null and kvk_done_at is null;
drop index via_request_unmet;

-- No step is skipped by the request, and none by one of the things that it asks for: a code for
-- each when the notice has arrived, an answer to each where its code or the page was, once; and
-- the request is done when all of them are, and not before.
create or replace function keep_via_steps() returns trigger language plpgsql as $$
declare
    asks_etk boolean := 'ETK' = any (old.titles);
    asks_kvk boolean := 'KVK' = any (old.titles);
    is_answered boolean;
begin
    if new.step <> old.step and not (old.step, new.step) in (
        ('NOTICE', 'CODE'), ('NOTICE', 'UNSENT'), ('NOTICE', 'WITHDRAWN'),
        ('CODE', 'DONE'), ('CODE', 'LOCKED'), ('CODE', 'UNSENT'), ('CODE', 'EXPIRED'), ('CODE', 'WITHDRAWN'),
        ('LINK', 'OPENED'), ('LINK', 'UNSENT'), ('LINK', 'EXPIRED'), ('LINK', 'WITHDRAWN'),
        ('OPENED', 'DONE'), ('OPENED', 'EXPIRED'), ('OPENED', 'WITHDRAWN')
    ) then
        raise check_violation using message = format('no step leads from %s to %s', old.step, new.step);
    end if;
    if new.titles <> old.titles then
        raise check_violation using message = 'what a request asks for stays';
    end if;
    if cardinality(old.titles) = 0 then
        return new;
    end if;
    if (new.etk_proof_id, new.kvk_proof_id) is distinct from (old.etk_proof_id, old.kvk_proof_id)
        and (old.step, new.step) is distinct from ('NOTICE', 'CODE')
        or (old.step, new.step) = ('NOTICE', 'CODE')
        and (new.etk_proof_id is not null, new.kvk_proof_id is not null) <> (asks_etk, asks_kvk)
    then
        raise check_violation using message = 'codes are of the step from NOTICE to CODE, one for each title';
    end if;
    if new.etk_done_at is distinct from old.etk_done_at
        and not (asks_etk and old.etk_done_at is null and old.step in ('CODE', 'OPENED'))
        or new.kvk_done_at is distinct from old.kvk_done_at
        and not (asks_kvk and old.kvk_done_at is null and old.step in ('CODE', 'OPENED'))
    then
        raise check_violation using message = format('nothing is answered at %s, nor twice', old.step);
    end if;
    is_answered := (new.etk_done_at is not null or not asks_etk) and (new.kvk_done_at is not null or not asks_kvk);
    if is_answered <> (new.step = 'DONE') then
        raise check_violation using message = 'a request is done when all that it asks for is answered';
    end if;
    return new;
end
$$;
