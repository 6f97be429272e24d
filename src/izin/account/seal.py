"""Accounts as they are stored: nothing in clear but that there is one."""

from datetime import datetime
from uuid import UUID

import msgspec

from izin.account.model import Account, Bound, Gone
from izin.core.address import Address, AddressKind
from izin.core.identity import Tckn
from izin.vault.sealing import Sealer, padded, unpadded

PADDED_BYTES = 1024
"""One size for nearly all: how many addresses there are is not to be told by it."""

_ACCOUNT, _HOLDING = ("citizen_account", "body_sealed"), ("account_holding", "account_sealed")


class _Body(msgspec.Struct, frozen=True, array_like=True):
    """What lies in the seal; new fields at the end."""

    bound: list[tuple[str, AddressKind, str, datetime]]
    gateway_tag: UUID | None = None
    tckn: str | None = None
    tckn_at: datetime | None = None
    gone: tuple[Gone, ...] = ()
    notice: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Body).decode


def seal(sealer: Sealer, account: Account) -> bytes:
    """Seal what an account holds."""
    bound = [
        (each.address.clear, each.address.kind, each.label, each.proven_at)
        for each in account.bound
    ]
    tckn = None if account.tckn is None else account.tckn.clear
    body = padded(
        _encode(
            _Body(bound, account.gateway_tag, tckn, account.tckn_at, account.gone, account.notice)
        ),
        PADDED_BYTES,
    )
    return sealer.seal(*_ACCOUNT, account.account_id.bytes, body)


def opened(sealer: Sealer, account_id: UUID, sealed: bytes) -> Account:
    """Open it. Raises KeyLostError, SealBrokenError."""
    body = _decode(unpadded(sealer.open(sealed, *_ACCOUNT, account_id.bytes)))
    return Account(
        account_id=account_id,
        bound=tuple(
            Bound(Address(clear, kind), label, proven_at)
            for clear, kind, label, proven_at in body.bound
        ),
        gateway_tag=body.gateway_tag,
        tckn=None if body.tckn is None else Tckn(body.tckn),
        tckn_at=body.tckn_at,
        gone=body.gone,
        notice=body.notice,
    )


def seal_holding(sealer: Sealer, tag: UUID, account_id: UUID) -> bytes:
    """Seal which account a tag leads to."""
    return sealer.seal(*_HOLDING, tag.bytes, account_id.bytes)


def opened_holding(sealer: Sealer, tag: UUID, sealed: bytes) -> UUID:
    """Open it. Raises KeyLostError, SealBrokenError."""
    return UUID(bytes=sealer.open(sealed, *_HOLDING, tag.bytes))
