"""What stands in papers, by its name."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec


@cache
def papers() -> Mapping[str, Mapping[str, str]]:
    """Every paper's title, foot and names."""
    text = resources.files("izin.i18n").joinpath("papers.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, dict[str, str]])
