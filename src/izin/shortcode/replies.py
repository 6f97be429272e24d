"""What 3338 answers: every text in one place, each of one GSM segment with the suffix."""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import resources

from izin.brand.model import Brand
from izin.core.clock import IYS_TIME
from izin.core.plain import cut, shown

SEGMENT, SUFFIX = 160, 5
"""Signs of a segment, and those that the operator puts behind the text: ``" B001"``."""

ROOM = SEGMENT - SUFFIX
CHOICES_MAX = 3


@cache
def texts() -> Mapping[str, str]:
    """Every text by its name, its places still open."""
    text = resources.files("izin.i18n").joinpath("shortcode.toml").read_text("utf-8")
    return {name: str(words) for name, words in tomllib.loads(text).items()}


def say(name: str, **facts: object) -> str:
    """Give a text that names no brand."""
    return texts()[name].format_map(facts)


def say_of(name: str, brand: Brand, **facts: object) -> str:
    """Give a text about a brand, its name cut to what is left of the segment."""
    room = ROOM - len(texts()[name].format_map(facts | {"brand": ""}))
    return texts()[name].format_map(facts | {"brand": cut(shown(brand.name), room)})


def say_choices(name: str, brands: Sequence[Brand], word: str) -> str:
    """Give a text with the brands that may be meant, three at most, each with its number.

    Takes   word: what is to be written before the number
    """
    chosen = brands[:CHOICES_MAX]
    heads = [f"{brand.brand_code} " for brand in chosen]
    taken = len(texts()[name].format(word=word, choices=", ".join(heads)))
    room = (ROOM - taken) // len(chosen)
    named = [head + cut(shown(brand.name), room) for head, brand in zip(heads, chosen, strict=True)]
    return texts()[name].format(word=word, choices=", ".join(named))


def day(instant: datetime) -> str:
    """Write the Istanbul day as people write it: 26.11.2026."""
    return instant.astimezone(IYS_TIME).strftime("%d.%m.%Y")
