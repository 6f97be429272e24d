"""Each process may do its own work and nothing else: the forbidden is tried, not only looked up."""

import asyncpg
import pytest

from izin.storage.migrate import apply_roles
from izin.storage.statements import load
from izin.vault.purpose import CITIZEN_PURPOSES, MEMBER_PURPOSES, MESSAGE_PURPOSES, Purpose

PROCESSES = (
    "izin_web",
    "izin_citizen",
    "izin_keeper",
    "izin_operator",
    "izin_desk",
    "izin_courier",
    "izin_agent",
)
RECORDING = ("izin_web", "izin_citizen", "izin_keeper", "izin_agent")

NEW_CITIZEN_ROW = """insert into citizen_consent (tag, slot, bucket, sealed)
    values (gen_random_uuid(), gen_random_uuid(), 0, '')"""
NEW_ENTRY = """insert into entry (idx, event_id, bucket, brand_ref, side, recorded_at)
    values (1, gen_random_uuid(), 0, gen_random_uuid(), 'HS', now())"""
NEW_API_USER = """insert into api_user (user_id, username, password_hash, iys_code)
    values (gen_random_uuid(), 'x', 'x', 1)"""
NEW_TOKEN = """insert into token (token_tag, family, kind, user_id, expires_at)
    values (gen_random_uuid(), gen_random_uuid(), 'access', gen_random_uuid(), now())"""
NEW_BATCH = """insert into batch (request_id, bucket, brand_code, body_sealed)
    values (gen_random_uuid(), 0, 1, '')"""

NOTHING_RECORDED = "select record_movements('{}'::movement[])"

NEW_KEY = "insert into keyring (purpose, scope, period, wrapped) values ('{}', '', '{}', '')"

NOBODY = [
    "update consent_event set body_sealed = null",
    "delete from consent_event",
    "truncate consent_event",
    "update entry set idx = 0",
    "delete from entry",
    "truncate entry",
    "delete from provider_consent",
    "delete from citizen_consent",
    "update keyring set wrapped = ''",
    "delete from keyring",
    "update pending set bucket = 0",
    "delete from sequence_head",
    "insert into schema_migration (number, name, checksum) values (99, 'x', 'x')",
    "create table mine (id int)",
    "drop table limit_use",
    "alter table provider_consent add column address text",
    "create role mine",
]

OF_RECIPIENTS = (
    *("provider_consent", "citizen_consent", "consent_event", "consent_retailer", "pending"),
    *("entry", "entry_hour", "unprojected", "brand_figure", "batch", "job", "file_load"),
    *("query_receipt", "token", "message", "receipt_number", "shortcode_question"),
    *("citizen_session", "pass_request", "via_request", "support_call"),
    *("citizen_account", "account_holding", "number_word", "number_claim"),
    "number_tenure",
    *("personal_link", "citizen_act", "receipt_part"),
)
"""Tables in which a recipient, a consent, or what opens one stands."""

CARRIED = ("message", "job")
"""What is the courier's to carry; of jobs, its own."""

FORBIDDEN = {
    "izin_agent": [
        "update citizen_consent set sealed = ''",
        "select session_tag from citizen_session",
        "select body_sealed from batch",
        "select token_tag from token",
        "select password_hash from api_user",
        "select event_id from pending",
        "delete from support_call",
        "insert into member (member_id) values (gen_random_uuid())",
        "insert into passkey (credential_id) values ('')",
        "select invitation_tag from invitation",
        "delete from audit_event",
    ],
    "izin_web": [
        "select sealed from citizen_consent",
        NEW_CITIZEN_ROW,
        "select event_id from pending",
        "delete from pending",
        NEW_ENTRY,
        "update sequence_head set assigned_idx = 1",
        "update brand_figure set approvals = 0",
        "insert into unprojected (idx) values (1)",
        "delete from unprojected",
        "update batch set results_sealed = ''",
        "delete from batch",
        "delete from job",
        "delete from token",
        "delete from api_user",
        "delete from client_key",
        "insert into resource_server (user_id) values (gen_random_uuid())",
        "update provider set subscription = 'ACTIVE'",
        "update brand set is_active = true",
        "update directory_head set version = 1",
        *(NEW_KEY.format(purpose, "2") for purpose in CITIZEN_PURPOSES),
    ],
    "izin_citizen": [
        "update citizen_consent set sealed = ''",
        "update receipt_number set body_sealed = ''",
        "delete from receipt_number",
        "select body_sealed from batch",
        "select password_hash from api_user",
        "select token_tag from token",
        "select event_id from pending",
        "update sequence_head set assigned_idx = 1",
        "select load_id from file_load",
        "update provider set subscription = 'ACTIVE'",
    ],
    "izin_keeper": [
        "select password_hash from api_user",
        NEW_TOKEN,
        "update token set used_at = null",
        NEW_BATCH,
        "update provider set subscription = 'ACTIVE'",
    ],
    "izin_operator": [
        "select status from provider_consent",
        "select sealed from citizen_consent",
        "select body_sealed from consent_event",
        *(NEW_KEY.format(each, "2") for each in Purpose if each not in MEMBER_PURPOSES),
        "select public_key from passkey for update",
        "select body_sealed from batch",
        "select retailer_siv from consent_retailer",
        "select token_tag from token",
        "select idx from entry",
        "select idx from unprojected",
        "select event_id from pending",
        NOTHING_RECORDED,
    ],
    "izin_desk": [
        *(f"select count(*) from {table}" for table in OF_RECIPIENTS),
        *(NEW_KEY.format(each, "2") for each in Purpose if each not in MEMBER_PURPOSES),
        "delete from retailer",
        "delete from mandate",
        "update address_year set addresses_max = 0",
        "update migration_job set records = 0",
        "select username from api_user",
        "update sequence_head set assigned_idx = 1",
        "delete from audit_event",
        "delete from member",
        NOTHING_RECORDED,
    ],
    "izin_courier": [
        *(f"select count(*) from {table}" for table in OF_RECIPIENTS if table not in CARRIED),
        *(NEW_KEY.format(each, "2") for each in Purpose if each not in MESSAGE_PURPOSES),
        "select title from provider",
        "select role from member",
        "delete from message",
        "insert into job (name, payload) values ('batch', '')",
        NOTHING_RECORDED,
    ],
}

NEEDED = {
    "izin_agent": [
        NOTHING_RECORDED,
        "select sealed from citizen_consent",
        "update provider_consent set version = 1",
        "update member set totp_step = 1",
        "update support_call set note = ''",
        *(NEW_KEY.format(purpose, "2") for purpose in Purpose),
    ],
    "izin_web": [
        NOTHING_RECORDED,
        "select status from provider_consent",
        "update provider_consent set version = 1",
        "select body_sealed from consent_event",
        "delete from consent_retailer",
        "insert into job (name, payload) values ('x', '') on conflict (once_key) do nothing",
        "select published_idx from sequence_head",
        "select count(*) from unprojected",
        "select idx from entry",
        "select approvals from brand_figure",
        "update token set used_at = now()",
        "update file_load set rows_done = 1",
        "update limit_use set used = 1",
        "select version from directory_head",
        *(NEW_KEY.format(each, "2") for each in Purpose if each not in CITIZEN_PURPOSES),
    ],
    "izin_citizen": [
        NOTHING_RECORDED,
        "select sealed from citizen_consent",
        "update provider_consent set version = 1",
        "select body_sealed from consent_event",
        *(NEW_KEY.format(purpose, "2") for purpose in Purpose),
    ],
    "izin_keeper": [
        NOTHING_RECORDED,
        "delete from pending",
        NEW_ENTRY,
        *(NEW_KEY.format(purpose, "2") for purpose in Purpose),
        "update sequence_head set assigned_idx = 1",
        "update citizen_consent set sealed = ''",
        "update brand_figure set approvals = 0",
        "insert into unprojected (idx) values (1)",
        "delete from unprojected where idx = 1",
        "update batch set results_sealed = ''",
        "delete from batch",
        "select job_id from job for update skip locked",
        "delete from job",
        "delete from token where expires_at < now()",
        "delete from limit_use where window_started_at < now()",
        "update provider_consent set version = 1",
    ],
    "izin_operator": [
        "insert into provider (iys_code, title, changed_in) values (1, 'x', 1)",
        "update brand set is_active = false",
        "update retailer set status = 'passive'",
        "update api_user set is_active = false",
        "update directory_head set version = version + 1",
    ],
    "izin_desk": [
        "insert into provider (iys_code, title, changed_in) values (1, 'x', 1)",
        "update brand set is_active = false",
        "update application set state = 'SUBMITTED'",
        "update subscription set address_limit = 1",
        "select addresses_max from address_year",
        "update retailer set iys_code = 1",
        "update mandate set revoked_at = now()",
        "update directory_head set version = version + 1",
        "select published_idx from sequence_head",
        "select audit_id from audit_event",
        "update limit_use set used = 1",
        *(NEW_KEY.format(each, "2") for each in MEMBER_PURPOSES),
    ],
    "izin_courier": [
        "select sealed from message for update skip locked",
        "update message set supplier = 'x'",
        "insert into job (name, payload) values ('message_receipt', '')",
        "delete from job",
    ],
}


async def is_allowed(owner, role, statement):
    """Try one statement as a process would, and leave nothing behind."""
    transaction = owner.transaction()
    await transaction.start()
    try:
        await owner.execute(f"set local role {role}")
        await owner.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return False
    finally:
        await transaction.rollback()
    return True


@pytest.mark.parametrize("role", PROCESSES)
async def test_a_process_cannot_do_what_is_not_its_work(owner, role):
    tried = NOBODY + FORBIDDEN[role]
    assert [each for each in tried if await is_allowed(owner, role, each)] == []


@pytest.mark.parametrize("role", PROCESSES)
async def test_a_process_can_do_its_work(owner, role):
    tried = NEEDED[role]
    assert [each for each in tried if not await is_allowed(owner, role, each)] == []


@pytest.mark.plain
async def test_no_process_may_log_in_or_rule(owner):
    rows = await owner.fetch(
        "select rolname from pg_roles where rolname like 'izin\\_%'"
        " and (rolcanlogin or rolsuper or rolcreaterole or rolcreatedb or rolbypassrls)",
    )
    assert rows == []


async def test_every_process_s_rights_are_tried(owner):
    rows = await owner.fetch("select rolname from pg_roles where rolname like 'izin\\_%'")
    assert {row["rolname"] for row in rows} == set(PROCESSES) == set(FORBIDDEN) == set(NEEDED)


async def test_no_process_inherits_another_s_rights(owner):
    rows = await owner.fetch(
        "select from pg_auth_members as membership"
        " join pg_roles as role on role.oid = membership.member where rolname like 'izin\\_%'",
    )
    assert rows == []


@pytest.fixture
async def keys(owner):
    """A key of each purpose."""
    for purpose in Purpose:
        await owner.execute(NEW_KEY.format(purpose, "1"))


async def seen_by(owner, role):
    """Purposes of the keys that a process can read."""
    async with owner.transaction():
        await owner.execute(f"set local role {role}")
        return {row["purpose"] for row in await owner.fetch("select purpose from keyring")}


async def policies(owner):
    """The policies of the keys, with the transaction that made each."""
    rows = await owner.fetch(
        "select polname, xmin, polcmd, polroles, pg_get_expr(polqual, polrelid) from pg_policy"
        " where polrelid = 'keyring'::regclass order by polname"
    )
    return list(map(tuple, rows))


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        ("izin_web", CITIZEN_PURPOSES),
        ("izin_citizen", ()),
        ("izin_keeper", ()),
        ("izin_operator", set(Purpose) - set(MEMBER_PURPOSES)),
        ("izin_desk", set(Purpose) - set(MEMBER_PURPOSES)),
        ("izin_courier", set(Purpose) - set(MESSAGE_PURPOSES)),
    ],
)
async def test_a_process_sees_the_keys_of_its_side_only(owner, keys, role, hidden):
    assert await seen_by(owner, role) == {str(each) for each in Purpose if each not in hidden}


async def test_keys_are_still_found_by_index(owner, keys):
    """A policy that the index did not help would be a scan of all brands' keys."""
    statements = load("izin.keyring")
    async with owner.transaction():
        await owner.execute("set local enable_seqscan = off")
        await owner.execute("set local role izin_web")
        for name, parameters, index in (
            ("keys", "array['brand-seal'], '', '2026Q4'", "keyring_purpose_scope_period_key"),
            ("keys_by_id", "array[1, 2], array['brand-seal']", "keyring_pkey"),
        ):
            await owner.execute(f"prepare {name} as {statements[name]}")
            plan = await owner.fetch(f"explain execute {name} ({parameters})")
            shown = "\n".join(row[0] for row in plan)
            assert index in shown, shown
            assert "Seq Scan" not in shown, shown


async def test_rights_that_hold_already_are_left_alone(owner):
    before = await policies(owner)
    assert len(before) == 4
    async with owner.transaction():
        await apply_roles(owner)
        locks = await owner.fetch(
            "select mode from pg_locks where relation = 'keyring'::regclass and mode like '%Excl%'"
        )
    assert await policies(owner) == before
    assert locks == []


@pytest.mark.parametrize(
    "by_hand",
    [
        "alter table keyring disable row level security",
        "create policy more on keyring to izin_web using (true)",
        "create policy more on keyring using (true)",
        "alter policy keys_of_provider_side on keyring using (true)",
        "alter policy keys_of_provider_side on keyring with check (true)",
        "alter policy keys_of_both_sides on keyring to izin_web, izin_citizen, izin_keeper",
        "drop policy keys_of_both_sides on keyring",
    ],
)
async def test_rows_shown_by_hand_are_hidden_again(owner, keys, by_hand):
    held = [each[2:] for each in await policies(owner)]
    await owner.execute(by_hand)
    await apply_roles(owner)
    assert [each[2:] for each in await policies(owner)] == held
    assert not await seen_by(owner, "izin_web") & {str(each) for each in CITIZEN_PURPOSES}
    assert not await is_allowed(owner, "izin_web", NEW_KEY.format(Purpose.CITIZEN_TAG, "2"))
    assert await seen_by(owner, "izin_keeper") == set(map(str, Purpose))


async def callers(owner):
    """For each form of the one door, those who may call it."""
    rows = await owner.fetch(
        "select oid::regprocedure::text as form, array_agg(process)"
        " filter (where has_function_privilege(process, oid, 'execute'))"
        " from pg_proc cross join unnest($1::text[]) as process"
        " where proname = 'record_movements' group by oid",
        [*PROCESSES, "public"],
    )
    return {form: set(may or ()) for form, may in rows}


async def test_those_who_record_and_nobody_else_may_call_the_one_door(owner):
    found = await callers(owner)
    assert found
    assert {form: may for form, may in found.items() if may != set(RECORDING)} == {}


async def test_a_door_opened_by_hand_or_by_a_migration_is_closed_again(owner):
    """A function comes with everybody's right to call it, another form of the door as well."""
    await owner.execute("create function record_movements(int) returns int return 1")
    await owner.execute("grant execute on function record_movements(movement[]) to izin_operator")
    await apply_roles(owner)
    found = await callers(owner)
    assert "record_movements(integer)" in found
    assert {form: may for form, may in found.items() if may != set(RECORDING)} == {}
