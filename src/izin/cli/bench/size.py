"""How much is measured."""

from collections.abc import Iterable, Iterator
from itertools import takewhile
from time import perf_counter

import msgspec


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """What the options say.

    rows        consents that are loaded, and asked about
    rows_large  consents of the large registry; 0 leaves it out
    runs        of each measurement
    seconds     of a run that is measured by time
    """

    rows: int = 1_000_000
    rows_large: int = 0
    runs: int = 3
    seconds: float = 3.0

    @property
    def calls(self) -> int:
        """Different single calls that are prepared."""
        return min(self.rows, 50_000)

    @property
    def batch_rows(self) -> int:
        """Rows of a run of batches: a run takes some seconds."""
        return max(1000, self.rows // 20)

    def for_a_run(self, calls: Iterable[bytes]) -> Iterator[bytes]:
        """Calls for as long as a run lasts, or as there are any."""
        ends = perf_counter() + self.seconds
        return takewhile(lambda _: perf_counter() < ends, calls)
