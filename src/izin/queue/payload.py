"""What a job carries of somebody, sealed: sixteen bytes that name its place, then the envelope."""

from uuid import uuid4

from izin.vault.sealing import Opener, Sealer

_PLACE = ("job", "payload")
_NAME_BYTES = 16


def seal(sealer: Sealer, body: bytes, name: bytes | None = None) -> bytes:
    """Seal a job's payload.

    Takes   name: sixteen bytes by which whoever left it knows it; None: drawn
    """
    row = uuid4().bytes if name is None else name
    return row + sealer.seal(*_PLACE, row, body)


def name_of(payload: bytes) -> bytes:
    """By which sixteen bytes it is known."""
    return payload[:_NAME_BYTES]


def envelope_of(payload: bytes) -> bytes:
    """What has to be opened: which key that takes stands in it."""
    return payload[_NAME_BYTES:]


def opened(by: Sealer | Opener, payload: bytes) -> bytes:
    """Open it. Raises KeyLostError, SealBrokenError."""
    return by.open(envelope_of(payload), *_PLACE, name_of(payload))
