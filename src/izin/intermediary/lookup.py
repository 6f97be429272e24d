"""What other slices may ask about carriers."""

from izin.intermediary.store import changed as changed
