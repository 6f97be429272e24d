"""The fields of our own calls under ``/x``: read strictly, all faults together.

The contract's calls have codes of their own for each field; here one code says what was expected.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar

import msgspec

from izin.api.paging import whole_number
from izin.core.clock import parse_wire_time
from izin.core.errors import RefusalError, Refused
from izin.core.plain import unseen_in

E = TypeVar("E", bound=StrEnum)

UNKNOWN_MAX = 20
"""Fields that nobody knows are named so often, lest an answer be many times its call."""

_CODE = "IZ011"
_CODE_LIMIT = 10**8
_DAY_LENGTH = len("2026-01-31")


class Form:
    """Reads one body or query. A reader gives a value, or None where there is none or a fault.

    given    what was sent, field by field
    refused  every fault so far, in the order in which the fields were read
    """

    def __init__(self, given: object, fields: Sequence[str]) -> None:
        """Take what was sent and the names of all that may be.

        Raises  RefusalError IZ011 if it is no object
        """
        if not isinstance(given, Mapping):
            raise RefusalError(_refused("object", facts=(("field", "JSON"),)))
        self.given: Mapping[str, object] = given
        words = ("words", ", ".join(fields))
        # where one field is a secret, a field that is misspelt may be
        shown = {name: given[name] for name in given if "password" not in fields}
        self.refused = [
            _refused("known", name, value=shown.get(name, msgspec.UNSET), facts=(words,))
            for name in islice((each for each in given if each not in fields), UNKNOWN_MAX)
        ]

    def check(self) -> None:
        """Refuse the call if there was any fault.

        Raises  RefusalError IZ011
        """
        if self.refused:
            raise RefusalError(self.refused)

    def term(self, field: str, terms: Iterable[E], *, required: bool = False) -> E | None:
        """Read a word of a closed vocabulary."""
        by_word = {term.value: term for term in terms}
        words = ("words", ", ".join(by_word))
        if not self._is_given(field, "one_of", words, required=required):
            return None
        value = self.given[field]
        if isinstance(value, str) and value in by_word:
            return by_word[value]
        self._refuse("one_of", field, words)
        return None

    def number(self, field: str, least: int, most: int) -> int | None:
        """Read a whole number of a body."""
        value = self.given.get(field)
        return self._within(field, value if type(value) is int else None, least, most)

    def required_number(self, field: str, least: int, most: int) -> int:
        """Read a whole number that has to be there; `least` where it is not, and is refused."""
        if not self._is_given(
            field, "number", ("least", str(least)), ("most", str(most)), required=True
        ):
            return least
        return self.number(field, least, most) or least

    def require(self, expected: str, field: str, *facts: tuple[str, str]) -> None:
        """Refuse for what is not there, or not alone; no value is shown."""
        self.refused.append(_refused(expected, field, facts=facts))

    def refuse(self, expected: str, field: str, *facts: tuple[str, str]) -> None:
        """Refuse a value for a reason of the caller's."""
        self._refuse(expected, field, *facts)

    def digits(self, field: str, least: int, most: int) -> int | None:
        """Read a whole number of a query, written in decimal digits."""
        value = self.given.get(field)
        number = whole_number(value) if isinstance(value, str) else None
        return self._within(field, number, least, most)

    def _within(self, field: str, number: int | None, least: int, most: int) -> int | None:
        if field not in self.given or (number is not None and least <= number <= most):
            return number
        self._refuse("number", field, ("least", str(least)), ("most", str(most)))
        return None

    def truth(self, field: str, *, default: bool) -> bool:
        """Read a yes or no."""
        value = self.given.get(field, default)
        if isinstance(value, bool):
            return value
        self._refuse("truth", field)
        return default

    def instant(
        self, field: str, *, latest: datetime | None = None, required: bool = False
    ) -> datetime | None:
        """Read an instant of the contract's clock, not after `latest`."""
        if not self._is_given(field, "instant", required=required):
            return None
        value = self.given[field]
        try:
            instant = parse_wire_time(value if isinstance(value, str) else "")
        except ValueError:
            self._refuse("instant", field)
            return None
        if latest is not None and instant > latest:
            self._refuse("past", field)
            return None
        return instant

    def day(self, field: str) -> date | None:
        """Read a day of this century."""
        value = self.given.get(field)
        if value is None:
            return None
        try:
            if isinstance(value, str) and len(value) == _DAY_LENGTH and value.startswith("20"):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self._refuse("day", field)
        return None

    def text(self, field: str, most: int, *, required: bool = False) -> str:
        """Read a text that says something; empty where there is none, or it is refused."""
        bound = ("most", str(most))
        if not self._is_given(field, "words", bound, required=required):
            return ""
        return self.words(field, self.given[field], most)

    def words(self, field: str, value: object, most: int, *, lines: bool = False) -> str:
        """Read a text that says something, wherever it stood.

        Takes   lines: whether its lines may be broken
        """
        if not isinstance(value, str) or not 0 < len(value.strip()) <= len(value) <= most:
            # whatever it was is not shown: it may be a password
            self.refused.append(_refused("words", field, facts=(("most", str(most)),)))
            return ""
        unseen = unseen_in(value, lines=lines)
        if unseen is None:
            return value
        place, sign = unseen
        self.refused.append(_refused("seen", field, facts=(("place", str(place)), ("sign", sign))))
        return ""

    def record(self, field: str) -> Mapping[str, Any] | None:
        """Read an object inside the body."""
        value = self.given.get(field)
        if isinstance(value, Mapping):
            return value
        if field in self.given:
            self.refused.append(_refused("object", field))
        return None

    def codes(self, field: str, most: int) -> list[int] | None:
        """Read a list of a few codes."""
        value = self.given.get(field)
        if value is None:
            return None
        if isinstance(value, list) and 0 < len(value) <= most and all(map(_is_code, value)):
            return value
        self._refuse("codes", field, ("most", str(most)))
        return None

    def texts(self, field: str, most: int) -> list[str]:
        """Read a list of texts that has to be there and not empty."""
        value = self.given.get(field)
        if not isinstance(value, list) or not 0 < len(value) <= most:
            shown = msgspec.UNSET if field not in self.given or isinstance(value, list) else value
            fault = _refused("texts", field, value=shown, facts=(("most", str(most)),))
            self.refused.append(fault)
            return []
        self.refused += [
            _refused("text", field, place, value=each)
            for place, each in enumerate(value)
            if not isinstance(each, str)
        ]
        return [each for each in value if isinstance(each, str)]

    def _is_given(self, field: str, expected: str, *facts: tuple[str, str], required: bool) -> bool:
        if field in self.given:
            return True
        if required:
            self.refused.append(_refused(expected, field, facts=facts))
        return False

    def _refuse(self, expected: str, field: str, *facts: tuple[str, str]) -> None:
        value = self.given[field]
        self.refused.append(_refused(expected, field, value=value, facts=facts))


def _is_code(value: object) -> bool:
    return type(value) is int and 0 < value < _CODE_LIMIT


def _refused(
    expected: str,
    *location: str | int,
    value: object = msgspec.UNSET,
    facts: tuple[tuple[str, str], ...] = (),
) -> Refused:
    facts = (*facts, ("expected", expected))
    return Refused(code=_CODE, location=location, value=value, facts=facts)
