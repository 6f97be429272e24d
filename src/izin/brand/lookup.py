"""What other slices may ask about brands."""

from izin.brand.store import changed as changed
from izin.brand.store import figures as figures
