"""What other slices may ask about forms."""

from izin.via.store import approved as approved
from izin.via.store import in_state as in_state
from izin.via.store import newest_for as newest_for
from izin.via.store import of_company as of_company
from izin.via.store import one as one
