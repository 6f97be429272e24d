"""The citizens' side of the vault, apart: a process that serves providers only never has one."""

import msgspec

from izin.vault.pseudonym import CitizenPseudonyms
from izin.vault.retailer import RetailerView
from izin.vault.sealing import CitizenSealer, Sealer


class CitizenKeys(msgspec.Struct, frozen=True):
    """All that works with the citizens' keys; it shows none of them.

    accounts  seals what is kept of people themselves: addresses that are theirs, what they declared
    """

    pseudonyms: CitizenPseudonyms
    retailers: RetailerView
    sealer: CitizenSealer
    accounts: Sealer
