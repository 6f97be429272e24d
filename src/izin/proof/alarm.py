"""Tells whoever watches the registry's log that codes are asked for as by a pump of numbers.

At most once a minute for each kind, however many are refused. Source: security T12
"""

import logging
from time import monotonic

from izin.proof.model import BLOCK, COMPANIES_BLOCK, PAID

SILENT_S = 60
_OF_PUMPS = frozenset({each.kind for each in (*BLOCK, *COMPANIES_BLOCK)} | PAID)

_log = logging.getLogger("izin.proof")
_rang_at: dict[str, float] = {}


def ring(kinds: list[str]) -> None:
    """Say which budgets are empty, of those that a pump empties and nobody else does."""
    now = monotonic()
    for kind in sorted(_OF_PUMPS.intersection(kinds)):
        if now - _rang_at.get(kind, -SILENT_S) >= SILENT_S:
            _rang_at[kind] = now
            _log.error("codes are asked for past a budget", extra={"reason": kind})
