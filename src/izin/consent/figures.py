"""How many approvals and refusals each brand has: kept by how much each movement changes them."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from izin.consent import store
from izin.consent.addresses import Changed, changed_by, loaded_by
from izin.consent.days import add_day
from izin.consent.event import EventBody
from izin.core.terms import Status
from izin.keyring import Keyring
from izin.report.model import Days
from izin.storage.database import Connection
from izin.subscription.model import Loaded

Figures = dict[tuple[UUID, str, str], list[int]]
"""Approvals and rejections by brand, channel and type of recipient."""


class Tally:
    """By how much the movements numbered in (from_idx, to_idx] move the figures."""

    def __init__(self, from_idx: int) -> None:
        """Begin with no movement."""
        self.from_idx = self.to_idx = from_idx
        self.figures: Figures = defaultdict(lambda: [0, 0])
        self.addresses: Changed = {}
        self.days: Days = {}
        self.loaded: defaultdict[UUID, list[Loaded]] = defaultdict(list)

    def add(self, to_idx: int, keyring: Keyring, bodies: Iterable[EventBody]) -> None:
        """Add the movements up to to_idx, those of them that open."""
        self.to_idx = to_idx
        bodies = list(bodies)
        changed_by(bodies, self.addresses)
        loaded_by(bodies, self.loaded)
        for body in bodies:
            key = body.key
            brand_ref = keyring.pseudonyms.brand_ref(key.brand_code)
            add_day(keyring, brand_ref, body, self.days)
            cell = self.figures[brand_ref, key.channel, key.recipient_type]
            cell[body.status is Status.RET] += 1
            if body.previous_status is not None:
                cell[body.previous_status is Status.RET] -= 1


async def write_figures(connection: Connection, moved: Figures) -> None:
    """Add to the figures, in key order."""
    keys = sorted(key for key, (approvals, rejections) in moved.items() if approvals or rejections)
    await store.move_figures(
        connection,
        [ref for ref, _, _ in keys],
        [channel for _, channel, _ in keys],
        [recipient_type for _, _, recipient_type in keys],
        [moved[key][0] for key in keys],
        [moved[key][1] for key in keys],
    )
