"""What an account holds."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from izin.core.address import Address
from izin.core.identity import Tckn

ADDRESSES_MAX = 10
LABEL_MAX = 40


class Bound(msgspec.Struct, frozen=True):
    """An address of hers, what she calls it, and when she last showed that it is hers."""

    address: Address
    label: str
    proven_at: datetime

    def __repr__(self) -> str:
        """Leave whose it is out."""
        return "Bound(…)"


class Gone(msgspec.Struct, frozen=True, array_like=True):
    """An address that is hers no more: masked, and when that was; not whose it is now."""

    masked: str
    at: datetime


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person's account. It prints nothing.

    gateway_tag  whom the state's gateway names; None for whoever never came by it
    tckn         her number, kept because she said so on a page that asks for nothing else
    tckn_at      when she said so
    gone         what left it, masked, until she has seen that it did
    notice       which version of the notice she has read; 0: none
    """

    account_id: UUID
    bound: tuple[Bound, ...] = ()
    gateway_tag: UUID | None = None
    tckn: Tckn | None = None
    tckn_at: datetime | None = None
    gone: tuple[Gone, ...] = ()
    notice: int = 0

    def __repr__(self) -> str:
        """Show nothing of whom."""
        return "Account(…)"

    @property
    def is_empty(self) -> bool:
        """Does nothing lead to it?"""
        return not self.bound and self.gateway_tag is None

    @property
    def labels(self) -> dict[Address, str]:
        """What she calls each."""
        return {each.address: each.label for each in self.bound}

    def held(self, address: Address) -> Bound | None:
        """What it has of an address."""
        return next((each for each in self.bound if each.address == address), None)

    def without(self, addresses: Iterable[Address]) -> "Account":
        """The same, these forgotten."""
        gone = frozenset(addresses)
        left = tuple(each for each in self.bound if each.address not in gone)
        return msgspec.structs.replace(self, bound=left)

    def losing(self, addresses: Iterable[Address], at: datetime) -> "Account":
        """The same without these, and with a note that they went."""
        held = [each for each in addresses if self.held(each) is not None]
        gone = (*self.gone, *(Gone(each.masked, at) for each in held))[-ADDRESSES_MAX:]
        return msgspec.structs.replace(self.without(held), gone=gone)

    def with_bound(self, bound: Bound) -> "Account":
        """The same with this address, in the place of what it had of it, else at the end."""
        if self.held(bound.address) is None:
            return msgspec.structs.replace(self, bound=(*self.bound, bound))
        kept = tuple(bound if each.address == bound.address else each for each in self.bound)
        return msgspec.structs.replace(self, bound=kept)
