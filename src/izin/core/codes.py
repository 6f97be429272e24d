"""The numbers by which the registry knows its parties; each is its own type."""

from typing import NewType

IysCode = NewType("IysCode", int)
"""İYS numarası of a provider: 5 to 8 digits."""

BrandCode = NewType("BrandCode", int)
"""İYS numarası of a brand; the master brand's equals its provider's in the sandbox."""

RetailerCode = NewType("RetailerCode", int)
"""İYS numarası of a dealer: 8 digits."""

PartnerCode = NewType("PartnerCode", int)
"""İYS numarası of a partner, the contract's integratorCode: 8 digits."""

IntermediaryCode = NewType("IntermediaryCode", int)
"""Number of a carrier in this registry: 8 digits."""

TransactionId = NewType("TransactionId", str)
"""64 lower-case hex digits: the event's salted commitment."""


def company(iys_code: IysCode) -> str:
    """A company in the one word by which row-level security tells parties apart."""
    return f"company:{iys_code}"
