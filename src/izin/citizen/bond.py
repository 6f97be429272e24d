"""Who she is at the state's gateway is bound to what a session has shown by codes, or forgotten.

Source: decisions 0063, 0068; security T14
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from izin.account import keep
from izin.account.model import Account, Bound
from izin.citizen import number, store
from izin.citizen.model import Citizen, Opened
from izin.citizen.notice import VERSION
from izin.citizen.seat import Body, Seats
from izin.keyring import Keyring
from izin.storage.database import Connection


class Bond(StrEnum):
    """What has become of a session's addresses: hers alone, or beside what she had before."""

    BOUND = "bound"
    JOINED = "joined"


def is_bindable(opened: Opened) -> bool:
    """Was it shown in this session, and is it hers by her word?"""
    return opened.by_code and opened.is_answered


async def bind(
    connection: Connection,
    keyring: Keyring,
    seats: Seats,
    tag: UUID,
    gateway_tag: UUID,
    now: datetime,
) -> tuple[Account, Body, Bond] | None:
    """Give what a session has shown to whom the gateway names; the session is used up.

    Gives   her account, what the session was; None where it has ended meanwhile
    Raises  RefusalError IZ115, IZ164
    """
    keys = keyring.citizen
    seen = await seats.one(connection, tag, is_open=True)
    if seen is None:
        return None
    await number.hold(connection, keys, [each.address for each in seen.opened])
    body = await seats.locked(connection, tag)
    if body is None:
        return None
    shown = [
        Bound(each.address, "", now)
        for each in body.opened
        if is_bindable(each) and seen.of_address(each.address) is not None
    ]
    account = await keep.join(connection, keys, gateway_tag, body.account_id, shown)
    if body.has_read:
        await keep.keep_read(connection, keys, account.account_id, VERSION)
    await store.end(connection, tag)
    is_new = {each.address for each in account.bound} <= {each.address for each in shown}
    return account, body, Bond.BOUND if is_new else Bond.JOINED


async def part(connection: Connection, keyring: Keyring, seats: Seats, who: Citizen) -> None:
    """Forget who she is there; of this session what she has shown by codes stays open."""
    body = await seats.locked(connection, who.tag)
    if body is None or who.account is None or who.account.gateway_tag is None:
        return
    await keep.part(connection, keyring.citizen, who.account.account_id, who.account.gateway_tag)
    opened = tuple(each for each in body.opened if each.by_code)
    if not opened:
        await store.end(connection, who.tag)
        return
    left = msgspec.structs.replace(body, opened=opened, place=0, by_gateway=False)
    await seats.change(connection, who.tag, left)
