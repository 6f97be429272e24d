"""The demonstration's registry is filled once, by the one door; a broken start is done again."""

import asyncio
import stat
from datetime import timedelta

import pytest
from builders.heart import keeping
from builders.parties import Given

from izin.access.access_token import AccessTokens
from izin.access.tokens import Tokens
from izin.core.clock import utc_now
from izin.core.errors import StartRefusedError
from izin.core.terms import Channel, Status
from izin.link.find import look_at
from izin.link.reach import found_by
from izin.wiring.demo import DemoFile, check_demo, fill, read_file, until_numbered, write_file
from izin.wiring.demo_link import NAME
from izin.wiring.parts import open_parts
from izin.wiring.people import COMPANIES, FIRST, movements
from izin.wiring.settings import Mode, Settings

ALL = movements()
TOTAL = len(ALL.loaded) + len(ALL.changed) + len(ALL.by_citizens)


@pytest.fixture
def settings(fresh_database, tmp_path) -> Settings:
    return Settings(
        database_url=fresh_database, data_folder=tmp_path, root_key_file=tmp_path / "root.key"
    )


class Watcher:
    """Hears how far the filling is, and may cut it off."""

    def __init__(self, *, until: int = TOTAL) -> None:
        self.heard: list[tuple[int, int]] = []
        self._until = until

    def __call__(self, done: int, total: int) -> None:
        self.heard.append((done, total))
        if done > self._until:
            raise CutOffError


class CutOffError(Exception):
    """As if the power went."""


async def count_of(owner, table: str) -> int:
    return await owner.fetchval(f"select count(*) from {table}")


async def test_it_is_filled_once_and_its_users_keep_their_passwords(settings, owner):
    watcher = Watcher()
    first = await fill(settings, watcher)
    assert watcher.heard[-1] == (TOTAL, TOTAL)
    assert await count_of(owner, "consent_event") == TOTAL
    write_file(settings, first, "http://here")
    second_watcher = Watcher()
    again = await fill(settings, second_watcher)
    assert second_watcher.heard == []
    assert again.passwords() == first.passwords()
    assert await count_of(owner, "personal_link") == 1
    async with (
        open_parts(settings, role="izin_citizen") as parts,
        parts.database.connection() as connection,
    ):
        who = {"network": "here", "now": utc_now() + timedelta(days=3000)}
        link = await look_at(connection, parts.keyring, NAME, **who)
        found = await found_by(connection, parts.keyring, link.reach)
    assert found.brand.name == "Örnek Mağaza"
    assert Channel.MESAJ in found.channels_at(Status.ONAY)
    assert await count_of(owner, "consent_event") == TOTAL
    assert await count_of(owner, "provider") == len(COMPANIES)


async def test_its_dealers_are_named_by_consents_and_cannot_be_deleted(settings, owner):
    await fill(settings, Watcher())
    assert await owner.fetchval("select count(*) from retailer where linked_at is not null") > 0
    assert await owner.fetchval("select count(*) from retailer where linked_at is null") == 0


async def test_a_filling_that_was_cut_off_is_done_again_and_doubles_nothing(settings, owner):
    with pytest.raises(CutOffError):
        await fill(settings, Watcher(until=1500))
    assert 0 < await count_of(owner, "consent_event") < TOTAL
    await fill(settings, Watcher())
    assert await count_of(owner, "consent_event") == TOTAL


async def test_without_its_file_the_users_get_new_passwords_that_work(
    settings, access_tokens: AccessTokens, database, keyring, passwords
):
    before = await fill(settings, Watcher())
    users = await fill(settings, Watcher())  # no file was written
    assert users.password != before.password
    tokens = Tokens(database, keyring.tokens, passwords=passwords, access_tokens=access_tokens)
    assert await tokens.by_password(users.username, before.password, now=utc_now()) is None
    assert await tokens.by_password(users.username, users.password, now=utc_now()) is not None


async def test_a_registry_with_companies_of_its_own_is_not_filled(settings, given: Given, owner):
    await given.provider(612345)
    with pytest.raises(StartRefusedError, match="companies of its own"):
        await fill(settings, Watcher())
    assert await count_of(owner, "provider") == 1


def test_a_registry_of_real_people_is_not_filled():
    with pytest.raises(StartRefusedError, match="sandbox"):
        check_demo(Settings(mode=Mode.PRODUCTION))
    check_demo(Settings())


async def test_every_movement_has_its_number_before_anybody_is_told(settings, owner):
    await fill(settings, Watcher())
    assert await count_of(owner, "entry") == 0
    async with open_parts(settings, role="izin_keeper") as parts, keeping(parts):
        async with asyncio.timeout(20):
            await until_numbered(settings)
    assert await count_of(owner, "entry") == TOTAL


@pytest.fixture
def users() -> DemoFile:
    return DemoFile(
        base_url="",
        username=FIRST.username,
        password="Gizli-Kavak-7",
        iys_code=FIRST.provider.iys_code,
        brand_code=FIRST.brands[0].brand_code,
    )


def test_the_file_is_private_and_reads_back(tmp_path, users):
    path = write_file(Settings(data_folder=tmp_path), users, "http://127.0.0.1:8000")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    read = read_file(tmp_path)
    assert read is not None
    assert read.base_url == "http://127.0.0.1:8000"
    assert read.passwords() == users.passwords()
    assert "Gizli" not in repr(read)


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff"])
def test_a_file_that_says_nothing_is_as_if_it_were_not_there(tmp_path, content):
    if content is not None:
        (tmp_path / "demo.json").write_bytes(content)
    assert read_file(tmp_path) is None
