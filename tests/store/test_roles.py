"""Each process may do its own work and nothing else: the forbidden is tried, not only looked up."""

import asyncpg
import pytest

PROCESSES = ("izin_web", "izin_citizen", "izin_keeper", "izin_operator")
RECORDING = ("izin_web", "izin_citizen", "izin_keeper")

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

FORBIDDEN = {
    "izin_web": [
        "select sealed from citizen_consent",
        NEW_CITIZEN_ROW,
        "select event_id from pending",
        "delete from pending",
        NEW_ENTRY,
        "update sequence_head set assigned_idx = 1",
        "update brand_figure set approvals = 0",
        "update batch set results_sealed = ''",
        "delete from batch",
        "delete from job",
        "delete from token",
        "update api_user set is_active = true",
        NEW_API_USER,
        "update provider set subscription = 'ACTIVE'",
        "update brand set is_active = true",
        "update directory_head set version = 1",
    ],
    "izin_citizen": [
        "update citizen_consent set sealed = ''",
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
        "select wrapped from keyring",
        "select body_sealed from batch",
        "select retailer_siv from consent_retailer",
        "select token_tag from token",
        "select idx from entry",
        "select event_id from pending",
    ],
}

NEEDED = {
    "izin_web": [
        "select status from provider_consent",
        "update provider_consent set version = 1",
        "select body_sealed from consent_event",
        "delete from consent_retailer",
        "insert into job (name, payload) values ('x', '') on conflict (once_key) do nothing",
        "select published_idx from sequence_head",
        "select idx from entry",
        "select approvals from brand_figure",
        "update token set used_at = now()",
        "update file_load set rows_done = 1",
        "update limit_use set used = 1",
        "select version from directory_head",
        "insert into keyring (purpose, scope, period, wrapped) values ('x', '', 'x', '')",
    ],
    "izin_citizen": [
        "select sealed from citizen_consent",
        "update provider_consent set version = 1",
        "select body_sealed from consent_event",
    ],
    "izin_keeper": [
        "delete from pending",
        NEW_ENTRY,
        "update sequence_head set assigned_idx = 1",
        "update citizen_consent set sealed = ''",
        "update brand_figure set approvals = 0",
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


async def test_everyone_who_records_may_call_the_one_door(owner):
    for role in RECORDING:
        may = await owner.fetchval(
            "select bool_and(has_function_privilege($1, oid, 'execute')) from pg_proc"
            " where proname = 'record_movements'",
            role,
        )
        assert may, role
