"""What citizens write into forms: an address, and since when a number is theirs."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from izin.citizen.model import Opened
from izin.core.address import Address, parse_email, parse_phone
from izin.core.clock import beginning_of, day_of
from izin.core.turkish import search_key
from izin.web.shared.form import Form

ADDRESS_MAX, CODE_MAX = 265, 12
FIRST_YEAR = 1994
"""When the first mobile telephones were called in this country."""
_NATIONAL_DIGITS = 10
_YEAR_DIGITS = 4
_DECEMBER = 12


class Owned(StrEnum):
    """What she answers."""

    SAME = "same"
    ALWAYS = "always"
    MONTH = "month"
    NEW = "new"


class Said(msgspec.Struct, frozen=True):
    """Since when; None: from the beginning. Whether it is newly hers, so that all be refused."""

    since: datetime | None
    is_new: bool = False


def address_in(form: Form, *, is_sandbox: bool) -> Address | None:
    """Read the field `address` as people write one: 0532 123 45 67, +90…, or an e-mail address.

    None of what does not read, which is noted; what was meant then stands in the field.
    """
    given = form.text("address", ADDRESS_MAX, required=True)
    address = _read(given, is_sandbox=is_sandbox)
    if address is not None or not given:
        return address
    meant = _meant(given)
    if meant is None:
        form.refuse("address", "fault.address")
    else:  # the form shows it, so that she has to look at it and send it, no more
        form.values["address"] = meant
        form.refuse("address", "fault.address_meant", meant=meant)
    return None


def since_in(form: Form, now: datetime, before: Opened | None = None) -> Said | None:
    """Read since when a number is hers. None of what does not read, which is noted.

    Takes   before: the number, where she may say that it is as she has said before
    """
    owned = form.choice("owned", Owned)
    if owned is Owned.SAME:
        return _as_before(form, before)
    if owned is Owned.MONTH:
        return _month_in(form, day_of(now))
    if owned is None:
        return None
    return Said(now, is_new=True) if owned is Owned.NEW else Said(None)


def _month_in(form: Form, today: date) -> Said | None:
    year = _number(form.text("year", _YEAR_DIGITS))
    month = _number(form.text("month", 2))
    if FIRST_YEAR <= year <= today.year and 1 <= month <= _DECEMBER:
        since = date(year, month, 1)
        if since <= today:
            return Said(beginning_of(since))
    form.refuse("year", "fault.month")
    return None


def _as_before(form: Form, before: Opened | None) -> Said | None:
    if before is None or not before.was_said:
        form.refuse("owned", "fault.choice")
        return None
    return Said(before.since)


def _meant(text: str) -> str | None:
    """The e-mail address that somebody meant whose keyboard is Turkish; None where it is none.

    İ in a domain would be another's: ``İSTANBUL.com.tr`` is ``xn--istanbul-o0e``.
    """
    plain = search_key(text) if "@" in text else ""
    return plain if isinstance(parse_email(plain), Address) else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _read(text: str, *, is_sandbox: bool) -> Address | None:
    if "@" in text:
        email = parse_email(text)
        return email if isinstance(email, Address) else None
    digits = "".join(each for each in text if each.isascii() and each.isdigit())
    national = digits.removeprefix("00").removeprefix("90" if len(digits) > 11 else "")  # noqa: PLR2004 -- with the country's code
    national = national.removeprefix("0")
    if len(national) != _NATIONAL_DIGITS:
        return None
    phone = parse_phone(f"+90{national}", sandbox=is_sandbox)
    return phone if isinstance(phone, Address) else None
