"""What commands tell people, in both languages."""

import tomllib
from functools import cache
from importlib import resources

import msgspec

from izin.i18n.catalogue import Language


def said(key: str, language: Language, **facts: object) -> str:
    """Say one thing, its places filled from facts."""
    return _book()[key][language].format_map(facts)


@cache
def _book() -> dict[str, dict[Language, str]]:
    text = resources.files("izin.i18n").joinpath("commands.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, dict[Language, str]])
