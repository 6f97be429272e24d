"""A process reaches the rows of the party that it acts for, and no others: the second net."""

from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OTHER_BRAND_CODE,
    OTHER_IYS_CODE,
    PARTNER_CODE,
    RETAILER_CODE,
    Given,
)

from izin.core.codes import company
from izin.storage.database import SIGN_IN, Database
from izin.storage.migrate import apply_roles
from izin.storage.policies import POLICIES, TABLES

OURS, THEIRS = company(IYS_CODE), company(OTHER_IYS_CODE)
NEW_MEMBER = """
    insert into member (member_id, iys_code, role, email_tag, person_sealed)
    values (gen_random_uuid(), {}, 'VIEWER', gen_random_uuid(), '')
"""
NEW_INVITATIONS = """
    insert into invitation (invitation_tag, member_id, expires_at)
    select gen_random_uuid(), member_id, now() from member
"""
NEW_MANDATE = """
    insert into mandate (
        mandate_id, partner_code, iys_code, brand_code, scope, can_write, valid_from, granted_by,
        changed_in
    ) values (gen_random_uuid(), {}, {}, {}, 'VIA', false, now(), 'test', 0)
"""
NEW_RETAILER = """
    insert into retailer (retailer_code, brand_code, title, status, iys_code)
    values (77777777, {}, 'Bayi', 'active', {})
"""
OF_MEMBERS = """
    insert into passkey (credential_id, member_id, public_key, sign_count, label)
        select uuid_send(member_id), member_id, '', 0, 'x' from member;
    insert into invitation (invitation_tag, member_id, expires_at)
        select member_id, member_id, now() from member;
    insert into known_device (device_tag, member_id, expires_at)
        select member_id, member_id, now() from member;
    insert into sign_in (sign_in_tag, member_id, purpose, factors, challenge, expires_at)
        select member_id, member_id, 'SIGN_IN', 0, '', now() from member;
    insert into session (session_tag, member_id, role, created_at, idle_until, expires_at)
        select member_id, member_id, role, now(), now(), now() from member;
    insert into signatory (application_id, place, person_sealed)
        select application_id, 1, '' from application;
    insert into sign_on (
        party, issuer, client_id, secret_sealed, domains, mfa_acrs, trusts_mfa
    ) select distinct
        party, 'https://x.example', 'izin', ''::bytea, '{}'::text[], '{}'::text[], true
        from member;
"""
ROWS = {
    "member": "role",
    "passkey": "label",
    "invitation": "expires_at",
    "known_device": "expires_at",
    "sign_in": "tries",
    "sign_on": "issuer",
    "application": "title",
    "signatory": "place",
}
"""What nobody sees of another party, with a column of each."""


async def fill(owner: asyncpg.Connection, given: Given) -> None:
    """Two companies with a member, a dealer, an application and a mandate each."""
    await given.partner()
    for iys_code, brand_code, dealer in (
        (IYS_CODE, BRAND_CODE, RETAILER_CODE),
        (OTHER_IYS_CODE, OTHER_BRAND_CODE, RETAILER_CODE + 1),
    ):
        await given.provider(iys_code)
        await given.brand(brand_code, of=iys_code)
        await given.retailer(dealer, of=brand_code)
        await owner.execute(NEW_MEMBER.format(iys_code))
        await owner.execute(NEW_MANDATE.format(PARTNER_CODE, iys_code, brand_code))
        await owner.execute(
            "insert into application (application_id, state, kind, title, brand_name, tin_tag,"
            " is_joint, contact_sealed, iys_code)"
            " values (gen_random_uuid(), 'ACTIVE', 'TACIR', 'Firma', 'Marka', gen_random_uuid(),"
            " false, '', $1)",
            iys_code,
        )
    await owner.execute(OF_MEMBERS)


@pytest.fixture
async def filled(owner, given):
    """A database of the test's own, with all that."""
    await fill(owner, given)
    return owner


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(new_database, passwords):
    """One for all tests that undo what they do."""
    async with new_database() as url:
        owner = await asyncpg.connect(url)
        operator = await Database.open(url, role="izin_operator")
        try:
            await fill(owner, Given(operator, passwords))
            yield owner
        finally:
            await operator.close()
            await owner.close()


ON_STANDING_ROWS = pytest.mark.asyncio(loop_scope="module")


async def as_web(owner: asyncpg.Connection, acts_for: str | None, sql: str) -> str:
    """Run a statement as the web process would, and undo it; give its tag."""
    transaction = owner.transaction()
    await transaction.start()
    try:
        await owner.execute("set local role izin_web")
        if acts_for is not None:
            await owner.execute("select set_config('izin.acts_for', $1, true)", acts_for)
        return await owner.execute(sql)
    finally:
        await transaction.rollback()


@ON_STANDING_ROWS
@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize(
    ("acts_for", "seen"), [(None, 0), ("", 0), (OURS, 1), (THEIRS, 1), ("company:1", 0)]
)
async def test_a_party_s_rows_are_seen_for_it_alone(standing, table, acts_for, seen):
    assert await as_web(standing, acts_for, f"select * from {table}") == f"SELECT {seen}"


@ON_STANDING_ROWS
@pytest.mark.parametrize("table", [*ROWS, "session", "mandate", "retailer"])
async def test_without_a_word_for_whom_nothing_is_changed(standing, table):
    column = {"session": "role", "mandate": "granted_by", "retailer": "title"}.get(table)
    column = column or ROWS[table]
    if table in ("known_device", "application", "signatory"):  # no right to, whatever the row
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_web(standing, OURS, f"update {table} set {column} = {column}")
        return
    change = f"update {table} set {column} = {column}"
    assert await as_web(standing, None, change) == "UPDATE 0"
    assert await as_web(standing, OURS, change) == "UPDATE 1"


@ON_STANDING_ROWS
@pytest.mark.parametrize("acts_for", [None, OURS, "registry", "partner:731001"])
@pytest.mark.parametrize(
    "sql",
    [
        NEW_MEMBER.format(OTHER_IYS_CODE),
        NEW_MANDATE.format(PARTNER_CODE, OTHER_IYS_CODE, OTHER_BRAND_CODE),
        NEW_RETAILER.format(OTHER_BRAND_CODE, OTHER_IYS_CODE),
        f"update member set iys_code = {OTHER_IYS_CODE}",
        f"update retailer set iys_code = {OTHER_IYS_CODE}",
        f"update mandate set iys_code = {OTHER_IYS_CODE}",
    ],
)
async def test_nothing_is_written_for_another_party(standing, acts_for, sql):
    if acts_for != OURS and sql.startswith("update"):
        assert await as_web(standing, acts_for, sql) == "UPDATE 0"
        return
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"row-level security|stays whose"):
        await as_web(standing, acts_for, sql)


async def test_a_session_is_opened_for_one_s_own_member_only(filled):
    theirs = await filled.fetchval(
        "select member_id from member where iys_code = $1", OTHER_IYS_CODE
    )
    sql = (
        "insert into session (session_tag, member_id, role, created_at, idle_until, expires_at)"
        f" values ('{uuid4()}', '{theirs}', 'OWNER', now(), now(), now())"
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        await as_web(filled, OURS, sql)
    assert await as_web(filled, THEIRS, sql) == "INSERT 0 1"


async def test_who_signs_in_is_of_any_party_and_gives_himself_nothing(filled):
    assert await as_web(filled, SIGN_IN, "select role from member") == "SELECT 2"
    assert await as_web(filled, SIGN_IN, "update member set totp_step = 1") == "UPDATE 2"
    for sql in (
        NEW_MEMBER.format(IYS_CODE),
        "update member set role = 'OWNER'",
        "update member set brands = '{}'",
        "update member set is_active = false",
        "update member set iys_code = null",
        NEW_INVITATIONS,
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await as_web(filled, SIGN_IN, sql)
    assert await as_web(filled, SIGN_IN, "select place from signatory") == "SELECT 0"
    assert await as_web(filled, SIGN_IN, "delete from retailer") == "DELETE 0"


@pytest.mark.parametrize("table", TABLES)
async def test_a_rule_changed_by_hand_is_put_right(owner, table):
    before = await rules(owner)
    [first, *_] = [each for each in POLICIES if each.table == table]
    await owner.execute(f"drop policy {first.name} on {table}")
    await owner.execute(f"create policy everything on {table} using (true)")
    assert await rules(owner) != before
    await apply_roles(owner)
    assert await rules(owner) == before


async def rules(owner):
    """All rules there are."""
    rows = await owner.fetch(
        "select tablename, policyname, roles::text, cmd, qual, with_check from pg_policies"
    )
    return {tuple(row) for row in rows}


async def test_rules_that_hold_lock_nothing(owner):
    async with owner.transaction():
        await apply_roles(owner)
        locks = await owner.fetch(
            "select relation::regclass::text as name from pg_locks"
            " where mode = 'AccessExclusiveLock' and locktype = 'relation'"
            " and relation::regclass::text = any ($1::text[])",
            TABLES,
        )
    assert locks == []


NEW_SESSION = """
    insert into session (session_tag, member_id, role, created_at, idle_until, expires_at)
    select gen_random_uuid(), member_id, role, now(), now(), now() from member where party = '{}'
"""


NEW_PASSKEYS = """
    insert into passkey (credential_id, member_id, public_key, sign_count, label)
    select 'x', member_id, '', 0, 'x' from member where party = '{}'
"""


async def test_at_the_desk_nobody_but_the_registry_s_own_is_let_in(owner, filled):
    await owner.execute(
        "insert into member (member_id, role, email_tag, person_sealed)"
        " values (gen_random_uuid(), 'OWNER', gen_random_uuid(), '')"
    )
    async with owner.transaction():
        await owner.execute("set local role izin_desk")
        assert await owner.execute(NEW_SESSION.format("registry")) == "INSERT 0 1"
    async with owner.transaction():
        await owner.execute("set local role izin_desk")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(NEW_SESSION.format(OURS))


@pytest.mark.parametrize(
    "attempt",
    [
        NEW_MEMBER.format(IYS_CODE),
        NEW_INVITATIONS + " where party = '" + OURS + "'",
        NEW_PASSKEYS.format(OURS),
        f"update member set password_hash = 'x' where party = '{OURS}'",
        f"update member set totp_sealed = 'x' where party = '{OURS}'",
        f"update member set factors = factors + 1 where party = '{OURS}'",
    ],
)
async def test_at_the_desk_nobody_of_another_party_is_given_a_way_in(owner, filled, attempt):
    async with owner.transaction():
        await owner.execute("set local role izin_desk")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(attempt)


async def test_at_the_desk_an_invitation_of_another_party_is_not_taken_over(owner, filled):
    async with owner.transaction():
        await owner.execute("set local role izin_desk")
        change = "update invitation set expires_at = expires_at + interval '1 day'"
        assert await owner.execute(change) == "UPDATE 0"
        stop = f"update member set is_active = false where party = '{OURS}'"
        assert await owner.execute(stop) == "UPDATE 1"
