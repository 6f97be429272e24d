"""The numbers under which sources are stored; the table `source` says the same (tested)."""

from izin.core.terms import Source

_HS = list(Source)[:13]
_IYS = list(Source)[13:]

ID_BY_SOURCE: dict[Source, int] = {s: n for n, s in enumerate(_HS, 1)} | {
    s: n for n, s in enumerate(_IYS, 101)
}
SOURCE_BY_ID: dict[int, Source] = {n: s for s, n in ID_BY_SOURCE.items()}


def source_of(stored: int | None) -> Source | None:
    """Name the source of a stored number; a merchant's first record may have none."""
    return None if stored is None else SOURCE_BY_ID[stored]
