"""May this client call now?"""

import math
from collections.abc import Callable, Hashable
from typing import NamedTuple
from uuid import UUID

from izin.admission import store
from izin.admission.buckets import Buckets
from izin.admission.lanes import Lane
from izin.admission.limits import OWN_POT, PER_SECOND_CODE, Limits
from izin.admission.store import forget_past_hours as forget_past_hours
from izin.core.errors import RefusalError, Refused
from izin.storage.database import Database


class TooManyError(RefusalError):
    """A client called more often than it may; after `retry_after_s` it may again.

    is_flood  it was refused more often than it may call, too: it does not heed what it is told
    """

    def __init__(
        self, code: str, *, retry_after_s: int, is_flood: bool = False, whose: str = ""
    ) -> None:
        """Take the code of the limit that was reached, and whose limit it is, as a phrase."""
        self.retry_after_s = retry_after_s
        self.is_flood = is_flood
        self.whose = whose
        super().__init__(Refused(code=code, facts=(("expected", whose),) if whose else ()))


class Known(NamedTuple):
    """Whose calls are counted beside those of a network address.

    company  for which company a call is made; None of a call about none
    """

    account: Hashable | None
    company: Hashable | None


NOBODY = Known(None, None)


class Limiter:
    """The limits of a process, seconds in memory and hours in rows."""

    def __init__(
        self,
        limits: Limits,
        *,
        database: Database | None = None,
        reserved: Database | None = None,
        client_tag: Callable[[str], UUID] | None = None,
    ) -> None:
        """Take database and tag for hourly limits: a row never holds a network address.

        Takes   reserved: where sign-ins are counted, while others hold every other connection
        """
        assert not limits.hourly or (database and client_tag), "hourly limits are rows, by tag"
        self._limits = limits
        self._database = database
        self._reserved = reserved or database
        self._client_tag = client_tag
        rates = (limits.per_second, limits.of_account, limits.of_company)
        self._buckets = [_buckets(rate, limits.client_count_max) for rate in rates]
        self._refusals = [_buckets(rate, limits.client_count_max) for rate in rates]

    async def admit(self, lane: Lane, client: str, known: Known = NOBODY) -> None:
        """Count one call from a network address in `lane`.

        Takes   known: whose token it is, where there is one
        Raises  TooManyError (H124, H084, H086, H089) · UnavailableError
        Cost    no round trip without an hourly limit on the lane, else one
        """
        self.admit_now(lane, client, known)
        await self.admit_in_hour(lane, client)

    def admit_now(self, lane: Lane, client: str, known: Known = NOBODY) -> None:
        """Count it among those of this second alone. Raises TooManyError (H124)."""
        if lane is Lane.HEALTH:
            return
        pot = lane if lane in OWN_POT else None
        for buckets, refusals, who in zip(
            self._buckets, self._refusals, (client, *known), strict=True
        ):
            if buckets is None or refusals is None or who is None:
                continue
            wait_s = buckets.take((who, pot))
            if wait_s:
                is_flood = refusals.take((who, pot)) > 0
                again_s = math.ceil(wait_s)
                raise TooManyError(PER_SECOND_CODE, retry_after_s=again_s, is_flood=is_flood)

    async def admit_in_hour(self, lane: Lane, client: str) -> None:
        """Count it among those of this hour alone.

        Raises  TooManyError (H084, H086, H089) · UnavailableError
        """
        if lane not in self._limits.hourly:
            return
        database = self._reserved if lane is Lane.TOKEN else self._database
        assert database, "checked at the start"
        assert self._client_tag, "checked at the start"
        limit = self._limits.hourly[lane]
        async with database.connection() as connection:
            use = await store.count_call(
                connection,
                lane.value,
                self._client_tag(client),
                call_count_max=limit.call_count_max,
                does_restart=limit.does_restart,
            )
        if use.used > limit.call_count_max:
            raise TooManyError(limit.code, retry_after_s=use.retry_after_s)


def _buckets(rate: float | None, key_count_max: int) -> Buckets | None:
    return None if rate is None else Buckets(rate, key_count_max=key_count_max)
