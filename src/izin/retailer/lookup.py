"""What other slices may ask about dealers."""

from izin.retailer.store import REPORT_ROWS as REPORT_ROWS
from izin.retailer.store import active as active
from izin.retailer.store import count_by_brand as count_by_brand
from izin.retailer.store import hold as hold
from izin.retailer.store import limits as limits
from izin.retailer.store import link as link
from izin.retailer.store import move_brand as move_brand
from izin.retailer.store import taken_by as taken_by
from izin.retailer.store import titles as titles
