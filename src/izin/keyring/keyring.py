"""The registry's keys: loaded, or made at the first start, and lent as tags and seals."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from typing import TypeVar
from uuid import UUID

import msgspec

from izin.audit.change import changing
from izin.audit.model import REGISTRY, Action
from izin.core.clock import IYS_TIME
from izin.core.errors import StartRefusedError, UnavailableError
from izin.keyring import store
from izin.keyring.recent import RecentSealers
from izin.storage.database import Database
from izin.vault.citizen import CitizenKeys
from izin.vault.errors import KeyLostError
from izin.vault.member import MemberKeys
from izin.vault.provider import KeyProvider
from izin.vault.purpose import (
    MEMBER_PURPOSES,
    MESSAGE_PURPOSES,
    OWN_PURPOSES,
    PROVIDER_PURPOSES,
    Purpose,
)
from izin.vault.sealing import Opener, Sealer, key_id_of
from izin.vault.tokens import Tokens
from izin.vault.vault import Vault

EPOCH = 1
"""Of every key of the registry's own; brand keys have a quarter instead."""

BRAND_KEYS_KEPT = 4_096

REFUSAL_WAITS_S = 0.5
"""How long a refusal waits for its brand's key: it counts within a second, whoever is away."""

_HANDS = 4
"""So many calls of the key service at once; those that wait for a hand can still be given up."""

_REGISTRY = ""
_SEALING = (Purpose.BRAND_SEAL, Purpose.BATCH_SEAL)
_Done = TypeVar("_Done")


class OwnKeys(msgspec.Struct, frozen=True):
    """The numbers of the registry's own keys that a vault has adopted, and when each was made."""

    ids: Mapping[Purpose, int]
    made_at: Mapping[Purpose, datetime]


class Keyring:
    """All that works with the provider side's keys, and with the citizens' where it was given."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        own: OwnKeys,
        brand_keys_kept: int,
        citizen: CitizenKeys | None = None,
    ) -> None:
        """Take a vault that has adopted the keys `own` names; callers use `open_keyring`."""
        ids = own.ids
        self.pseudonyms = vault.pseudonyms(ids, epoch=EPOCH)
        self.retailers = vault.retailers(ids)
        self.cursors = vault.cursors(ids)
        self.tokens = vault.tokens(ids)
        self.members = vault.member_keys(ids)
        self.batch_sealer = vault.sealer(Purpose.BATCH_SEAL, ids[Purpose.BATCH_SEAL])
        self.message_sealer = vault.sealer(Purpose.MESSAGE_SEAL, ids[Purpose.MESSAGE_SEAL])
        self.proofs = vault.proof_keys(ids)
        self.stamper = vault.stamper(ids, own.made_at[Purpose.TIME_STAMP])
        self._citizen = citizen
        self._database = database
        self._vault = vault
        self._recent = RecentSealers(brand_keys_kept)
        self._loading = asyncio.Lock()

    @property
    def citizen(self) -> CitizenKeys:
        """Give what works with the citizens' keys.

        Raises  KeyLostError: this process was not given them
        """
        if self._citizen is None:
            raise KeyLostError("this process has the provider side's keys only")
        return self._citizen

    async def brand_sealer(self, brand_ref: UUID, at: datetime) -> Sealer:
        """Give the seal of a brand for the quarter of `at`; its key is made if it is the first.

        Raises  KeyLostError: the stored key is of another root · UnavailableError
        Cost    nothing while it is kept; else one to three statements on a connection of its own,
                since a key must outlive the caller's transaction
        """
        scope, quarter = str(brand_ref), quarter_of(at)
        held = self._recent.of_brand(scope, quarter)
        if held is not None:
            return held
        async with self._loading:  # a crowd at a quarter's first minute asks the database once
            held = self._recent.of_brand(scope, quarter)
            return held or await self._load_brand(scope, quarter)

    async def refusal_sealer(self, brand_ref: UUID, at: datetime) -> Sealer:
        """Give the seal of a brand's refusals: its own; the registry's while that is not to be had.

        Raises  KeyLostError: the stored key is of another root
        Cost    as `brand_sealer`, `REFUSAL_WAITS_S` at most
        """
        try:
            async with asyncio.timeout(REFUSAL_WAITS_S):
                return await self.brand_sealer(brand_ref, at)
        except (UnavailableError, TimeoutError):
            return self.batch_sealer

    async def openers(self, blobs: Iterable[bytes]) -> Opener:
        """Give what opens these values: brands' of any quarter, and batches'.

        Raises  KeyLostError: a key is not there, or of another root · SealBrokenError: a value is
                no envelope · UnavailableError
        Cost    one statement for all keys that are not kept
        """
        sealers = {self.batch_sealer.key_id: self.batch_sealer}
        missing = []
        for key_id in {key_id_of(blob) for blob in blobs} - sealers.keys():
            held = self._recent.by_id(key_id)
            if held is None:
                missing.append(key_id)
            else:
                sealers[key_id] = held
        if missing:
            sealers |= await self._load_by_id(missing)
        return Opener(sealers)

    async def _load_brand(self, scope: str, quarter: str) -> Sealer:
        (key,) = await _found_or_made(
            self._database, self._vault, (Purpose.BRAND_SEAL,), (scope, quarter)
        )
        return (await self._unwrapped([key]))[key.key_id]

    async def _load_by_id(self, key_ids: Collection[int]) -> dict[int, Sealer]:
        async with self._database.connection() as connection:
            found = await store.keys_by_id(connection, key_ids, _SEALING)
        lost = set(key_ids) - {key.key_id for key in found}
        if lost:
            raise KeyLostError(f"not in the keyring: {sorted(lost)}")
        return await self._unwrapped(found)

    async def _unwrapped(self, keys: Sequence[store.StoredKey]) -> dict[int, Sealer]:
        sealers = await _by_hand(lambda: _sealers_of(self._vault, keys))
        for key in keys:
            self._recent.keep(key.scope, key.period, sealers[key.key_id])
        return sealers


async def open_keyring(
    database: Database, provider: KeyProvider, *, brand_keys_kept: int = BRAND_KEYS_KEPT
) -> Keyring:
    """Load the provider side's keys, for a process that never sees the citizens' view.

    What is missing is made; processes that start together agree, whoever is first.

    Takes   database: best a small one of its own, so that a caller inside a transaction never
            waits for a connection that other such callers hold
    Raises  StartRefusedError: the root key is not the one that the stored keys are wrapped under
    Cost    one statement, three at the first start
    """
    vault = Vault(provider)
    own = await _adopted(database, vault, PROVIDER_PURPOSES)
    return Keyring(database, vault, own, brand_keys_kept)


async def open_whole_keyring(
    database: Database, provider: KeyProvider, *, brand_keys_kept: int = BRAND_KEYS_KEPT
) -> Keyring:
    """Load the keys of both sides, else as `open_keyring`; only the roles of both sides may."""
    vault = Vault(provider)
    own = await _adopted(database, vault, OWN_PURPOSES)
    citizen = vault.citizen_keys(own.ids, epoch=EPOCH)
    return Keyring(database, vault, own, brand_keys_kept, citizen)


class MemberKeyring(msgspec.Struct, frozen=True):
    """Keys of the people who act for parties, and no others."""

    members: MemberKeys
    tokens: Tokens


async def open_member_keyring(database: Database, provider: KeyProvider) -> MemberKeyring:
    """Load the members' keys, for a process to which no consent opens; else as `open_keyring`."""
    vault = Vault(provider)
    own = await _adopted(database, vault, MEMBER_PURPOSES)
    return MemberKeyring(vault.member_keys(own.ids), vault.tokens(own.ids))


async def open_message_sealer(database: Database, provider: KeyProvider) -> Sealer:
    """Load what opens messages, for a process that opens nothing else; else as `open_keyring`."""
    vault = Vault(provider)
    own = await _adopted(database, vault, MESSAGE_PURPOSES)
    return vault.sealer(Purpose.MESSAGE_SEAL, own.ids[Purpose.MESSAGE_SEAL])


def quarter_of(at: datetime) -> str:
    """Give the quarter of an instant on Istanbul's clock, such as ``2026Q4``."""
    local = at.astimezone(IYS_TIME)
    return f"{local.year}Q{(local.month + 2) // 3}"


async def _adopted(database: Database, vault: Vault, purposes: Collection[Purpose]) -> OwnKeys:
    found = await _found_or_made(database, vault, purposes, (_REGISTRY, str(EPOCH)))
    try:
        await _by_hand(lambda: _adopt_all(vault, found))
    except KeyLostError as error:
        raise StartRefusedError(
            f"The root key does not open this database's keys: {error}. "
            "Start with the root key that this database was made with."
        ) from error
    return OwnKeys(
        {Purpose(key.purpose): key.key_id for key in found},
        {Purpose(key.purpose): key.created_at for key in found},
    )


@lru_cache(maxsize=1)
def _hands() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_HANDS, "key service")


async def _by_hand(work: Callable[[], _Done]) -> _Done:
    """Call the key service, which may block, on a thread that serves nothing else."""
    return await asyncio.get_running_loop().run_in_executor(_hands(), work)


def _sealers_of(vault: Vault, keys: Iterable[store.StoredKey]) -> dict[int, Sealer]:
    return {
        key.key_id: vault.sealer_of(
            key.key_id, Purpose(key.purpose), key.scope, key.period, key.wrapped
        )
        for key in keys
    }


def _adopt_all(vault: Vault, keys: Iterable[store.StoredKey]) -> None:
    for key in keys:
        vault.adopt(key.key_id, Purpose(key.purpose), key.scope, key.period, key.wrapped)


async def _found_or_made(
    database: Database, vault: Vault, purposes: Collection[Purpose], place: tuple[str, str]
) -> list[store.StoredKey]:
    async with database.connection() as connection:
        found = await store.keys(connection, purposes, *place)
    missing = set(purposes) - {key.purpose for key in found}
    if not missing:
        return found
    made = await _by_hand(lambda: {each: vault.create(each, *place) for each in missing})
    scope, period = place
    async with changing(database, REGISTRY) as change:
        for key_id, purpose in (await store.add_keys(change, scope, period, made)).items():
            change.tell(Action.KEY_MADE, key_id, purpose=purpose, scope=scope, period=period)
    async with database.connection() as connection:
        return await store.keys(connection, purposes, *place)
