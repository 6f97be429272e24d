"""What other slices may ask about brands."""

from izin.brand.store import called as called
from izin.brand.store import changed as changed
from izin.brand.store import figures as figures
from izin.brand.store import move as move
from izin.brand.store import near as near
from izin.brand.store import of_provider as of_provider
from izin.brand.store import owner as owner
from izin.brand.store import short_names as short_names
from izin.brand.store import some as some
from izin.brand.store import tests_among as tests_among
