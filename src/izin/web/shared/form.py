"""What a form brought, read with every fault of every field."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qs

import msgspec

from izin.core.clock import IYS_TIME, YEARS

FORM_BYTES_MAX = 256 * 1024
_FIELDS_MAX = 60
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
"""What no keyboard writes: it breaks a statement, or turns round what stands beside it."""

E = TypeVar("E", bound=StrEnum)


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to mend: in which field, if in one, and the sentence or its key with its facts.

    code  of the catalogue, where the registry refused
    """

    field: str = ""
    code: str = ""
    key: str = ""
    sentence: str = ""
    facts: Mapping[str, str] = {}


class FormError(Exception):
    """The form does not read; nothing was done."""

    def __init__(self, *problems: Problem) -> None:
        """Take what is wrong, in the order of the fields."""
        self.problems = problems
        super().__init__(", ".join(each.key for each in problems))


class Form:
    """What was sent; each reading notes what is wrong, and `check` raises all of it."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        """Take the fields as they came."""
        self.values = dict(values or {})
        self._problems: list[Problem] = []

    def __repr__(self) -> str:
        """Show nothing of it: an address or a password may be in it."""
        return "Form(…)"

    @classmethod
    def read(cls, body: bytes) -> "Form":
        """Read an urlencoded body. Raises ValueError for one that is none."""
        fields = parse_qs(
            body.decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=_FIELDS_MAX,
            errors="strict",
        )
        return cls({name: values[-1] for name, values in fields.items()})

    def text(self, name: str, length_max: int, *, required: bool = False) -> str:
        """Words, without blanks around them; "" where there are none."""
        text = self.values.get(name, "").strip()
        if required and not text:
            self.refuse(name, "fault.required")
        elif len(text) > length_max:
            self.refuse(name, "fault.long")
        elif found := _UNSEEN.search(text):
            place, sign = str(found.start() + 1), f"U+{ord(found[0]):04X}"
            self.refuse(name, "fault.signs", place=place, sign=sign)
        return text

    def ticked(self, name: str, *, required: bool = False) -> bool:
        """Whether a box is ticked."""
        ticked = bool(self.values.get(name))
        if required and not ticked:
            self.refuse(name, "fault.tick")
        return ticked

    def choice(self, name: str, kind: type[E]) -> E | None:
        """One of a few."""
        try:
            return kind(self.values.get(name, ""))
        except ValueError:
            self.refuse(name, "fault.choice")
            return None

    def code(self, name: str) -> int | None:
        """A party's code; None where none was written."""
        text = self.text(name, 8)
        if text and not (text.isascii() and text.isdigit()):
            self.refuse(name, "fault.code")
            return None
        return int(text) if text else None

    def day(self, name: str) -> date | None:
        """A day, written 2026-11-26 or 26.11.2026; None where none was written."""
        text = self.text(name, 10)
        if not text:
            return None
        for form in ("%Y-%m-%d", "%d.%m.%Y"):
            try:
                day = datetime.strptime(text, form).replace(tzinfo=IYS_TIME).date()
            except ValueError:
                continue
            if day.year in YEARS:
                return day
        self.refuse(name, "fault.day")
        return None

    def refuse(self, name: str, key: str, **facts: str) -> None:
        """Note what is wrong with a field, once: what was found first is why."""
        if all(each.field != name for each in self._problems):
            self._problems.append(Problem(field=name, key=key, facts=facts))

    def check(self) -> None:
        """Raise FormError if anything is wrong."""
        if self._problems:
            raise FormError(*self._problems)
