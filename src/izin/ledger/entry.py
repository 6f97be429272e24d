"""What other slices may ask of the numbers."""

from izin.ledger.store import brand_entries as brand_entries
from izin.ledger.store import counted as counted
from izin.ledger.store import entries as entries
from izin.ledger.store import first_of_hour as first_of_hour
from izin.ledger.store import head as head
from izin.ledger.store import newest_waiting as newest_waiting
from izin.ledger.store import projected as projected
from izin.ledger.store import waiting as waiting
