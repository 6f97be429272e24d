"""The fields of a consent on the wire: each reader gives a value, or None and a refusal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeGuard, TypeVar

import msgspec

from izin.core.address import Address, AddressFault, parse_email, parse_for, parse_phone
from izin.core.clock import WireTimeShapeError, WireTimeValueError, parse_wire_time
from izin.core.codes import RetailerCode
from izin.core.errors import Refused
from izin.core.terms import PROVIDER_SOURCES, Channel, RecipientType, Source, Status

PROPERTIES = frozenset(
    (
        "recipient",
        "type",
        "source",
        "status",
        "consentDate",
        "recipientType",
        "retailerCode",
        "retailerAccess",
    )
)
"""All that a consent may carry. Source: contract, H118."""

NOT_OF_ITS_SHAPE = "IZ011"
"""Ours: the contract has no code for a dealer's number that is no number."""

_RETAILER_CODE_MAX = 99_999_999

Row = Mapping[str, object]
_Term = TypeVar("_Term", Channel, RecipientType, Status, Source)


class TermField(msgspec.Struct, Generic[_Term], frozen=True):
    """A field with a closed vocabulary, and the code of a word that is not in it."""

    name: str
    terms: dict[str, _Term]
    invalid: str


TYPE = TermField("type", {term.value: term for term in Channel}, "H117")
STATUS = TermField("status", {term.value: term for term in Status}, "H115")
SOURCE = TermField("source", {term.value: term for term in PROVIDER_SOURCES}, "H119")
RECIPIENT_TYPE = TermField("recipientType", {t.value: t for t in RecipientType}, "H116")


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether it was a JSON object."""
    return isinstance(value, dict)


def refused_at(code: str, field: str, value: object, *within: int) -> Refused:
    """Refuse a field for the value that it has."""
    return Refused(code=code, location=(field, *within), value=value)


def unknown_properties(row: Row) -> list[Refused]:
    """Refuse what no consent carries. Source: law.md C-19."""
    return [refused_at("H118", name, row[name]) for name in row if name not in PROPERTIES]


def read_term(
    row: Row, field: TermField[_Term], missing: str | None, refused: list[Refused]
) -> _Term | None:
    """Read a word of a closed vocabulary; `missing` is a compulsory field's code, else None."""
    if not _is_given(row, field.name, missing, refused):
        return None
    value = row[field.name]
    term = field.terms.get(value) if isinstance(value, str) else None
    if term is None:
        refused.append(refused_at(field.invalid, field.name, value))
    return term


def read_recipient_type(row: Row, refused: list[Refused]) -> RecipientType | None:
    """Read the optional recipient type of a consent; a consumer unless said otherwise."""
    if "recipientType" not in row:
        return RecipientType.BIREYSEL
    return read_term(row, RECIPIENT_TYPE, None, refused)


def read_address(
    row: Row,
    channel: Channel | None,
    refused: list[Refused],
    *,
    sandbox: bool,
    too_long: tuple[str, ...],
) -> Address | None:
    """Read the address that the channel reaches; `too_long` are the codes of a phone too long."""
    if not _is_given(row, "recipient", "H114", refused):
        return None
    value = row["recipient"]
    if channel is None:
        if _is_no_address(value, sandbox=sandbox):
            refused.append(refused_at("H122", "recipient", value))
        return None
    address = parse_for(channel, value, sandbox=sandbox)
    if isinstance(address, Address):
        return address
    codes: tuple[str, ...] = ("H120",) if channel is Channel.EPOSTA else ("H121",)
    if address is AddressFault.TOO_LONG:
        codes = too_long
    refused.extend(refused_at(code, "recipient", value) for code in codes)
    return None


def read_date(row: Row, missing: str | None, refused: list[Refused]) -> datetime | None:
    """Read the consent date as an instant; whether it may stand is for the rules of dates."""
    if not _is_given(row, "consentDate", missing, refused):
        return None
    value = row["consentDate"]
    try:
        if isinstance(value, str):
            return parse_wire_time(value)
        code = "H158"
    except WireTimeShapeError:
        code = "H158"
    except WireTimeValueError:
        code = "H157"
    refused.append(refused_at(code, "consentDate", value))
    return None


def read_retailer_code(row: Row, refused: list[Refused]) -> RetailerCode | None:
    """Read the dealer that took the consent."""
    if not _is_given(row, "retailerCode", None, refused):
        return None
    value = row["retailerCode"]
    if _is_retailer_code(value):
        return value
    refused.append(misshapen("dealer", "retailerCode", value))
    return None


def read_dealers(
    row: Row, most: int, refused: list[Refused], *, missing: str | None = None
) -> tuple[RetailerCode, ...] | None:
    """Read the dealers that may use the consent: each once, in the order given."""
    if not _is_given(row, "retailerAccess", missing, refused):
        return None
    codes = row["retailerAccess"]
    if not isinstance(codes, list):
        refused.append(misshapen("dealers", "retailerAccess", codes))
    elif not codes:
        refused.append(refused_at("H163", "retailerAccess", codes))
    elif len(codes) > most:
        refused.append(refused_at("H126", "retailerAccess", codes))
    elif all(map(_is_retailer_code, codes)):
        return tuple(dict.fromkeys(codes))
    else:
        refused.extend(
            misshapen("dealer", "retailerAccess", code, position)
            for position, code in enumerate(codes)
            if not _is_retailer_code(code)
        )
    return None


def _is_given(row: Row, field: str, missing: str | None, refused: list[Refused]) -> bool:
    """Whether there is something to read. An optional field is left out, never empty (H267)."""
    if field not in row:
        if missing is not None:
            refused.append(Refused(code=missing, location=(field,)))
        return False
    value = row[field]
    if missing is not None and value is None:
        refused.append(Refused(code=missing, location=(field,)))
        return False
    if missing is None and (value is None or value == ""):
        refused.append(Refused(code="H267", facts=(("field", field),)))
        return False
    return True


def _is_no_address(value: object, *, sandbox: bool) -> bool:
    """Without a channel an address can only be refused for being none at all."""
    return isinstance(parse_phone(value, sandbox=sandbox), AddressFault) and isinstance(
        parse_email(value), AddressFault
    )


def misshapen(expected: str, field: str, value: object, *within: int, **facts: object) -> Refused:
    """Refuse a value of the wrong shape; `expected` is a word of the catalogue's own."""
    told = (("expected", expected), *((name, str(fact)) for name, fact in facts.items()))
    return Refused(code=NOT_OF_ITS_SHAPE, location=(field, *within), value=value, facts=told)


def _is_retailer_code(value: object) -> TypeGuard[RetailerCode]:
    """Whether it can be a dealer's number; if there is such a dealer is asked later."""
    return type(value) is int and 0 <= value <= _RETAILER_CODE_MAX
