"""Fixtures of the parties: who is registered, who may sign in, and the copy that knows them."""

from collections.abc import AsyncIterator, Iterator

import pytest
from argon2 import PasswordHasher
from builders.clock import FakeClock
from builders.parties import Given

from izin.access.access_token import AccessTokens
from izin.access.directory import Directory
from izin.access.tokens import Tokens
from izin.keyring import Keyring, open_keyring, open_whole_keyring
from izin.member.passwords import Passwords
from izin.storage.database import Database
from izin.vault import passwords as hashing
from izin.vault.provider import FileKeyProvider

_AS_MEANT = {name: getattr(hashing, name) for name in ("_HASHER", "_NOBODYS_HASH")}


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords cost this process next to nothing: the suite checks many thousands of them.

    What is stored says itself how it was hashed, so all else goes its usual way.
    """
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(hashing, "_HASHER", quick)
        patched.setattr(hashing, "_NOBODYS_HASH", quick.hash("nobody's"))
        yield


@pytest.fixture
def slow_passwords(monkeypatch) -> None:
    """Passwords cost what they cost in production."""
    for name, value in _AS_MEANT.items():
        monkeypatch.setattr(hashing, name, value)


@pytest.fixture(scope="session")
def passwords() -> Iterator[Passwords]:
    """The hash, on two threads."""
    bench = Passwords()
    yield bench
    bench.close()


@pytest.fixture
async def operator_database(fresh_database) -> AsyncIterator[Database]:
    """The database of the same test as whoever takes on parties sees it."""
    opened = await Database.open(fresh_database, role="izin_operator")
    yield opened
    await opened.close()


@pytest.fixture
def given(operator_database, passwords) -> Given:
    """Writes parties through the real verbs."""
    return Given(operator_database, passwords)


@pytest.fixture
def root(tmp_path) -> FileKeyProvider:
    """The same test's root key, of its own."""
    return FileKeyProvider(tmp_path / "root.key", production=False)


@pytest.fixture
async def keyring(database, root) -> Keyring:
    """The keys of the same test's database as the contract API has them."""
    return await open_keyring(database, root)


@pytest.fixture
async def keeper_keyring(keeper_database, root) -> Keyring:
    """The same keys, and the citizens', as the keeper has them."""
    return await open_whole_keyring(keeper_database, root)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def directory(database, keyring, clock) -> Directory:
    """The copy of the parties; it knows nothing before `await directory.refresh()`."""
    return Directory(database, keyring.pseudonyms.brand_ref, clock_s=clock.seconds)


@pytest.fixture
def access_tokens(database, keyring) -> AccessTokens:
    return AccessTokens(database, keyring.tokens)


@pytest.fixture
def tokens(database, keyring, passwords, access_tokens) -> Tokens:
    return Tokens(database, keyring.tokens, passwords=passwords, access_tokens=access_tokens)
