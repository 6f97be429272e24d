"""Accounts change: an address comes or goes, somebody comes by the gateway, or leaves for good.

Who changes what a tag leads to holds the tag's lock first, then the accounts in the order of their
ids: so no two wait for each other, and what was looked at stays. Source: security T14, T37.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid4

import msgspec

from izin.account import store
from izin.account.model import ADDRESSES_MAX, Account, Bound
from izin.account.seal import opened, opened_holding, seal, seal_holding
from izin.core.address import Address
from izin.core.errors import RefusalError, Refused, UnavailableError
from izin.core.identity import Tckn
from izin.storage.database import Connection
from izin.vault.citizen import CitizenKeys

_KEY_BYTES = 8


async def bind(
    connection: Connection, keys: CitizenKeys, account_id: UUID | None, *proven: Bound
) -> Account:
    """Give an account addresses that were shown to be its owner's, in the caller's transaction.

    What another account holds leaves it: a number has a new owner, and the old one is told nothing
    but that it is gone.
    Takes   account_id: None for a new account
    Raises  RefusalError IZ115 it holds as many as it may · UnavailableError
    Cost    six round trips
    """
    tags = [keys.pseudonyms.holder_tag(each.address.clear) for each in proven]
    held = await _locked(connection, keys, account_id, tags)
    mine = held.get(account_id) if account_id is not None else None
    mine = mine or Account(account_id=uuid4())
    for each in proven:
        mine = mine.with_bound(each)
    _see_that_it_fits(mine)
    addresses = [each.address for each in proven]
    for other in held.values():
        if other.account_id != mine.account_id:
            await _keep(connection, keys, other.losing(addresses, proven[0].proven_at))
    await _keep(connection, keys, mine)
    await _hold(connection, keys, tags, mine.account_id)
    return mine


async def release(
    connection: Connection, keys: CitizenKeys, addresses: Sequence[Address], now: datetime
) -> None:
    """Have no account hold addresses any more. Cost: three round trips, one for each account."""
    tags = [keys.pseudonyms.holder_tag(each.clear) for each in addresses]
    for account in (await _locked(connection, keys, None, tags)).values():
        await _keep(connection, keys, account.losing(addresses, now))
    await store.let_go(connection, tags)


async def unbind(
    connection: Connection, keys: CitizenKeys, account_id: UUID, address: Address
) -> bool:
    """Have this account forget an address. Gives whether it held it. Cost: five round trips."""
    tag = keys.pseudonyms.holder_tag(address.clear)
    account = (await _locked(connection, keys, account_id, [tag])).get(account_id)
    if account is None or account.held(address) is None:
        return False
    await _keep(connection, keys, account.without([address]))
    await store.let_go(connection, [tag])
    return True


async def see(connection: Connection, keys: CitizenKeys, account_id: UUID) -> None:
    """She has seen what left her account."""
    account = (await _locked(connection, keys, account_id, [])).get(account_id)
    if account is not None and account.gone:
        await _keep(connection, keys, msgspec.structs.replace(account, gone=()))


async def rename(
    connection: Connection, keys: CitizenKeys, account_id: UUID, address: Address, label: str
) -> bool:
    """Call an address something else. Gives whether the account holds it."""
    account = (await _locked(connection, keys, account_id, [])).get(account_id)
    bound = None if account is None else account.held(address)
    if account is None or bound is None:
        return False
    await _keep(connection, keys, account.with_bound(msgspec.structs.replace(bound, label=label)))
    return True


async def keep_read(
    connection: Connection, keys: CitizenKeys, account_id: UUID, version: int
) -> None:
    """She has read the notice, in this version."""
    account = (await _locked(connection, keys, account_id, [])).get(account_id)
    if account is not None and account.notice < version:
        await _keep(connection, keys, msgspec.structs.replace(account, notice=version))


async def arrive(connection: Connection, keys: CitizenKeys, gateway_tag: UUID) -> Account:
    """Give the account of whom the gateway names; it is made where she comes for the first time."""
    held = await _locked(connection, keys, None, [gateway_tag])
    for account in held.values():
        return account
    account = Account(account_id=uuid4(), gateway_tag=gateway_tag)
    await _keep(connection, keys, account)
    await _hold(connection, keys, [gateway_tag], account.account_id)
    return account


async def join(
    connection: Connection,
    keys: CitizenKeys,
    gateway_tag: UUID,
    account_id: UUID | None,
    shown: Sequence[Bound],
) -> Account:
    """Give addresses of a session to whom the gateway names; an account is made where none is.

    What somebody else's account holds stays there, and so does what was not shown of the session's.
    Takes   account_id: of the session; None: it has none · shown: by a code, in this session
    Raises  RefusalError IZ115, IZ164 the session's account is another person's, or nothing is left
            to take
    Cost    seven round trips
    """
    tags = {each.address: keys.pseudonyms.holder_tag(each.address.clear) for each in shown}
    held = await _locked(connection, keys, account_id, [gateway_tag, *tags.values()])
    own = held.pop(account_id, None) if account_id is not None else None
    if own is not None and own.gateway_tag not in (None, gateway_tag):
        raise RefusalError(Refused(code="IZ164"))
    known = [each for each in (own, *held.values()) if each and each.gateway_tag == gateway_tag]
    mine = known[0] if known else Account(account_id=uuid4(), gateway_tag=gateway_tag)
    others = [each for each in held.values() if each.account_id != mine.account_id]
    labels = mine.labels | ({} if own is None else own.labels)
    taken = [each for each in shown if not any(other.held(each.address) for other in others)]
    if not taken:
        raise RefusalError(Refused(code="IZ164"))
    for each in taken:
        mine = mine.with_bound(msgspec.structs.replace(each, label=labels.get(each.address, "")))
    _see_that_it_fits(mine)
    addresses = [each.address for each in taken]
    if own is not None and own.account_id != mine.account_id:
        mine = msgspec.structs.replace(mine, notice=max(mine.notice, own.notice))
        await _keep(connection, keys, own.losing(addresses, taken[0].proven_at))
    await _keep(connection, keys, mine)
    leading = [gateway_tag, *(tags[each] for each in addresses)]
    await _hold(connection, keys, leading, mine.account_id)
    return mine


async def part(
    connection: Connection, keys: CitizenKeys, account_id: UUID, gateway_tag: UUID
) -> None:
    """Forget whom the gateway names, and her number; the addresses stay. Cost: five round trips."""
    account = (await _locked(connection, keys, account_id, [gateway_tag])).get(account_id)
    if account is not None and account.gateway_tag == gateway_tag:
        free = msgspec.structs.replace(account, gateway_tag=None, tckn=None, tckn_at=None)
        await _keep(connection, keys, free)
        await store.let_go(connection, [gateway_tag])


async def keep_tckn(
    connection: Connection,
    keys: CitizenKeys,
    account_id: UUID,
    tckn: Tckn | None,
    said_at: datetime | None,
) -> None:
    """Keep a person's number, for she has said so; None: forget it, and that she had."""
    account = (await _locked(connection, keys, account_id, [])).get(account_id)
    if account is not None and account.gateway_tag is not None:
        kept = msgspec.structs.replace(account, tckn=tckn, tckn_at=said_at)
        await _keep(connection, keys, kept)


async def leave(connection: Connection, keys: CitizenKeys, account_id: UUID) -> None:
    """Forget an account, and what led to it. Raises UnavailableError: it changed meanwhile."""
    sealed = await store.one(connection, account_id)
    if sealed is None:
        return
    before = _tags(keys, opened(keys.accounts, account_id, sealed))
    account = (await _locked(connection, keys, account_id, before)).get(account_id)
    if account is None:
        return
    if _tags(keys, account) != before:
        raise UnavailableError("an account changed while it was being left")
    await store.let_go(connection, before)
    await store.drop(connection, account_id)


def _see_that_it_fits(account: Account) -> None:
    if len(account.bound) > ADDRESSES_MAX:
        raise RefusalError(Refused(code="IZ115", facts=(("most", str(ADDRESSES_MAX)),)))


def _tags(keys: CitizenKeys, account: Account) -> list[UUID]:
    """Everything that leads to an account."""
    tags = [keys.pseudonyms.holder_tag(each.address.clear) for each in account.bound]
    return tags if account.gateway_tag is None else [*tags, account.gateway_tag]


async def _locked(
    connection: Connection, keys: CitizenKeys, account_id: UUID | None, tags: Collection[UUID]
) -> dict[UUID, Account]:
    """Lock tags, and the accounts that they lead to, and one's own; give those that there are."""
    await store.lock_tags(connection, sorted(map(_lock_of, tags)))
    rows = await store.holdings(connection, list(tags))
    ids = {opened_holding(keys.accounts, row["tag"], row["account_sealed"]) for row in rows}
    if account_id is not None:
        ids.add(account_id)
    locked = await store.lock(connection, sorted(ids))
    found = [opened(keys.accounts, row["account_id"], row["body_sealed"]) for row in locked]
    return {each.account_id: each for each in found}


async def _keep(connection: Connection, keys: CitizenKeys, account: Account) -> None:
    """Write an account, or forget it where nothing leads to it any more."""
    if account.is_empty:
        await store.drop(connection, account.account_id)
    else:
        await store.keep(connection, account.account_id, seal(keys.accounts, account))


async def _hold(
    connection: Connection, keys: CitizenKeys, tags: Iterable[UUID], account_id: UUID
) -> None:
    ordered = sorted(tags)
    sealed = [seal_holding(keys.accounts, tag, account_id) for tag in ordered]
    await store.hold(connection, ordered, sealed)


def _lock_of(tag: UUID) -> int:
    return int.from_bytes(tag.bytes[:_KEY_BYTES], "big", signed=True)
