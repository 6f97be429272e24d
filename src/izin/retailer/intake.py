"""The body of createRetailer: a dealer and who stands for it, or every fault of every field.

Source  contract 1.11; operation createRetailer
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from izin.core.address import Address, parse_phone
from izin.core.errors import Refused
from izin.core.identity import MERSIS_DIGITS, Tckn, is_mersis, is_tckn, is_tin
from izin.core.names import is_name
from izin.core.provinces import PROVINCES, Province, province_named, town_named
from izin.retailer.model import Facts, Person, RetailerStatus

TEXT_MAX = 255
_TCKN_DIGITS = 11
_TIN_DIGITS = (10, 11)
_FIELDS = (
    *("title", "name", "tckn", "city", "town", "tin", "mersis", "alias", "mobile", "status"),
)
_STATUS = {status.value: status for status in RetailerStatus}

_code = re.compile(r"[0-9]{1,9}", re.ASCII).fullmatch

Row = Mapping[str, object]
T = TypeVar("T")


class Entry(msgspec.Struct, frozen=True):
    """A dealer that may be entered, if no other has its numbers."""

    facts: Facts
    person: Person


def parse_retailer(body: object, *, sandbox: bool) -> Entry | tuple[Refused, ...]:
    """Read what a company says of a new dealer.

    Takes   body: decoded JSON of any shape · sandbox: whether +90 599 is accepted
    Gives   the entry, or every refusal in the order of the fields; all of them are 400
    """
    if not isinstance(body, dict):
        return (_no_dealer(()),)
    fields = _Fields(body)
    title = fields.name("title", "H214")
    name = fields.name("name", "H215")
    tckn = fields.tckn()
    province, town_code = fields.place()
    tin = fields.tin()
    mersis = fields.mersis()
    alias = fields.name("alias", None)
    mobile = fields.mobile(sandbox=sandbox)
    status = fields.status()
    if fields.refused:
        return tuple(fields.refused)
    return Entry(
        Facts(
            title=_required(title),
            status=status,
            alias=alias,
            mersis=mersis,
            city_code=_required(province).code,
            town_code=_required(town_code),
        ),
        Person(name=_required(name), tckn=_required(tckn), tin=_required(tin), mobile=mobile),
    )


def _required(value: T | None) -> T:
    assert value is not None, "what is required was read, or refused"
    return value


class _Fields:
    """Reads one body; a reader gives a value, or None and a refusal."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.refused = [_no_dealer((field,), row[field]) for field in row if field not in _FIELDS]

    def name(self, field: str, missing: str | None) -> str | None:
        """Read the name of a firm, a place of business or a person."""
        if not self._is_given(self._row, field, missing, (field,)):
            return None
        value = self._row[field]
        text = unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else ""
        if len(text) > TEXT_MAX:
            facts = (("limit", str(TEXT_MAX)),)
            self.refused.append(Refused(code="H017", location=(field,), value=value, facts=facts))
        elif not is_name(text):
            self._refuse("H229", field)
        else:
            return text
        return None

    def tckn(self) -> Tckn | None:
        """Read the number of who stands for the dealer."""
        text = self._digits("tckn", "H216")
        if text is not None and len(text) != _TCKN_DIGITS:
            self._refuse("H226", "tckn")
        elif text is not None and not is_tckn(text):
            self._refuse("H225", "tckn")
        elif text is not None:
            return Tckn(text)
        return None

    def tin(self) -> str | None:
        """Read the number under which the dealer pays taxes."""
        text = self._digits("tin", "H288")
        if text is not None and len(text) not in _TIN_DIGITS:
            self._refuse("H244", "tin")
        elif text is not None and not is_tin(text):
            self._refuse("H243", "tin")
        else:
            return text
        return None

    def mersis(self) -> str | None:
        """Read the number in the trade registry."""
        text = self._digits("mersis", None)
        if text is not None and len(text) != MERSIS_DIGITS:
            self._refuse("H228", "mersis")
        elif text is not None and not is_mersis(text):
            self._refuse("H227", "mersis")
        else:
            return text
        return None

    def mobile(self, *, sandbox: bool) -> Address | None:
        """Read the phone of who stands for the dealer."""
        if not self._is_given(self._row, "mobile", None, ("mobile",)):
            return None
        address = parse_phone(self._row["mobile"], sandbox=sandbox)
        if isinstance(address, Address):
            return address
        self._refuse("H224", "mobile")
        return None

    def status(self) -> RetailerStatus:
        """Read the state; active unless said otherwise."""
        if self._is_given(self._row, "status", None, ("status",)):
            value = self._row["status"]
            if isinstance(value, str) and value in _STATUS:
                return _STATUS[value]
            self._refuse("H201", "status")
        return RetailerStatus.ACTIVE

    def place(self) -> tuple[Province | None, int | None]:
        """Read province and district.

        Gives   None for what was refused. The name decides: clients send codes of other lists too,
                but a code of the province's own must not contradict its district's name
        """
        city = self._named("city", ("H217", "H218", "H219"))
        town = self._named("town", ("H220", "H221", "H222"))
        province = None if city is None else _province(*city)
        if city is not None and province is None:
            self.refused.append(_no_dealer(("city",), self._row["city"]))
        if province is None or town is None:
            return province, None
        town_code = _town(province, *town)
        if town_code is None:
            self.refused.append(_no_dealer(("town",), self._row["town"]))
        return province, town_code

    def _named(self, field: str, missing: tuple[str, str, str]) -> tuple[int, str] | None:
        """Read an object of code and name; the codes are those of itself and both parts missing."""
        whole, code_missing, name_missing = missing
        if not self._is_given(self._row, field, whole, (field,)):
            return None
        value = self._row[field]
        if not isinstance(value, dict):
            self.refused.append(_no_dealer((field,), value))
            return None
        has_code = self._is_given(value, "code", code_missing, (field, "code"))
        has_name = self._is_given(value, "name", name_missing, (field, "name"))
        if not (has_code and has_name):
            return None
        code, name = _text_of(value["code"]), value["name"]
        if code is None or not _code(code) or not isinstance(name, str):
            self.refused.append(_no_dealer((field,), value))
            return None
        return int(code), name

    def _digits(self, field: str, missing: str | None) -> str | None:
        """Read a number that is written as a text; as a number too, as the official examples do."""
        if not self._is_given(self._row, field, missing, (field,)):
            return None
        return _text_of(self._row[field]) or ""

    def _is_given(
        self, row: Row, field: str, missing: str | None, location: tuple[str, ...]
    ) -> bool:
        """Whether there is something to read. An optional field is left out, never empty (H267)."""
        if row.get(field, "") not in ("", None):
            return True
        if missing is not None:
            self.refused.append(Refused(code=missing, location=location))
        elif field in row:
            self.refused.append(Refused(code="H267", location=location))
        return False

    def _refuse(self, code: str, field: str) -> None:
        self.refused.append(Refused(code=code, location=(field,), value=self._row[field]))


def _text_of(value: object) -> str | None:
    if type(value) is int:
        return str(value)
    return value if isinstance(value, str) else None


def _province(code: int, name: str) -> Province | None:
    named = province_named(name)
    return named if named is PROVINCES.get(code) else None


def _town(province: Province, code: int, name: str) -> int | None:
    named = town_named(province, name)
    return None if code in province.towns and code != named else named


def _no_dealer(location: tuple[str, ...], value: object = msgspec.UNSET) -> Refused:
    return Refused(
        code="H016", location=location, value=value, facts=(("fields", ", ".join(_FIELDS)),)
    )
