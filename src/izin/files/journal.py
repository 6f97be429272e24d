"""What the rows of a load that is under way were refused for, so that a resumed one still knows.

The registry keeps how many rows are done; which of them were refused, and why, is the company's
own matter and stays in a file beside the error file until the load has ended.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import msgspec

from izin.files.problem import CellProblem


class Entry(msgspec.Struct, frozen=True):
    """One refused row."""

    line: int
    problems: tuple[CellProblem, ...]


_decode = msgspec.json.Decoder(Entry).decode
_encode = msgspec.json.Encoder().encode


class Journal:
    """One entry a line, durable before the transaction that its rows belong to commits."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; only its owner may read it."""
        self._path = path
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        self._end = 0

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave it for the next run."""
        self._file.close()

    def entries(self) -> Iterator[Entry]:
        """Read what is there, up to a line that a kill left half written."""
        self._file.seek(0)
        for line in self._file:
            try:
                entry = _decode(line)
            except msgspec.MsgspecError:
                return
            yield entry
            self._end += len(line)

    def cut(self) -> None:
        """Forget what comes after the last entry that was asked beyond: it was never committed."""
        self._file.truncate(self._end)
        self._file.seek(self._end)

    def add(self, entries: list[Entry]) -> None:
        """Write entries so that a power cut leaves them."""
        if not entries:
            return
        self._file.write(b"".join(_encode(entry) + b"\n" for entry in entries))
        self._file.flush()
        os.fsync(self._file.fileno())

    def remove(self) -> None:
        """Delete it: the load has ended, and the error file says it all."""
        self._path.unlink()
