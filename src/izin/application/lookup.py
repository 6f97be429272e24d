"""What other slices may ask about applications."""

from izin.application.store import Agreement as Agreement
from izin.application.store import acceptances as acceptances
from izin.application.store import agreements as agreements
from izin.application.store import of_company as of_company
from izin.application.store import page as page
from izin.application.store import seen as seen
