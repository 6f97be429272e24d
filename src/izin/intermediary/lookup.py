"""What other slices may ask about carriers."""

from izin.intermediary.store import changed as changed
from izin.intermediary.store import is_there as is_there
from izin.intermediary.store import title as title
