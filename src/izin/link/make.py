"""Links are made: their names are given to whoever asked, and kept nowhere."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from izin.core.address import Address, AddressKind
from izin.core.codes import BrandCode
from izin.core.linkname import draw
from izin.core.terms import Channel, RecipientType
from izin.keyring import Keyring
from izin.link import store
from izin.link.model import PersonalLink, Reach
from izin.storage.database import Connection
from izin.vault.sealing import padded, unpadded

PATH = "/k/"
_PLACE = ("personal_link", "body_sealed")
_KEPT = timedelta(days=31)
"""For how long a link that is over is still known, rounded so that it tells no moment."""


class _Body(msgspec.Struct, frozen=True, array_like=True):
    """What lies in the seal; new fields at the end."""

    brand_code: BrandCode
    address: str
    kind: AddressKind
    channels: tuple[Channel, ...]
    recipient_types: tuple[RecipientType, ...]
    good_until_s: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Body).decode


async def make(
    connection: Connection, keyring: Keyring, links: Sequence[PersonalLink]
) -> list[str]:
    """Make links; one is a list of one.

    Gives   their names in this order; nobody can find again one that is lost
    Raises  UnavailableError
    Cost    one statement for any number
    """
    names = [draw() for _ in links]
    await put(connection, keyring, names, links)
    return names


async def put(
    connection: Connection,
    keyring: Keyring,
    names: Sequence[str],
    links: Sequence[PersonalLink],
) -> None:
    """The same, under names that the caller has drawn."""
    tags = [tag_of(keyring, name) for name in names]
    await store.put(
        connection,
        tags,
        [bucket_of(tag) for tag in tags],
        [_sealed(keyring, tag, each) for tag, each in zip(tags, links, strict=True)],
        [(each.good_until + _KEPT).date() for each in links],
    )


def tag_of(keyring: Keyring, name: str) -> UUID:
    """A name is as secret as a token, and told from one by what stands before it."""
    return keyring.pseudonyms.token_tag(PATH + name)


def bucket_of(tag: UUID) -> int:
    """By which the table is spread."""
    return int.from_bytes(tag.bytes[:2], "big", signed=True)


async def opened(keyring: Keyring, tag: UUID, sealed: bytes) -> PersonalLink:
    """Open a link's seal. Raises KeyLostError, SealBrokenError, UnavailableError."""
    opener = await keyring.openers([sealed])
    body = _decode(unpadded(opener.open(sealed, *_PLACE, tag.bytes)))
    reach = Reach(
        brand_code=body.brand_code,
        address=Address(body.address, body.kind),
        channels=body.channels,
        recipient_types=body.recipient_types,
    )
    return PersonalLink(reach=reach, good_until=datetime.fromtimestamp(body.good_until_s, UTC))


def _sealed(keyring: Keyring, tag: UUID, link: PersonalLink) -> bytes:
    reach = link.reach
    body = _Body(
        reach.brand_code,
        reach.address.clear,
        reach.address.kind,
        reach.channels,
        reach.recipient_types,
        int(link.good_until.timestamp()),
    )
    return keyring.batch_sealer.seal(*_PLACE, tag.bytes, padded(_encode(body)))
