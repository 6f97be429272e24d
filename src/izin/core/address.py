"""A phone number or an e-mail address: read strictly, held in one form, never shown in clear."""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

import msgspec

from izin.core.numberplan import is_turkish_number, is_valid_number
from izin.core.terms import Channel
from izin.core.turkish import ascii_lower

PHONE_LENGTH_MAX = 15
"""Characters with the plus sign. Source: contract, H160 and H166."""

EMAIL_LENGTH_MIN, EMAIL_LENGTH_MAX = 6, 265
"""Characters. Source: contract, tag TANIMLAR."""


_COUNTRY = "+90"


class AddressKind(StrEnum):
    """What an address is."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"


REACHED_BY: Mapping[AddressKind, tuple[Channel, ...]] = MappingProxyType(
    {
        AddressKind.PHONE: (Channel.ARAMA, Channel.MESAJ),
        AddressKind.EMAIL: (Channel.EPOSTA,),
    }
)
"""Which channels lead to an address of a kind."""


class AddressFault(StrEnum):
    """Why a text is no address. TOO_LONG is a phone's (H160 or H166, beside H121)."""

    NOT_TEXT = "NOT_TEXT"
    TOO_LONG = "TOO_LONG"
    NOT_PHONE = "NOT_PHONE"
    NOT_EMAIL = "NOT_EMAIL"


class Address(msgspec.Struct, frozen=True):
    """A phone number or an e-mail address in its one stored form.

    It prints itself masked, however it is printed; `clear` is for tags, sealing and answers to
    those who may read it.
    """

    clear: str
    kind: AddressKind

    def __str__(self) -> str:
        """Show too little to tell a person by."""
        if self.kind is AddressKind.PHONE:
            return f"{self.clear[:3]}***{self.clear[-2:]}"
        return f"{self.clear[:1]}***@…"

    @property
    def masked(self) -> str:
        """Show it on pages to whoever knows it: ``0532 *** ** 67``, ``a***@o***.example``."""
        if self.kind is AddressKind.PHONE:
            is_own = self.clear.startswith(_COUNTRY)
            head = "0" + self.clear[3:6] if is_own else self.clear[:3]
            return f"{head} *** ** {self.clear[-2:]}"
        local, _, domain = self.clear.partition("@")
        return f"{local[:1]}***@{domain[:1]}***.{domain.rpartition('.')[2]}"

    def __repr__(self) -> str:
        """Show as little as `str`: tracebacks and logs print this form."""
        return f"Address({self})"

    def __format__(self, spec: str) -> str:
        """Format the masked form."""
        return format(str(self), spec)

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """Keep a pretty printer from the fields, which it would ask for otherwise."""
        return [("masked", str(self))]


# The provider of a number in this range is nobody: real messages can never reach a person by it.
_is_nobodys = re.compile(r"\+90599[0-9]{7}", re.ASCII).fullmatch

_NOBODYS_DOMAINS = ("example", "test", "invalid", "example.com", "example.org", "example.net")
"""Nobody can ever own them. Source: RFC 2606, RFC 6761."""

# Flat repetitions only; what a label may not be is asked after.
_is_email_shape = re.compile(
    r"[a-z0-9._+\-]++@[a-z0-9.\-]+\.(?:[a-z]{2,}+|xn--[a-z0-9\-]++)", re.ASCII
).fullmatch
_ends_like_no_label = re.compile(r"[@.\-]\.|[.@]-|-$", re.ASCII).search


def parse_phone(text: object, *, sandbox: bool) -> Address | AddressFault:
    """Read a phone number in strict E.164: a plus sign, ASCII digits, in a country's number plan.

    Takes   text as it came · sandbox: whether +90 599, which belongs to nobody, is accepted
    Gives   the address, or NOT_TEXT, TOO_LONG, NOT_PHONE
    Cost    about 1 µs for a Turkish number
    Source  contract, tag TANIMLAR, H121, H160
    """
    if not isinstance(text, str):
        return AddressFault.NOT_TEXT
    if len(text) > PHONE_LENGTH_MAX:
        return AddressFault.TOO_LONG if _is_all_digits(text) else AddressFault.NOT_PHONE
    if is_turkish_number(text) or (sandbox and _is_nobodys(text)) or is_valid_number(text):
        return Address(text, AddressKind.PHONE)
    return AddressFault.NOT_PHONE


def parse_email(text: object) -> Address | AddressFault:
    """Read an e-mail address: ASCII only, in lower case, a domain with a dot.

    Takes   text as it came; the dots, hyphens and underscores of the local part may lead and repeat
    Gives   the address with A–Z lowered in both parts, or NOT_TEXT, NOT_EMAIL
    Cost    about 1 µs; linear in the length, which is capped first
    Source  contract, tag TANIMLAR, H120
    """
    if not isinstance(text, str):
        return AddressFault.NOT_TEXT
    if not EMAIL_LENGTH_MIN <= len(text) <= EMAIL_LENGTH_MAX:
        return AddressFault.NOT_EMAIL
    lowered = ascii_lower(text)
    if not _is_email_shape(lowered) or _ends_like_no_label(lowered, lowered.index("@")):
        return AddressFault.NOT_EMAIL
    return Address(lowered, AddressKind.EMAIL)


def parse_for(channel: Channel, text: object, *, sandbox: bool) -> Address | AddressFault:
    """Read what a channel reaches: an e-mail for EPOSTA, a phone for ARAMA and MESAJ."""
    if channel is Channel.EPOSTA:
        return parse_email(text)
    return parse_phone(text, sandbox=sandbox)


def _is_all_digits(text: str) -> bool:
    return text.isascii() and text.removeprefix("+").isdigit()


def is_nobodys(address: Address) -> bool:
    """Can nobody ever own this address? Phones +90 599, e-mails of reserved domains.

    Source  RFC 2606, RFC 6761
    """
    if address.kind is AddressKind.PHONE:
        return _is_nobodys(address.clear) is not None
    domain = "." + address.clear.rpartition("@")[2]
    return domain.endswith(tuple("." + each for each in _NOBODYS_DOMAINS))
