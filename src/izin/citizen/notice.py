"""The notice of what becomes of what she tells: read once in each version.

Who has an account is not asked again anywhere, others not in the same browser. Source: KVKK 10
"""

from datetime import date

VERSION = 4
"""Whoever changes a word of it gives it the next version: all read it again."""

IN_FORCE = date(2026, 11, 26)
"""Since when this version is."""


def is_read(version: int) -> bool:
    """Was this version, or a later one, read before?"""
    return version >= VERSION
