"""What a rebuild found: in the ledger, which is never changed, and in what is made from it."""

from enum import StrEnum

import msgspec

NAMED_MAX = 20
"""Of each fault of the ledger so many are named; all are counted."""


class Fault(StrEnum):
    """What can be wrong in the ledger; each is a count of the report."""

    GAPS = "gaps"
    LOST = "lost"
    UNREADABLE = "unreadable"
    ALTERED = "altered"
    UNLINKED = "unlinked"
    UNNUMBERED = "unnumbered"


class Report(msgspec.Struct, kw_only=True):
    """What a rebuild found, and what it put right.

    movements   numbered and projected: both views should have them
    keys        records that these make up
    gaps        numbers without an entry
    lost        entries whose event is not there
    unreadable  events whose body is gone or does not open
    altered     events whose receipt number, columns or entry disagree with their body
    unlinked    events that do not follow the one numbered before them in their record
    unnumbered  events that have no number and wait for none
    named       which: numbers of gaps, ids of events; at most NAMED_MAX of each
    unprojected movements that the projector has set aside, and that are so still
    unjudged    records whose own movements are not sound: left as they stand
    …_surplus   rows that no movement accounts for, less those that are missing; told, never
                deleted. A record that is not judged is taken to have its rows
    moved       rows that changed while this went on; left to those who changed them
    addresses…  of companies, as their packages are measured by
    written     rows, lists of dealers, addresses and figures put right
    """

    movements: int = 0
    keys: int = 0
    gaps: int = 0
    lost: int = 0
    unreadable: int = 0
    altered: int = 0
    unlinked: int = 0
    unnumbered: int = 0
    provider_missing: int = 0
    provider_differing: int = 0
    provider_surplus: int = 0
    citizen_missing: int = 0
    citizen_differing: int = 0
    citizen_surplus: int = 0
    retailers_differing: int = 0
    retailers_surplus: int = 0
    figures_differing: int = 0
    days_differing: int = 0
    addresses_differing: int = 0
    addresses_surplus: int = 0
    address_figures_differing: int = 0
    unprojected: int = 0
    unjudged: int = 0
    moved: int = 0
    written: int = 0
    named: dict[str, list[str]] = {}

    @property
    def differences(self) -> int:
        """How much is not as it should be."""
        return sum(
            value
            for name, value in msgspec.structs.asdict(self).items()
            if name in set(Fault) or name.endswith(("_missing", "_differing", "_surplus"))
        )

    @property
    def has_holes(self) -> bool:
        """Are there numbers of which nobody knows what moved?"""
        return bool(self.gaps or self.lost)

    def tell(self, fault: Fault, which: object) -> None:
        """Count a fault of the ledger, and name it if not too many are named."""
        setattr(self, fault, getattr(self, fault) + 1)
        names = self.named.setdefault(fault, [])
        if len(names) < NAMED_MAX:
            names.append(str(which))
