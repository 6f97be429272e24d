"""Provinces (il) and their districts (ilçe), with the codes that addresses use.

Source  contract 1.15
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources

import msgspec

from izin.core.turkish import fold


class Province(msgspec.Struct, frozen=True):
    """İl; its code is that of the number plates, those of its towns the registry's own."""

    code: int
    name: str
    towns: dict[int, str]


def _read() -> list[Province]:
    text = resources.files("izin.core").joinpath("provinces.json").read_bytes()
    return msgspec.json.decode(text, type=list[Province])


PROVINCES = {each.code: each for each in _read()}
"""By code, in the order of the codes."""


def province_named(name: str) -> Province | None:
    """Find a province by its name in any spelling."""
    return _by_name().get(fold(name))


def town_named(province: Province, name: str) -> int | None:
    """Find the code of a province's district by its name in any spelling.

    Takes   name: with or without the province's own, which some districts carry to be told apart
    """
    return _towns(province.code).get(fold(name))


@cache
def _by_name() -> dict[str, Province]:
    return {fold(each.name): each for each in PROVINCES.values()}


@cache
def _towns(province_code: int) -> dict[str, int]:
    province = PROVINCES[province_code]
    return {
        fold(spelling): code
        for code, name in province.towns.items()
        for spelling in _spellings(province.name, name)
    }


def _spellings(province: str, town: str) -> Iterator[str]:
    yield town
    yield town.removesuffix(f" / {province}")
    yield town.removeprefix(f"{province} ")
