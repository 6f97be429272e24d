-- Brands and API accounts to try with, which reach one another and nothing else.

alter table brand
    add column is_test boolean not null default false,
    add constraint brand_test_leads_none check (not (is_test and is_master)) not valid;
alter table brand validate constraint brand_test_leads_none;

alter table api_user
    add column is_test boolean not null default false,
    add constraint api_user_test_is_companys check (not is_test or iys_code is not null) not valid;
alter table api_user validate constraint api_user_test_is_companys;

-- what real addresses are in, or what reaches them, is never a test afterwards; nor the other way
create function keep_test() returns trigger language plpgsql as $$
begin
    if new.is_test is distinct from old.is_test then
        raise insufficient_privilege using message = 'a test stays one';
    end if;
    return new;
end
$$;
revoke all on function keep_test() from public;
create trigger kept_test before update on brand for each row execute function keep_test();
create trigger kept_test before update on api_user for each row execute function keep_test();
