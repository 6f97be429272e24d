-- The desk gives nobody of another party anything to sign in with.

create or replace function keep_member() returns trigger language plpgsql as $$
begin
    -- its codes, for what is generated of them is not there yet
    if (new.iys_code, new.partner_code, new.intermediary_code, new.email_tag)
        is distinct from (old.iys_code, old.partner_code, old.intermediary_code, old.email_tag)
    then
        raise insufficient_privilege using message = 'a member stays whose he is';
    end if;
    if current_setting('izin.acts_for', true) = 'sign-in'
        and (new.role, new.brands, new.is_active) is distinct from (old.role, old.brands, old.is_active)
    then
        raise insufficient_privilege using message = 'a sign-in gives no rights';
    end if;
    if current_user = 'izin_desk' and old.party <> 'registry'
        and (new.password_hash, new.totp_sealed, new.totp_step, new.factors, new.person_sealed)
            is distinct from
            (old.password_hash, old.totp_sealed, old.totp_step, old.factors, old.person_sealed)
    then
        raise insufficient_privilege using message = 'the desk lets in the registry''s own alone';
    end if;
    return new;
end
$$;
