"""Which dealers of a list are there already, and which cannot be? Pure."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from izin.core.codes import BrandCode, RetailerCode
from izin.core.errors import Refused
from izin.retailer.intake import Entry
from izin.retailer.model import RetailerStatus


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A dealer of the company.

    place  where it stands in the list, if it is of the list itself
    code   which it has, if it is not
    """

    entry: Entry
    tag: UUID | None
    brand_code: BrandCode
    code: RetailerCode | None = None
    place: int | None = None

    @property
    def name(self) -> str:
        """By what it is told apart: its code, or its place in the list, from one."""
        return f"#{(self.place or 0) + 1}" if self.code is None else str(self.code)


class Likeness:
    """The company's dealers by firm and by person, those of the list that come before too."""

    def __init__(self, brand_code: BrandCode, known: Iterable[Known]) -> None:
        """Take the brand whose dealers the list is of, and those that are there."""
        self._brand_code = brand_code
        self._by_firm: dict[str, Known] = {}
        self._by_person: dict[UUID, Known] = {}
        for each in known:
            self._add(each)

    def add(self, place: int, entry: Entry, tag: UUID) -> None:
        """Say of one of the list that it is to be entered."""
        self._add(Known(entry=entry, tag=tag, brand_code=self._brand_code, place=place))

    def find(self, entry: Entry, tag: UUID) -> Known | tuple[Refused, ...] | None:
        """Is a dealer of the list there?

        Gives   the one that is, with the same facts; None if it is a new one; else refusals:
                H230 another has its firm's number, H231 its person, H253 and that one is passive,
                IZ090 it is there with other facts
        """
        mersis = entry.facts.mersis
        firm = None if mersis is None else self._by_firm.get(mersis)
        person = self._by_person.get(tag)
        if firm is None and person is None:
            return None
        if person is not None and person.entry.facts.mersis == mersis:
            return self._compared(person, entry)
        twins = (("H230", "mersis", firm), ("H231", "tckn", person))
        return tuple(_twin(code, field, each) for code, field, each in twins if each is not None)

    def _compared(self, known: Known, entry: Entry) -> Known | tuple[Refused, ...]:
        fields = differing(known.entry, entry)
        if known.brand_code != self._brand_code:
            fields = ["brandCode", *fields]
        if not fields:
            return known
        facts = (("retailerCode", known.name), ("fields", ", ".join(fields)))
        return (Refused(code="IZ090", location=(fields[0],), facts=facts),)

    def _add(self, each: Known) -> None:
        if each.entry.facts.mersis is not None:
            self._by_firm.setdefault(each.entry.facts.mersis, each)
        if each.tag is not None:
            self._by_person.setdefault(each.tag, each)


def differing(one: Entry, other: Entry) -> Sequence[str]:
    """In which fields of createRetailer two dealers differ."""
    said = _said(one)
    return [field for field, value in _said(other).items() if said[field] != value]


def _said(entry: Entry) -> dict[str, object]:
    facts, person = entry.facts, entry.person
    return {
        "title": facts.title,
        "name": person.name,
        "city": facts.city_code,
        "town": facts.town_code,
        "tin": person.tin,
        "alias": facts.alias,
        "mobile": None if person.mobile is None else person.mobile.clear,
        "status": facts.status,
    }


def _twin(code: str, field: str, twin: Known) -> Refused:
    is_passive = twin.entry.facts.status is RetailerStatus.PASSIVE
    facts = (("retailerCode", twin.name), ("field", field))
    return Refused(code="H253" if is_passive else code, location=(field,), facts=facts)
