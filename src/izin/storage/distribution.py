"""Where each table lies when one machine is not enough: Citus spreads the large ones."""

from collections.abc import Sequence

FEW = 16
"""Up to how many buckets are named to the engine. More lie on most of the shards anyway."""


def few(buckets: Sequence[int]) -> list[int] | None:
    """Name the buckets where they are few, so that only their shards are asked; None asks all.

    Takes   buckets: those of the rows sought; none if nobody knows them
    """
    return list(buckets) if 0 < len(buckets) <= FEW else None
