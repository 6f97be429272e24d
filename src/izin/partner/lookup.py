"""What other slices may ask about partners and mandates."""

from izin.partner.store import changed as changed
from izin.partner.store import is_there as is_there
from izin.partner.store import mandates_changed as mandates_changed
from izin.partner.store import of_brand as of_brand
from izin.partner.store import one as one
from izin.partner.store import title as title
