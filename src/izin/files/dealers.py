"""A file of dealers: its columns, and one row of it as createRetailer takes one.

Source  contract 1.11; decision 0047
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from izin.core.errors import Refused
from izin.core.provinces import PROVINCES, Province, province_named, town_named
from izin.core.turkish import fold
from izin.files import cells as read
from izin.files.form import MIB, Caps, Cell
from izin.files.headings import Columns, Vocabulary, by_word
from izin.files.problem import CellProblem, Fault
from izin.retailer.intake import Entry, parse_retailer

TEMPLATE = {
    "title": "unvan",
    "name": "ad_soyad",
    "tckn": "tckn",
    "city": "il",
    "town": "ilce",
    "tin": "vkn",
    "mersis": "mersis",
    "alias": "takma_ad",
    "mobile": "cep",
    "status": "bayi_durumu",
}
"""The template's columns in order: the contract's name and the heading."""

_SYNONYMS = {
    "title": ("unvan", "title", "ticaret unvanı", "bayi unvanı", "bayi adı", "firma"),
    "name": ("ad_soyad", "name", "yetkili", "yetkili adı", "yetkili ad soyad", "isim"),
    "tckn": ("tckn", "tc", "tc no", "tc kimlik no", "t.c. kimlik numarası", "kimlik no"),
    "city": ("il", "city", "şehir", "il kodu", "il adı"),
    "town": ("ilce", "town", "ilçe kodu", "ilçe adı"),
    "tin": ("vkn", "tin", "vergi no", "vergi numarası", "vergi kimlik no", "vkn/tckn"),
    "mersis": ("mersis", "mersis no", "mersis numarası"),
    "alias": ("takma_ad", "alias", "kısa ad", "tabela adı"),
    "mobile": ("cep", "mobile", "cep telefonu", "telefon", "gsm", "yetkili telefonu"),
    "status": ("bayi_durumu", "status", "durum"),
}
_NEEDED = ("title", "name", "tckn", "city", "town", "tin")

DEALERS = Vocabulary(
    template=TEMPLATE,
    fields=by_word(_SYNONYMS),
    optional=frozenset(TEMPLATE.keys() - set(_NEEDED)),
    needed=lambda _: _NEEDED,
)
CAPS_OF_DEALERS = Caps(
    csv_bytes_max=16 * MIB,
    csv_rows_max=10_000,
    row_bytes_max=64 * 1024,
    xlsx_bytes_max=16 * MIB,
    xlsx_rows_max=10_000,
    unpacked_bytes_max=64 * MIB,
    cells_max=500_000,
)
"""A brand has 3,000 at most, and one file of them lies in memory."""

Value: TypeAlias = str | dict[str, str]
_Read: TypeAlias = Callable[[Cell], Value | Fault | None]

_FOUND_MAX = 1000
_STATUS = {
    fold(word): status
    for status, words in {
        "active": ("active", "aktif", "etkin"),
        "passive": ("passive", "pasif", "etkin değil"),
        "suspended": ("suspended", "askıda", "askıya alındı"),
    }.items()
    for word in words
}
_TIN_DIGITS, _MERSIS_DIGITS = 10, 16


class DealerRow(msgspec.Struct, frozen=True):
    """One row of the file: the dealer, or everything that is wrong with it."""

    line: int
    cells: list[Cell]
    verdict: Entry | tuple[CellProblem, ...]

    def __repr__(self) -> str:
        """Leave out what stands in it."""
        return f"DealerRow({self.line})"


class DealerReader:
    """Reads the rows of one file."""

    def __init__(self, columns: Columns, *, sandbox: bool) -> None:
        """Take where the fields stand, and whether +90 599 is accepted."""
        self._columns = columns
        self._sandbox = sandbox

    def read(self, line: int, cells: list[Cell]) -> DealerRow:
        """Read one row. Cost: 40 µs."""
        if len(cells) != len(self._columns.headings):
            return DealerRow(line, cells, (self._misfit(line, cells),))
        body, faults = self._convert(cells)
        found = parse_retailer(body, sandbox=self._sandbox)
        if isinstance(found, Entry) and not faults:
            return DealerRow(line, cells, found)
        refused = () if isinstance(found, Entry) else found
        problems = [self._at(line, cells, field, fault) for field, fault in faults.items()]
        # without its province nobody can say whether there is such a district
        is_town_open = "city" not in body and _text(cells[self._columns.index_by_field["town"]])
        hidden = faults.keys() | ({"town"} if is_town_open else set())
        problems += [
            self.problem(line, cells, each)
            for each in refused
            if not each.location or each.location[0] not in hidden
        ]
        problems.sort(key=self._place)
        return DealerRow(line, cells, tuple(problems))

    def problem(self, line: int, cells: Sequence[Cell], refused: Refused) -> CellProblem:
        """Say where in the file a refusal belongs, and which columns it names."""
        field = str(refused.location[0]) if refused.location else ""
        facts = tuple((name, self._named(name, value)) for name, value in refused.facts)
        return self._at(line, cells, field, Fault(refused.code, _key(refused.code, field), facts))

    def _named(self, name: str, value: str) -> str:
        if name not in ("fields", "field"):
            return value
        return ", ".join(map(self._columns.heading, value.split(", ")))

    def _convert(self, cells: Sequence[Cell]) -> tuple[dict[str, Value], dict[str, Fault]]:
        body: dict[str, Value] = {}
        faults: dict[str, Fault] = {}
        at = self._columns.index_by_field
        readers: dict[str, _Read] = dict(_READERS)
        city = _city(cells[at["city"]])
        if isinstance(city, Province):
            readers |= {"city": lambda _: _named(city.code, city.name), "town": _town_of(city)}
        else:
            readers |= {"city": lambda _: city, "town": _nothing}
        for field, index in at.items():
            value = readers[field](cells[index])
            if isinstance(value, Fault):
                faults[field] = value
            elif value is not None:
                body[field] = value
        return body, faults

    def _misfit(self, line: int, cells: Sequence[Cell]) -> CellProblem:
        expected = (("expected", str(len(self._columns.headings))),)
        found = " | ".join(map(read.text_of, cells))[:_FOUND_MAX]
        return CellProblem(
            line=line,
            field="",
            heading="",
            found=found,
            code="IZ208",
            key="IZ208",
            facts=expected,
        )

    def _place(self, problem: CellProblem) -> int:
        return self._columns.index_by_field.get(problem.field, len(self._columns.headings))

    def _at(self, line: int, cells: Sequence[Cell], field: str, fault: Fault) -> CellProblem:
        index = self._columns.index_by_field.get(field)
        return CellProblem(
            line=line,
            field=field,
            heading=self._columns.heading(field) if field else "",
            found="" if index is None else read.unquoted(read.text_of(cells[index]))[:_FOUND_MAX],
            code=fault.code,
            key=fault.key,
            facts=fault.facts,
        )


def _key(code: str, field: str) -> str:
    """Province and district share a code."""
    return field if code == "H016" and field in ("city", "town") else code


def _text(cell: Cell) -> str | None:
    return read.unquoted(read.text_of(cell)) or None


def _number_of(digits: int) -> _Read:
    """Read a number of so many digits: a spreadsheet takes its first noughts."""

    def number(cell: Cell) -> str | None:
        text = _text(cell)
        if text is None:
            return None
        is_number = not isinstance(cell, str) and text.isdigit()
        return text.zfill(digits) if is_number else text.replace(" ", "")

    return number


def _mobile(cell: Cell) -> str | Fault | None:
    found = read.phone(cell)
    return Fault("H224", found.key) if isinstance(found, Fault) else found


def _status(cell: Cell) -> str | Fault | None:
    text = _text(cell)
    return None if text is None else _STATUS.get(fold(text), Fault("H201", "H201"))


def _city(cell: Cell) -> Province | Fault | None:
    """A province by its name in any spelling, or by the number of its plates."""
    text = _text(cell)
    if text is None:
        return None
    found = PROVINCES.get(int(text)) if _is_code(text) else province_named(text)
    return found or Fault("H016", "city")


def _town_of(province: Province) -> _Read:
    """The reader of districts of one province: by name in any spelling, or by code."""

    def town(cell: Cell) -> Value | Fault | None:
        text = _text(cell)
        if text is None:
            return None
        code = int(text) if _is_code(text) else town_named(province, text)
        if code is None or code not in province.towns:
            return Fault("H016", "town")
        return _named(code, province.towns[code])

    return town


def _nothing(_: Cell) -> None:
    return None


def _named(code: int, name: str) -> dict[str, str]:
    return {"code": str(code), "name": name}


def _is_code(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len("99999")


_READERS: dict[str, _Read] = {
    "title": _text,
    "name": _text,
    "tckn": _number_of(0),
    "tin": _number_of(_TIN_DIGITS),
    "mersis": _number_of(_MERSIS_DIGITS),
    "alias": _text,
    "mobile": _mobile,
    "status": _status,
}
