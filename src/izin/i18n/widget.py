"""Words of the form that stands on companies' own pages, in both languages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text."""

    tr: str
    en: str


class _Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: dict[str, Said]


@cache
def words() -> Mapping[str, Said]:
    """Every text of the form by its name."""
    text = resources.files("izin.i18n").joinpath("widget.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Book).words
