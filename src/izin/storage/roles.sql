-- What each process may do, and nothing else: one role a process, none of them may log in by itself.
-- Applied after the migrations, every time; what is not granted here is taken away. Which rows of a
-- table: policies.py.
-- Nobody updates or deletes consent_event or entry; izin_web never sees the citizens' view.

do $$
declare
    process text;
begin
    foreach process in array array[
        'izin_web', 'izin_citizen', 'izin_keeper', 'izin_operator', 'izin_desk', 'izin_courier',
        'izin_agent'
    ] loop
        -- roles belong to the whole server: another database's migration may be just as far
        begin
            if not exists (select from pg_roles where rolname = process) then
                execute format('create role %I nologin', process);
            end if;
        exception when duplicate_object or unique_violation then
            null;
        end;
        if not pg_has_role(current_user, process, 'set') then
            execute format('grant %I to current_user with inherit false, set true', process);
        end if;
    end loop;
end
$$;

revoke all on all tables in schema public
    from izin_web, izin_citizen, izin_keeper, izin_operator, izin_desk, izin_courier, izin_agent;
grant usage on schema public
    to izin_web, izin_citizen, izin_keeper, izin_operator, izin_desk, izin_courier, izin_agent;

-- nobody needs a table of his own. The database's own rights do not come with a template.
do $$
begin
    if has_database_privilege('public', current_database(), 'temporary')
        and (
            select pg_has_role(current_user, datdba, 'usage')
            from pg_database
            where datname = current_database()
        )
    then
        execute format('revoke temporary on database %I from public', current_database());
    end if;
end
$$;

-- what everybody reads
grant select on schema_migration, source, provider, brand, brand_short_name, partner, mandate, mandate_head, intermediary,
    subscription,
    retailer,
    directory_head
    to izin_web, izin_citizen, izin_keeper, izin_operator, izin_agent;

-- recording: the one door, used by requests, by citizens' doors and by jobs
grant select, insert, update on provider_consent to izin_web, izin_citizen, izin_keeper, izin_agent;
grant select, insert on consent_event to izin_web, izin_citizen, izin_keeper, izin_agent;
grant select, insert, update, delete on consent_retailer to izin_web, izin_citizen, izin_keeper, izin_agent;
grant insert on pending to izin_web, izin_citizen, izin_keeper, izin_agent;
grant select, insert on keyring to izin_web, izin_citizen, izin_keeper, izin_agent;
grant select, insert on job to izin_web, izin_agent;
grant select, insert, update, delete on job to izin_citizen; -- takes in what was heard: policies.py
grant select, insert, update on limit_use to izin_web, izin_citizen, izin_agent;
grant insert on audit_event to izin_web, izin_citizen, izin_keeper, izin_agent;
grant select on entry, entry_hour, sequence_head, brand_figure, unprojected
    to izin_web, izin_citizen, izin_keeper, izin_agent;

grant select on view_reach to izin_citizen, izin_keeper, izin_agent; -- how far her view is

-- everybody may call a new function, so each form of this one is taken back for those who record
do $$
declare
    door regprocedure;
begin
    for door in
        select oid from pg_proc
        where pronamespace = 'public'::regnamespace and proname = 'record_movements'
    loop
        execute format('revoke all on function %s from public, izin_operator, izin_desk, izin_courier', door);
        execute format('grant execute on function %s to izin_web, izin_citizen, izin_keeper, izin_agent', door);
    end loop;
end
$$;

-- the contract API
grant select, insert on batch to izin_web;
grant select, insert on query_receipt to izin_web;
grant insert on receipt_number to izin_web; -- of an answer that a company hands in; never read
grant select, insert, update on api_user, client_key to izin_web; -- accounts, which companies keep themselves
grant select, insert, update on client_use to izin_web;
grant select, insert on signed_once to izin_web;
grant select on resource_server to izin_web;
grant select, insert, update on token to izin_web;
grant select, insert, update on file_load to izin_web;

grant insert, update, delete on retailer to izin_web; -- dealers, which companies enter themselves
grant select, insert, update on retailer_day to izin_web; -- what dealers with a limit bring
grant select, insert on application, signatory to izin_web; -- companies apply, and see themselves
grant select on agreement to izin_web;
grant select on address_year to izin_web, izin_operator; -- how full packages are
grant select, insert, update on address_year to izin_keeper;
grant select, insert, update on migration_job to izin_operator; -- what partners load of the past
grant select, update on migration_job to izin_keeper; -- how many records
grant select on day_figure to izin_web; -- companies' reports
grant select on counted_address, address_figure to izin_web; -- whether a package is full
grant insert, update on mandate to izin_web; -- which companies give and take back themselves
grant update on mandate_head to izin_web; -- by which all processes learn of it

-- members: whoever signs in, and who else of his party
grant select, insert, update on member to izin_web;
grant select, insert, update, delete on passkey, invitation, sign_in, session, sign_on to izin_web;
grant select, insert, delete on known_device to izin_web;

-- the citizens' doors
grant select on citizen_consent to izin_citizen;
grant select, insert on receipt_number, receipt_part to izin_citizen;
grant select, insert, update, delete on shortcode_question to izin_citizen;

-- sequencer, projector, jobs and timers
grant select, delete on pending to izin_keeper;
grant insert on entry, entry_hour to izin_keeper;
grant update on sequence_head to izin_keeper;
grant insert, update on brand_figure to izin_keeper;
grant select, insert, update on day_figure to izin_keeper;
grant select, insert, update, delete on counted_address to izin_keeper; -- behind the figures
grant select, insert, update on address_figure, counted_brand to izin_keeper;
grant insert, delete on unprojected to izin_keeper;
grant select, insert, update on citizen_consent to izin_keeper;
grant select, update, delete on batch to izin_keeper;
grant select, insert, update, delete on job to izin_keeper;
grant select, delete on token, limit_use, query_receipt, signed_once to izin_keeper;
grant select, delete on session, sign_in, known_device to izin_keeper;
grant select, update, delete on invitation to izin_keeper; -- writes the mail of one
grant update on retailer to izin_keeper; -- that a consent names them

-- whoever takes on parties; no consent is in reach
grant insert, update on provider, brand, retailer to izin_operator;
grant insert, delete on brand_short_name to izin_operator;
grant insert, update on partner, intermediary, subscription to izin_operator;
grant update on mandate, mandate_head to izin_operator; -- a moved brand leaves none behind
grant select, update on application, signatory to izin_operator; -- what is sealed stays so
grant select, insert on agreement to izin_operator;
grant select, insert, update on api_user, client_key to izin_operator;
grant select on client_use to izin_operator;
grant select, insert, delete on resource_server to izin_operator;
grant select, insert, update on member to izin_operator;
grant select, insert, delete on invitation to izin_operator;
grant select on passkey to izin_operator;
grant select, delete on session to izin_operator; -- of whom it stops
grant select, insert on keyring to izin_operator; -- the members', by which none else opens
grant update on directory_head to izin_operator;
grant select, insert on audit_event to izin_operator;

-- the desk, where the registry's people sign in: parties, members and the trail, as much as its pages
-- need. Nothing in which a recipient stands; of the numbers, how far they are
grant select on schema_migration, brand_short_name, sequence_head to izin_desk;
grant select on ledger_backlog, job_backlog to izin_desk; -- how much waits, not what
grant select, insert, update on provider, brand to izin_desk;
grant insert, delete on brand_short_name to izin_desk;
grant select, insert, update on partner, intermediary, subscription to izin_desk;
grant select on address_year, migration_job to izin_desk; -- how full packages are, and who loads
grant select, update on retailer, mandate, mandate_head to izin_desk; -- of a brand that moves
grant select, update on directory_head to izin_desk;
grant select, update on application, signatory to izin_desk; -- what is sealed stays so
grant select, insert on agreement to izin_desk;
grant select, insert, update on member to izin_desk;
grant select, insert, update, delete on passkey, invitation, sign_in, session to izin_desk;
grant select, insert, delete on known_device to izin_desk;
grant select, insert, update on limit_use to izin_desk; -- tries of whoever signs in
grant select, insert on keyring to izin_desk; -- the members', by which none else opens
grant select, insert on audit_event to izin_desk;

-- messages: whoever has something to tell writes one; the courier sends it, and sees nothing else
grant select, insert on message to izin_web, izin_citizen, izin_keeper, izin_agent;
grant delete on message to izin_keeper; -- what is old
grant select on schema_migration to izin_courier;
grant select, update on message to izin_courier;
grant select, insert, update, delete on job to izin_courier; -- its own: policies.py
grant select, insert on keyring to izin_courier; -- the messages', by which none else opens
grant insert on audit_event to izin_courier; -- that it has made that key

-- codes that prove an address: sent and looked at by whoever has a door for people or companies
grant select, insert, update on proof, budget to izin_web, izin_citizen, izin_agent;
grant select, delete on proof, budget to izin_keeper; -- what is old

-- what people write to 3338 is answered by the keeper, too: which records there are it knows anyway
grant insert, update on limit_use to izin_keeper; -- how often one telephone is answered
grant select, insert, update, delete on shortcode_question to izin_keeper;
grant select, insert on receipt_number, receipt_part to izin_keeper;

-- citizens at their own pages
grant select, insert, update, delete on citizen_session to izin_citizen;
grant select, insert, update, delete on citizen_account, account_holding to izin_citizen;
grant select, insert, update, delete on number_word to izin_citizen;
grant insert on number_claim to izin_citizen;
grant select, insert, update on number_tenure to izin_citizen;
grant select, insert, update, delete on number_tenure to izin_keeper; -- closed lines, what is old
grant select, delete on number_word to izin_keeper; -- what is old
grant select, delete on number_claim to izin_keeper; -- what is old
grant select, update, delete on citizen_account, account_holding to izin_keeper; -- of closed lines
grant select, insert, update, delete on citizen_act to izin_citizen;
grant select, delete on citizen_session, citizen_act to izin_keeper; -- what is over
grant insert, update on citizen_act to izin_keeper; -- an act in parts, and what it has come to

-- forms of İYS Yolu: companies write them, the registry's people approve them, who takes a consent reads them
grant select, insert on via_form to izin_web;
grant select, insert, update on via_form_version to izin_web;
grant select on via_form, via_form_version to izin_citizen, izin_keeper;
grant select on via_form to izin_desk, izin_operator;
grant select, update on via_form_version to izin_desk, izin_operator;

-- ViA PASS: companies have addresses verified, by texts that the registry approves
grant select, insert on pass_template to izin_web;
grant select, update on pass_subscription to izin_web; -- a credit less
grant select, insert, update on pass_request to izin_web;
grant select, update on pass_template to izin_desk, izin_operator;
grant select, insert, update on pass_subscription to izin_operator;
grant select, update on pass_request to izin_citizen; -- who follows her link
grant select, update, delete on pass_request to izin_keeper; -- closed lines, what is old

-- personal links: companies have them made, citizens open them; a change by one holds its row
grant insert on personal_link to izin_web;
grant select, insert, update on personal_link to izin_citizen;
grant select, delete on personal_link to izin_keeper; -- what is over

-- requests of İYS Yolu: companies begin and complete them, what became of a message takes them on
grant select, insert, update on via_request to izin_web;
grant select, update on via_request to izin_citizen;
grant select, update, delete on via_request to izin_keeper;
grant insert on proof to izin_keeper; -- the code that follows a notice
grant select, update on via_plan to izin_web, izin_citizen; -- a credit for each answer
grant select, update on via_plan to izin_keeper; -- what overdue requests held
grant select, insert, update on via_plan to izin_operator, izin_desk;

-- the call centre: agents, who sign in as members of that role alone, and work by what a caller opens
grant select on citizen_consent to izin_agent;
grant select, insert on receipt_number to izin_agent;
grant select, insert, update on support_call to izin_agent;
grant select, insert, update on citizen_act to izin_agent;
grant select, insert, update on number_word, number_tenure to izin_agent; -- a number that is newly a caller's
grant insert on number_claim to izin_agent;
grant select, update, delete on citizen_account, account_holding to izin_agent; -- it leaves another's
grant select, update on member to izin_agent;
grant select on passkey to izin_agent;
grant select, insert, update, delete on sign_in, session to izin_agent;
grant select, insert, delete on known_device to izin_agent;
grant select on support_figures to izin_desk; -- how much there is to do, not of whom
grant select, update, delete on support_call to izin_keeper; -- what ended by itself, and what is old
