"""Lanes: calls that share a limit and a share of the house's capacity."""

from collections.abc import Mapping
from enum import Enum
from typing import Final


class Lane(Enum):
    """In which queue a call stands. Each operation stands in exactly one.

    TOKEN          the token call: hourly limit H084, but for who signs for a token
    SINGLE_STATUS  one address's status: hourly limit H086
    HISTORY        one address's history: hourly limit H089
    CONSENT        one movement
    REFUSAL        one movement that is a RET: it stands behind nothing but other RETs
    BATCH          many movements
    REFUSAL_BATCH  many movements, all RETs, for the same reason
    QUESTION       many addresses' status, and results of a batch
    CHANGES        the feed of movements
    INFO           brands, cities, towns, the description of this door
    HEALTH         the house's own probes: never limited
    """

    TOKEN = "token"  # noqa: S105  # the name of a lane
    SINGLE_STATUS = "single_status"
    HISTORY = "history"
    CONSENT = "consent"
    REFUSAL = "refusal"
    BATCH = "batch"
    REFUSAL_BATCH = "refusal_batch"
    QUESTION = "question"
    CHANGES = "changes"
    INFO = "info"
    HEALTH = "health"


LANE_OF_REFUSALS: Final[Mapping[Lane, Lane]] = {
    Lane.CONSENT: Lane.REFUSAL,
    Lane.BATCH: Lane.REFUSAL_BATCH,
}
"""Where a call of a lane stands instead if it carries nothing but RETs."""
