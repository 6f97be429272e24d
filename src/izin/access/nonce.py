"""What a proof has to repeat, so that none is made in advance. Source: RFC 9449 8."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

SPAN = timedelta(minutes=5)
"""How long one is handed out; it works for as long again."""


class Nonces:
    """Nonces of the time, under a key that all processes have: none is stored."""

    def __init__(self, tag_of: Callable[[str], UUID]) -> None:
        """Take a keyed tag of a text."""
        self._tag_of = tag_of

    def current(self, now: datetime) -> str:
        """The one that is handed out."""
        return self._of(int(now.timestamp() // SPAN.total_seconds()))

    def stands(self, nonce: object, now: datetime) -> bool:
        """Is it this span's, or the one's before?"""
        span = int(now.timestamp() // SPAN.total_seconds())
        return nonce in (self._of(span), self._of(span - 1))

    def _of(self, span: int) -> str:
        return self._tag_of(f"\0nonce\0{span}").hex
