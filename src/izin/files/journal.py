"""What the rows of a load that is under way were refused for, so that a resumed one still knows.

The registry keeps how many rows are done; which of them were refused, and why, is the company's
own matter and stays in the data folder until the load has ended.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self
from uuid import UUID

import msgspec

from izin.files.problem import CellProblem, file_refused

_KEPT_S = 30 * 24 * 3600.0
"""A load that nobody takes up again for so long begins anew when somebody does."""


class Entry(msgspec.Struct, frozen=True):
    """One refused row."""

    line: int
    problems: tuple[CellProblem, ...]


_decode = msgspec.json.Decoder(Entry).decode
_encode = msgspec.json.Encoder().encode


class Journal:
    """One entry a line, durable before the transaction that its rows belong to commits."""

    def __init__(self, file: IO[bytes]) -> None:
        """Take an open file, for reading and writing; callers use `open_journal`."""
        self._file = file

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
                yield _decode(line)
            except msgspec.MsgspecError:
                return

    def keep_until(self, line: int) -> int:
        """Forget the entries of rows past `line`, which were never committed; count those left."""
        kept = end = 0
        for entry in self.entries():
            if entry.line > line:
                break
            kept += 1
            end += len(_encode(entry)) + 1
        self._file.truncate(end)
        return kept

    def add(self, entries: list[Entry]) -> None:
        """Write entries so that a power cut leaves them."""
        if not entries:
            return
        self._file.seek(0, os.SEEK_END)
        self._file.write(b"".join(_encode(entry) + b"\n" for entry in entries))
        self._file.flush()
        os.fsync(self._file.fileno())


def journal_path(folder: Path, load_id: UUID) -> Path:
    """Where a load's journal lies."""
    return folder / f"{load_id}.journal"


def open_journal(folder: Path, load_id: UUID) -> Journal:
    """Open or make a load's journal; only its owner may read it, and only one run has it.

    Raises  FileRefusedError IZ219 if another process has it
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    _forget_old(folder)
    number = os.open(journal_path(folder, load_id), os.O_RDWR | os.O_CREAT, 0o600)
    file = os.fdopen(number, "r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise file_refused("IZ219") from error
    return Journal(file)


def _forget_old(folder: Path) -> None:
    """Addresses of refused rows stand in it: it goes even if nobody asks for the load again."""
    oldest = time.time() - _KEPT_S
    for path in folder.iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
