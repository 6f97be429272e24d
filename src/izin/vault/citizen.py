"""The citizens' side of the vault, apart: a process that serves providers only never has one."""

import msgspec

from izin.vault.pseudonym import CitizenPseudonyms
from izin.vault.retailer import RetailerView
from izin.vault.sealing import CitizenSealer


class CitizenKeys(msgspec.Struct, frozen=True):
    """All that works with the citizens' keys; it shows none of them."""

    pseudonyms: CitizenPseudonyms
    retailers: RetailerView
    sealer: CitizenSealer
