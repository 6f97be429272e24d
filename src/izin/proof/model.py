"""What a code is for, how long it lives, and how many may be had."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

import msgspec

from izin.core.address import Address, AddressKind
from izin.i18n.catalogue import Language
from izin.message.model import Wake

LIFE = timedelta(minutes=3)
TRIES_MAX = 3
"""Source: contract 1.17."""

_HOUR_S, _DAY_S = 3600, 86_400
SHARES = 16
"""What all have together is counted in so many rows, lest everybody wait for one."""


class Purpose(StrEnum):
    """What a code is for. One of one purpose is none of another."""

    SIGN_IN = "SIGN_IN"
    CONSENT = "CONSENT"
    VERIFY = "VERIFY"
    VERIFY_LINK = "VERIFY_LINK"
    CALL = "CALL"


DIGITS: Mapping[Purpose, int] = MappingProxyType(
    {Purpose.SIGN_IN: 6, Purpose.CONSENT: 8, Purpose.VERIFY: 6, Purpose.CALL: 6}
)
"""Eight where the code creates a consent. What is not here brings a secret of its own."""


class Budget(msgspec.Struct, frozen=True):
    """How much may be had in a window that begins with the first of it."""

    kind: str
    most: int
    window_s: int


RECIPIENT = (Budget("to_hour", 5, _HOUR_S), Budget("to_day", 10, _DAY_S))
"""Of one address, whoever asks: nobody is flooded through many companies."""

BLOCK = (Budget("block_hour", 30, _HOUR_S), Budget("block_day", 60, _DAY_S))
COMPANIES_BLOCK = (
    Budget("company_block_hour", 30, _HOUR_S),
    Budget("company_block_day", 60, _DAY_S),
)
"""Of ten thousand adjacent numbers, by people who sign in and by companies: neither closes a range
to the others, and who has codes sent along one pays for two of each."""

SETTLED_MIN, CONFIRMED_SHARE_MIN, LATEST = 200, 0.2, 400
"""Of the latest codes that a sender paid for within an hour and that are over, so many at least
have to have been right, once there are enough to tell."""

NETWORK = (Budget("network_hour", 100, _HOUR_S),)
"""Of one network, for people who sign in from it: behind one address of a mobile operator, an
office or a school are hundreds, and those whose codes come back count for nothing."""

GIVEN_BACK = frozenset(each.kind for each in (*BLOCK, *COMPANIES_BLOCK, *NETWORK))
"""What strangers share: a code that comes back right counts for nothing there."""

SENDER = Budget("sender_day", 20_000, _DAY_S)
OVERALL = Budget("all_day", 200_000 // SHARES, _DAY_S)
PAID = frozenset({SENDER.kind, OVERALL.kind})
"""Of a company, and of all together: what a day may cost, in segments of text messages."""

WRONG_RECIPIENT = Budget("wrong_to", 10, _HOUR_S)
WRONG_NETWORK = Budget("wrong_network", 200, _HOUR_S)
WRONG_SENDER = Budget("wrong_sender", 1_000, _HOUR_S)
WRONG_OVERALL = Budget("wrong", 50_000 // SHARES, _DAY_S)
"""Wrong codes. A new code begins none of them anew. Fifty thousand tries a day at a million codes
find one in twenty days, however many addresses they are spread over."""

WHOSE: Mapping[str, str] = MappingProxyType(
    {
        **{each.kind: "codes_of_address" for each in (*RECIPIENT, WRONG_RECIPIENT)},
        **{each.kind: "codes_of_network" for each in (*NETWORK, WRONG_NETWORK)},
        **{each.kind: "codes_of_block" for each in (*BLOCK, *COMPANIES_BLOCK)},
        **{each.kind: "codes_of_sender" for each in (SENDER, WRONG_SENDER)},
        **{each.kind: "codes_of_all" for each in (OVERALL, WRONG_OVERALL)},
    }
)
"""Whose limit is reached, as a phrase of `i18n/errors.toml`: what helps is not the same. Of several
the first here is told."""


class Worded(msgspec.Struct, frozen=True):
    """A text that somebody else has made, with a place ``{code}`` in it."""

    subject: str
    body: str
    version: int


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A code is to be sent. It prints no address.

    bound    what it is for, in bytes: another transaction, brand, channel or text has another code
    words    which text carries it: an entry of `i18n/messages.toml` with a place for ``code``
    worded   the text itself, where it is not the registry's; `words` is its name then
    wakes    the job that is left when the end of its message is known
    sender   who has it sent: ``company:731001``; empty: its owner, from `network`
    secret   what is sent instead of digits: the end of a link
    life     how long it is good
    unsubscribe  where one click refuses further mails of the brand that it is about
    """

    to: Address
    purpose: Purpose
    bound: bytes
    words: str
    values: Mapping[str, str]
    language: Language
    sender: str = ""
    network: str = ""
    worded: Worded | None = None
    secret: str | None = None
    life: timedelta = LIFE
    unsubscribe: str | None = None
    wakes: Wake | None = None

    def __repr__(self) -> str:
        """Leave out whose it is."""
        return f"Asked({self.purpose})"

    @property
    def costs(self) -> bool:
        """Does somebody pay for the message?"""
        return self.to.kind is AddressKind.PHONE


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A code as somebody gives it back. It prints nothing.

    sender  the company that hands it in; empty: its owner does, from `network`
    """

    proof_id: UUID
    purpose: Purpose
    bound: bytes
    code: str
    network: str = ""
    sender: str = ""

    def __repr__(self) -> str:
        """Leave the code out."""
        return f"Shown({self.purpose})"
