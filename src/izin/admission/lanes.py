"""Lanes: calls that share a limit and a share of the house's capacity."""

from enum import Enum


class Lane(Enum):
    """In which queue a call stands. Each operation stands in exactly one.

    TOKEN          the token call: hourly limit H084
    SINGLE_STATUS  one address's status: hourly limit H086
    HISTORY        one address's history: hourly limit H089
    CONSENT        one movement; nothing of another lane slows it, for it may be a RET
    BATCH          many movements, with a budget of their own for the same reason
    QUESTION       many addresses' status, and results of a batch
    CHANGES        the feed of movements
    INFO           brands, cities, towns, the description of this door
    HEALTH         the house's own probes: never limited
    """

    TOKEN = "token"  # noqa: S105  # the name of a lane
    SINGLE_STATUS = "single_status"
    HISTORY = "history"
    CONSENT = "consent"
    BATCH = "batch"
    QUESTION = "question"
    CHANGES = "changes"
    INFO = "info"
    HEALTH = "health"
