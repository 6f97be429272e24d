"""How often one client may call: settings, and the two profiles.

The contract counts "any call, 10 a second" in one pot. Here the token call, single movements,
batches, single RETs and batches of RETs each have a pot of their own, and everything else shares
one: a client that floods the registry, be it with consents, must still be able to sign in and send
a RET (data page 4). An hourly limit counts the calls of its own lane alone.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from izin.admission.lanes import LANE_OF_REFUSALS, Lane

PER_SECOND_CODE: Final = "H124"

OWN_POT: Final = frozenset((Lane.TOKEN, Lane.CONSENT, Lane.BATCH, *LANE_OF_REFUSALS.values()))
"""Lanes whose calls of one second are counted apart from all others."""


class HourlyLimit(msgspec.Struct, frozen=True, kw_only=True):
    """Calls of one client in one lane in one hour.

    does_restart  a further attempt while blocked begins the hour anew
    """

    code: str
    call_count_max: int
    does_restart: bool = False


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one client may do.

    per_second      calls a second and pot of one network address, in each web process; None: not
                    limited
    of_account      the same of one API account or member
    of_company      the same of one company, whoever calls for it
    hourly          by lane; a lane that is absent is not limited and costs no query
    client_count_max  clients whose last second one process remembers; the least recent goes first
    """

    per_second: float | None
    hourly: Mapping[Lane, HourlyLimit]
    of_account: float | None = None
    of_company: float | None = None
    client_count_max: int = 50_000


def documented() -> Limits:
    """Profile ``iys``: the published limits, and ours of who calls from many addresses.

    Source  contract, table of limits; security T40
    """
    return Limits(
        per_second=10,
        of_account=50,
        of_company=100,
        hourly={
            Lane.TOKEN: HourlyLimit(code="H084", call_count_max=100, does_restart=True),
            Lane.SINGLE_STATUS: HourlyLimit(code="H086", call_count_max=1000),
            Lane.HISTORY: HourlyLimit(code="H089", call_count_max=100),
        },
    )


def demonstration() -> Limits:
    """Profile ``demo``: none, so that load can be tried; the house's capacity still bounds it."""
    return Limits(per_second=None, hourly={})
