"""Provinces and districts, with the codes that dealers' addresses use. Source: contract 1.15."""

from typing import Any

import msgspec

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.operation import Answer, Call, Operation, Summary
from izin.core.errors import RefusalError, Refused
from izin.core.provinces import PROVINCES


class City(msgspec.Struct, frozen=True):
    """İl; its code is that of the number plates."""

    code: int
    name: str


class Town(msgspec.Struct, frozen=True):
    """İlçe. The contract's schema writes cityCode and its examples city_code: both are sent."""

    name: str
    code: int
    city_code: int
    city_code_twin: int = msgspec.field(name="cityCode")


CITY_BY_CODE = {each.code: City(each.code, each.name) for each in PROVINCES.values()}
TOWN_BY_CODE = {
    code: Town(name, code, province.code, province.code)
    for province in PROVINCES.values()
    for code, name in province.towns.items()
}
_ALL_CITIES = msgspec.json.encode(list(CITY_BY_CODE.values()))
_ALL_TOWNS = msgspec.json.encode(list(TOWN_BY_CODE.values()))


async def list_cities(_: Call[Any]) -> Answer:
    """Give every province, in the order of its code."""
    return Answer(200, _ALL_CITIES)


async def list_towns(_: Call[Any]) -> Answer:
    """Give every district, province by province."""
    return Answer(200, _ALL_TOWNS)


async def show_city(call: Call[Any]) -> Answer:
    """Give one province; 204 for a code that none has."""
    return _one(CITY_BY_CODE.get(_code(call)))


async def show_town(call: Call[Any]) -> Answer:
    """Give one district; 204 for a code that none has."""
    return _one(TOWN_BY_CODE.get(_code(call)))


def _code(call: Call[Any]) -> int:
    text = str(call.path["code"])
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
        raise RefusalError(Refused(code="H241"))
    return int(text)


_DIGITS_MAX = 9


def _one(found: City | Town | None) -> Answer:
    return Answer(204) if found is None else Answer(200, found)


OPERATIONS: tuple[Operation[Any], ...] = (
    Operation(
        id="getCities",
        method="GET",
        path="/info/city",
        aliases=("/info/cities",),
        right=Right.INFO,
        lane=Lane.INFO,
        handler=list_cities,
        summary=Summary(
            "Bütün illeri kodlarıyla listeler.", "Lists all provinces with their codes."
        ),
        answers={200: list[City]},
    ),
    Operation(
        id="cityDetails",
        method="GET",
        path="/info/city/{code}",
        aliases=("/info/cities/{code}",),
        right=Right.INFO,
        lane=Lane.INFO,
        handler=show_city,
        summary=Summary("Kodu verilen ili gösterir.", "Shows the province of a code."),
        answers={200: City, 204: None},
        errors=("H241",),
    ),
    Operation(
        id="getTowns",
        method="GET",
        path="/info/town",
        right=Right.INFO,
        lane=Lane.INFO,
        handler=list_towns,
        summary=Summary(
            "Bütün ilçeleri kendi kodları ve il kodlarıyla listeler.",
            "Lists all districts with their codes and their provinces' codes.",
        ),
        answers={200: list[Town]},
    ),
    Operation(
        id="townDetails",
        method="GET",
        path="/info/town/{code}",
        right=Right.INFO,
        lane=Lane.INFO,
        handler=show_town,
        summary=Summary("Kodu verilen ilçeyi gösterir.", "Shows the district of a code."),
        answers={200: Town, 204: None},
        errors=("H241",),
    ),
)
