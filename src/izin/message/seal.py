"""A message's content, sealed until a supplier has taken it."""

from uuid import UUID

import msgspec

from izin.core.address import Address, AddressKind
from izin.message.model import Rendered
from izin.vault.sealing import Sealer

_PLACE = ("message", "sealed")


class _Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What lies in the seal. The names never change."""

    to: str
    kind: AddressKind
    body: str
    subject: str = ""
    unsubscribe: str | None = None


def seal(sealer: Sealer, message_id: UUID, rendered: Rendered) -> bytes:
    """Seal a message."""
    body = _Body(
        rendered.to.clear,
        rendered.to.kind,
        rendered.body,
        rendered.subject,
        rendered.unsubscribe,
    )
    return sealer.seal(*_PLACE, message_id.bytes, msgspec.json.encode(body))


def opened(sealer: Sealer, message_id: UUID, sealed: bytes) -> Rendered:
    """Open a message's seal. Raises KeyLostError, SealBrokenError."""
    body = msgspec.json.decode(sealer.open(sealed, *_PLACE, message_id.bytes), type=_Body)
    return Rendered(
        to=Address(body.to, body.kind),
        subject=body.subject,
        body=body.body,
        unsubscribe=body.unsubscribe,
    )
