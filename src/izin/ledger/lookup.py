"""What other slices may ask about numbers."""

from izin.ledger.store import head as head
