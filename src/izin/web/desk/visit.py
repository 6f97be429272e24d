"""One call of the browser of one of the registry's own people."""

from uuid import UUID

from izin.audit.model import Principal, PrincipalKind
from izin.member.session import Acting
from izin.web.shared.visit import Visit as AnyVisit


class Visit(AnyVisit, frozen=True, kw_only=True):
    """Who comes to the desk, for what, with what. It prints nothing.

    who, tag  whoever has signed in, and his session
    """

    who: Acting | None = None
    tag: UUID | None = None

    @property
    def is_known(self) -> bool:
        """Has he signed in?"""
        return self.who is not None

    @property
    def by(self) -> Principal:
        """Whoever has signed in, as the trail names him."""
        assert self.who is not None, "the table asks for somebody"
        return Principal(PrincipalKind.MEMBER, str(self.who.member_id))
