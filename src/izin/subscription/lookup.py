"""What other slices may ask about subscriptions."""

from izin.subscription.store import AddressYear as AddressYear
from izin.subscription.store import changed as changed
from izin.subscription.store import jobs as jobs
from izin.subscription.store import of_party as of_party
from izin.subscription.store import seen_in as seen_in
from izin.subscription.store import told_in as told_in
from izin.subscription.store import via_plan as via_plan
from izin.subscription.store import years_of as years_of
