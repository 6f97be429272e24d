"""How the house says no: a refusal is a value with a code; the catalogue has its words."""

from collections.abc import Iterable

import msgspec


class Refused(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that the caller can change.

    code      official H code, or one of ours (``IZ…``); `izin.i18n` has its status and words
    location  path to the field, as the contract writes it: ("consentDate",), ("recipients", 3)
    value     the caller's own value, echoed; UNSET where the contract shows none
    index     row of a list, from 0; None outside a list
    facts     what the sentence names, as (name, text) pairs
    """

    code: str
    location: tuple[str | int, ...] = ()
    value: object = msgspec.UNSET
    index: int | None = None
    facts: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        """Leave the value out: it may be an address."""
        return f"Refused({self.code}, {self.location}, index={self.index})"


class RefusalError(Exception):
    """Ends a whole call: at least one refusal, all of one status."""

    def __init__(self, refused: Refused | Iterable[Refused], *, status: int | None = None) -> None:
        """Take one refusal or many; `status` where an operation's differs from the catalogue's."""
        self.refused = (refused,) if isinstance(refused, Refused) else tuple(refused)
        self.status = status
        super().__init__(", ".join(each.code for each in self.refused))


class ChallengedError(RefusalError):
    """Whoever calls has to show more: how, stand headers beside the refusal."""

    def __init__(self, refused: Refused, headers: tuple[tuple[str, str], ...]) -> None:
        """Take the refusal and the headers, their names in lower case."""
        super().__init__(refused)
        self.headers = headers


class UnavailableError(Exception):
    """Passing, and ours: a lock, a time-out, a full queue. Answered 503 with Retry-After."""

    def __init__(self, why: str, *, retry_after_s: int = 1) -> None:
        """Take `why` for the log, never for the answer."""
        self.retry_after_s = retry_after_s
        super().__init__(why)


class LockedError(UnavailableError):
    """A row is somebody else's for now: others may be free."""


class NotThisOneError(UnavailableError):
    """Whoever was asked takes others now, and this one later."""


class UndeliverableError(Exception):
    """A message that no try will get through: why, in the supplier's own word, without address."""


class StartRefusedError(Exception):
    """The registry will not start like this: what was found and what to do, in a sentence."""
