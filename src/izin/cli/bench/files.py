"""Invented rows: the numbers belong to nobody, and follow from a count."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from izin.core.clock import wire_time

NUMBERS = 10_000_000
_HEADINGS = "alici;alici_tipi;kanal;durum;izin_tarihi;kaynak\n"
_FIRST_DATE = datetime(2023, 1, 2, tzinfo=UTC)
_SPAN_S = 60_000_000
_STEP_S = 7_919  # a prime: dates come in no order, and each but rarely twice


def phone(number: int) -> str:
    """The phone of an invented person, 0 to NUMBERS - 1."""
    return f"+90599{number:07d}"


def scattered(count: int, start: int = 1) -> Iterator[int]:
    """Numbers below `count`, each once, in no order that an index could use."""
    step = next(each for each in (7_368_787, 6_700_417) if count % each)
    return ((start + place * step) % count for place in range(count))


def consented(number: int) -> str:
    """When that person consented, as the wire writes it."""
    return wire_time(_FIRST_DATE + timedelta(seconds=number * _STEP_S % _SPAN_S))


def write_consents(path: Path, numbers: Iterable[int]) -> None:
    """Write a CSV as a company would load it."""
    with path.open("w", encoding="utf-8-sig") as file:
        file.write(_HEADINGS)
        file.writelines(
            f"{phone(number)};BIREYSEL;MESAJ;ONAY;{consented(number)};HS_WEB\n"
            for number in numbers
        )


def write_addresses(path: Path, numbers: Iterable[int]) -> None:
    """Write addresses to ask about, one a line."""
    with path.open("w", encoding="ascii") as file:
        file.writelines(f"{phone(number)}\n" for number in numbers)
