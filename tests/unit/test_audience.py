"""For which company an account may ask a token."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from izin.access.audience import may_ask_for
from izin.access.facts import BrandFacts
from izin.core.codes import BrandCode, IntermediaryCode, IysCode, PartnerCode
from izin.member.model import Belongs
from izin.partner.model import Mandate, Scope

NOW = datetime(2026, 6, 1, tzinfo=UTC)
COMPANY, PARTNER, BRAND = IysCode(731001), PartnerCode(30000001), BrandCode(731002)


class Parties:
    """One company with one brand, and a mandate of one partner about it."""

    def __init__(self, mandate: Mandate) -> None:
        self._mandate = mandate

    def provider(self, iys_code):
        return iys_code if iys_code == COMPANY else None

    def brands_of(self, iys_code):
        brand = BrandFacts(
            brand_code=BRAND,
            iys_code=COMPANY,
            name="Marka",
            is_master=True,
            is_active=True,
            brand_ref=uuid4(),
        )
        return (brand,) if iys_code == COMPANY else ()

    def mandates(self, partner_code, brand_code):
        return (self._mandate,) if (partner_code, brand_code) == (PARTNER, BRAND) else ()


def a_mandate(**facts) -> Mandate:
    given = {
        "mandate_id": uuid4(),
        "iys_code": COMPANY,
        "brand_code": BRAND,
        "partner_code": PARTNER,
        "scope": Scope.MESAJ,
        "can_write": False,
        "valid_from": NOW - timedelta(days=1),
    }
    return Mandate(**given | facts)


@pytest.mark.parametrize(
    ("of", "facts", "may"),
    [
        (Belongs(partner_code=PARTNER), {}, True),
        (Belongs(partner_code=PARTNER), {"valid_from": NOW + timedelta(days=1)}, False),
        (Belongs(partner_code=PARTNER), {"valid_until": NOW}, False),
        (Belongs(partner_code=PartnerCode(30000009)), {}, False),
        (Belongs(iys_code=COMPANY), {}, True),
        (Belongs(iys_code=IysCode(841001)), {}, False),
        (Belongs(intermediary_code=IntermediaryCode(10000001)), {}, True),
    ],
)
def test_who_may_ask_for_a_companys_token(of, facts, may):
    parties = Parties(a_mandate(**facts))
    assert may_ask_for(parties, of, COMPANY, NOW) is may
    assert not may_ask_for(parties, of, IysCode(999), NOW)
