-- On which pages of its company's own a form may stand: a part of what is approved.
alter table via_form_version add column domains text[] not null default '{}';

create or replace function keep_via_form() returns trigger language plpgsql as $$
begin
    if old.state in ('APPROVED', 'REJECTED') then
        raise insufficient_privilege using message = 'a form that was decided about stays as it is';
    end if;
    if (new.form_id, new.version, new.iys_code) is distinct from (old.form_id, old.version, old.iys_code)
        or (old.state <> 'DRAFT'
            and (new.kind, new.brands, new.channels, new.domains, new.texts, new.digest)
                is distinct from (old.kind, old.brands, old.channels, old.domains, old.texts, old.digest))
    then
        raise insufficient_privilege using message = 'what is looked at is not written to';
    end if;
    if current_user = 'izin_web' and new.state in ('APPROVED', 'REJECTED') then
        raise insufficient_privilege using message = 'the registry alone approves a form';
    end if;
    return new;
end
$$;
