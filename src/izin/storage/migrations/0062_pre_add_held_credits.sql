-- A request is over when she has refused since she was asked, or when the address is hers no more.
-- What an open request may cost its company is held back from the credits of others.
alter table via_request add column held smallint not null default 0 check (held >= 0);
alter table via_plan add column held integer not null default 0 check (held >= 0);

create or replace function keep_via_steps() returns trigger language plpgsql as $$
declare
    asks_etk boolean := 'ETK' = any (old.titles);
    asks_kvk boolean := 'KVK' = any (old.titles);
    is_answered boolean;
begin
    if new.ended_at is not null then
        new.held := 0; -- nothing more comes of it
    end if;
    if new.step <> old.step and not (old.step, new.step) in (
        ('NOTICE', 'CODE'), ('NOTICE', 'UNSENT'), ('NOTICE', 'WITHDRAWN'), ('NOTICE', 'REFUSED'),
        ('CODE', 'DONE'), ('CODE', 'LOCKED'), ('CODE', 'UNSENT'), ('CODE', 'EXPIRED'), ('CODE', 'WITHDRAWN'), ('CODE', 'REFUSED'),
        ('LINK', 'OPENED'), ('LINK', 'UNSENT'), ('LINK', 'EXPIRED'), ('LINK', 'WITHDRAWN'), ('LINK', 'REFUSED'),
        ('OPENED', 'DONE'), ('OPENED', 'EXPIRED'), ('OPENED', 'WITHDRAWN'), ('OPENED', 'REFUSED')
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

-- what a request no longer holds is its company's again, whatever it ends by
create function keep_via_held() returns trigger language plpgsql as $$
begin
    update via_plan set held = greatest(0, via_plan.held + new.held - old.held)
    where iys_code = new.iys_code;
    return null;
end
$$;
revoke all on function keep_via_held() from public;
create trigger via_request_held after update on via_request
    for each row when (new.held <> old.held) execute function keep_via_held();
