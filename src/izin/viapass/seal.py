"""What is sealed of a request: to whom and what was written, and by what it was completed."""

from uuid import UUID

import msgspec

from izin.core.address import Address, AddressKind
from izin.keyring import Keyring
from izin.vault.sealing import padded, unpadded
from izin.viapass.model import Asked, Given, Request

_ASKED, _GIVEN = ("pass_request", "asked_sealed"), ("pass_request", "given_sealed")


class _Asked(msgspec.Struct, frozen=True, array_like=True):
    """What lies in the seal; new fields at the end."""

    to: str
    kind: AddressKind
    message: str
    tin: str
    user_id: UUID
    network: str


class _Given(msgspec.Struct, frozen=True, array_like=True):
    code: str
    user_id: UUID | None
    network: str
    receipt: str = ""


_encode = msgspec.msgpack.Encoder().encode


def seal_asked(keyring: Keyring, request_id: UUID, asked: Asked) -> bytes:
    """Seal what was asked for."""
    to = asked.to
    body = _Asked(to.clear, to.kind, asked.message, asked.tin, asked.user_id, asked.network)
    return keyring.batch_sealer.seal(*_ASKED, request_id.bytes, padded(_encode(body)))


def seal_given(keyring: Keyring, request_id: UUID, given: Given) -> bytes:
    """Seal by what it was completed."""
    body = _Given(given.code, given.user_id, given.network, given.receipt)
    return keyring.batch_sealer.seal(*_GIVEN, request_id.bytes, padded(_encode(body)))


async def opened(keyring: Keyring, request: Request) -> tuple[Asked, Given | None]:
    """Open both. Raises KeyLostError, SealBrokenError, UnavailableError."""
    blobs = [each for each in (request.asked_sealed, request.given_sealed) if each is not None]
    opener = await keyring.openers(blobs)
    row = request.request_id.bytes
    asked = msgspec.msgpack.decode(
        unpadded(opener.open(request.asked_sealed, *_ASKED, row)), type=_Asked
    )
    given = None
    if request.given_sealed is not None:
        read = msgspec.msgpack.decode(
            unpadded(opener.open(request.given_sealed, *_GIVEN, row)), type=_Given
        )
        given = Given(
            code=read.code, user_id=read.user_id, network=read.network, receipt=read.receipt
        )
    known = Asked(
        to=Address(asked.to, asked.kind),
        message=asked.message,
        tin=asked.tin,
        user_id=asked.user_id,
        network=asked.network,
    )
    return known, given
