"""Who is there at the citizens' pages, and which addresses she may touch."""

import hashlib
from datetime import date, datetime
from uuid import UUID

import msgspec

from izin.account.model import Account, Bound
from izin.core.address import Address, AddressKind
from izin.core.clock import beginning_of, day_of

_SIGN_DIGITS = 32


def since_of(day: date | None, at: datetime | None) -> datetime | None:
    """Since when, of what may have been kept when days alone were said."""
    return at or (None if day is None else beginning_of(day))


def day_since(at: datetime | None) -> date | None:
    """The day of it, which is kept beside: who reads days alone shows more than is hers of none."""
    return None if at is None else day_of(at)


class Opened(msgspec.Struct, frozen=True, array_like=True):
    """An address that a session may touch; stored sealed, new fields go to the end.

    by_code      whether it was shown to be hers in this session; else her account holds it, and she
                 came by the gateway
    is_answered  whether she has said since when it is hers; nobody is asked of an e-mail address
    since_day    the day; None: from the beginning, or nobody has said
    tenure       of a number that was shown by a code: in whose hands it was; None: nobody's of late
    was_said     whether somebody has said of it of late since when: she, if she says so
    since_at     the same to the instant; None of what was kept when days alone were
    """

    clear: str
    kind: AddressKind
    by_code: bool
    is_answered: bool
    since_day: date | None = None
    tenure: UUID | None = None
    was_said: bool = False
    since_at: datetime | None = None

    def __repr__(self) -> str:
        """Show as little as the address does."""
        return f"Opened({self.address})"

    @property
    def since(self) -> datetime | None:
        """Since when it is hers; None: from the beginning, or nobody has said."""
        return since_of(self.since_day, self.since_at)

    def being_hers(self, since: datetime | None) -> "Opened":
        """The same, hers since then."""
        return msgspec.structs.replace(self, since_day=day_since(since), since_at=since)

    @property
    def is_number(self) -> bool:
        """Is it one that an operator may give to somebody else?"""
        return self.kind is AddressKind.PHONE

    @property
    def address(self) -> Address:
        """The address."""
        return Address(self.clear, self.kind)


class Citizen(msgspec.Struct, frozen=True, kw_only=True):
    """Who has shown that an address is hers, or who she is. It prints none of it.

    has_read    whether she has read what becomes of what she tells
    opened      what she may touch; none yet where she came by the gateway for the first time
    place       which of them is shown
    account     what is kept of her; None: nothing
    by_gateway  whether she came by the state's gateway
    tag         of her session
    """

    has_read: bool
    opened: tuple[Opened, ...]
    place: int
    account: Account | None
    by_gateway: bool
    tag: UUID

    def __repr__(self) -> str:
        """Leave everything out."""
        return "Citizen(…)"

    @property
    def shown(self) -> Opened:
        """The address that pages are about."""
        return self.opened[self.place]

    @property
    def address(self) -> Address:
        """The same."""
        return self.shown.address

    @property
    def must_answer(self) -> bool:
        """Has she still to say since when the shown number is hers?"""
        return bool(self.opened) and not self.shown.is_answered

    @property
    def may_be_another(self) -> bool:
        """Has she shown one number alone, and not said since when it is hers?

        Its account may be of whoever had it before: what else is his is shown to nobody yet.
        """
        return self.must_answer and not self.by_gateway and len(self.opened) == 1

    @property
    def has_said(self) -> bool:
        """Has somebody said it of late? It may have been whoever had the number before."""
        return bool(self.opened) and self.shown.was_said

    @property
    def closed(self) -> tuple[Bound, ...]:
        """What her account holds beside: each is opened by a code."""
        if self.account is None:
            return ()
        known = {each.address for each in self.opened}
        return tuple(each for each in self.account.bound if each.address not in known)

    def sign_of(self, address: Address) -> str:
        """What forms of this session call an address by: it tells nobody which."""
        text = self.tag.bytes + address.clear.encode()
        return hashlib.sha256(text).hexdigest()[:_SIGN_DIGITS]

    def address_by(self, sign: str) -> Address | None:
        """Which of hers a form means; None where it is hers no more."""
        hers = [each.address for each in self.opened] + [each.address for each in self.closed]
        return next((each for each in hers if self.sign_of(each) == sign), None)
