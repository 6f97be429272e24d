"""What other slices may ask about providers, and the version that every change of a party takes."""

from izin.provider.store import changed as changed
from izin.provider.store import head as head
from izin.provider.store import is_there as is_there
from izin.provider.store import next_version as next_version
from izin.provider.store import titles as titles
from izin.provider.store import version_of_parties as version_of_parties
from izin.provider.store import working as working
