"""What other slices may ask about numbers."""

from izin.ledger.store import backlog as backlog
from izin.ledger.store import head as head
from izin.ledger.store import is_numbered as is_numbered
from izin.ledger.store import reach as reach
