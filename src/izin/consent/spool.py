"""Records of one size put aside by bucket range: millions are gone through in little memory."""

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

_BUCKETS = 1 << 16
_FIRST_BUCKET = -(1 << 15)
_BLOCK_BYTES = 1 << 15
_PARTS_MAX = 1024
RECORDS_A_PART = 50_000


class Spool:
    """Takes records with their buckets, then gives them back range by range, each in its order.

    The file has no name: it goes with the process, however that ends.
    """

    def __init__(self, record_bytes: int, expected: int) -> None:
        """Take a record's size, and how many are about to come."""
        self._parts = min(_PARTS_MAX, 1 + expected // RECORDS_A_PART)
        self._record_bytes = record_bytes
        self._block = _BLOCK_BYTES // record_bytes * record_bytes
        self._open = [bytearray() for _ in range(self._parts)]
        self._blocks: list[list[int]] = [[] for _ in range(self._parts)]
        self._written = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 # closed by __exit__

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Forget everything."""
        self._file.close()

    def add(self, bucket: int, record: bytes) -> None:
        """Put one record aside."""
        part = (bucket - _FIRST_BUCKET) * self._parts // _BUCKETS
        held = self._open[part]
        held += record
        if len(held) == self._block:
            self._file.write(held)
            self._blocks[part].append(self._written)
            self._written += 1
            held.clear()

    def parts(self) -> Iterator[Iterator[bytes]]:
        """Give the records of each range of buckets; all of a key's are in one range."""
        for part in range(self._parts):
            yield self._records(part)

    def _records(self, part: int) -> Iterator[bytes]:
        for block in self._blocks[part]:
            self._file.seek(block * self._block)
            yield from self._split(self._file.read(self._block))
        yield from self._split(bytes(self._open[part]))

    def _split(self, block: bytes) -> Iterator[bytes]:
        size = self._record_bytes
        return (block[at : at + size] for at in range(0, len(block), size))
