"""What other slices may ask about members."""

from izin.member.alone import alone as alone
from izin.member.store import member_by_email as member_by_email
from izin.member.store import of_party as of_party
from izin.member.store import one as one
