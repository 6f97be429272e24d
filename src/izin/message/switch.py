"""Suppliers that take over for one another: the first that works, and one that fails rests."""

from collections.abc import Callable, Sequence
from time import monotonic
from uuid import UUID

from izin.core.errors import NotThisOneError, UnavailableError, UndeliverableError
from izin.message.model import Rendered, Sent, Supplier

REST_S, REST_S_MAX = 1.0, 60.0
"""For how long a supplier is left alone that has failed; twice as long each time that follows."""


class Switch:
    """Sends by whichever supplier works, in the order in which they are named."""

    def __init__(
        self, suppliers: Sequence[Supplier], *, clock: Callable[[], float] = monotonic
    ) -> None:
        """Take suppliers, the preferred one first."""
        self._suppliers = suppliers
        self._clock = clock
        self._rests_until = [0.0] * len(suppliers)
        self._rest_s = [0.0] * len(suppliers)

    async def send(self, message_id: UUID, rendered: Rendered) -> Sent:
        """Hand a message to a supplier.

        Raises  UnavailableError: none of them takes it now · UndeliverableError: the one that was
                asked never will
        """
        for place, supplier in enumerate(self._suppliers):
            if self._rests_until[place] > self._clock():
                continue
            if self._rest_s[place]:  # it has failed: one looks whether it works, no crowd
                self._rests_until[place] = self._clock() + self._rest_s[place]
            try:
                ref = await supplier.send(message_id, rendered)
            except NotThisOneError:
                self._work(place)
                continue
            except UndeliverableError:
                self._work(place)
                raise
            except UnavailableError:
                self._rest(place)
                continue
            self._work(place)
            return Sent(supplier.name, ref)
        raise UnavailableError("no supplier takes messages now")

    def _work(self, place: int) -> None:
        self._rest_s[place] = self._rests_until[place] = 0.0

    def _rest(self, place: int) -> None:
        rest_s = min(max(2 * self._rest_s[place], REST_S), REST_S_MAX)
        self._rest_s[place] = rest_s
        self._rests_until[place] = self._clock() + rest_s
