"""Parties written through the real verbs: `await given.brand(…)` says only what matters."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from izin.access.accounts import Named, add_account
from izin.audit.model import Principal, PrincipalKind
from izin.brand.add import put as put_brand
from izin.brand.model import Brand
from izin.core.codes import BrandCode, IntermediaryCode, IysCode, PartnerCode, RetailerCode
from izin.intermediary.manage import enter as enter_carrier
from izin.intermediary.model import Intermediary, IntermediaryState
from izin.member.model import Belongs
from izin.member.passwords import Passwords
from izin.partner.manage import enter as enter_partner
from izin.partner.model import Partner, PartnerKind, PartnerState
from izin.provider.model import Provider
from izin.provider.register import register
from izin.retailer.add import add as add_retailer
from izin.retailer.model import Retailer
from izin.storage.database import Database
from izin.subscription.manage import Holder, Wanted, subscribe
from izin.subscription.model import Package, Subscribed

IYS_CODE, OTHER_IYS_CODE = IysCode(731001), IysCode(841001)
BRAND_CODE, OTHER_BRAND_CODE = BrandCode(731002), BrandCode(841002)
CARRIER_CODE = IntermediaryCode(10000001)
PARTNER_CODE = PartnerCode(30000001)
RETAILER_CODE = RetailerCode(66438915)
OPERATOR = Principal(PrincipalKind.OPERATOR, "tests")
USERNAME, PASSWORD = "api@firma.example", "Sessiz-Kavak-31"


class ApiUser(msgspec.Struct, frozen=True):
    """Who can sign in, with what."""

    user_id: UUID
    username: str
    password: str


class Given:
    """Writes parties; `database` acts under the operator's role."""

    def __init__(self, database: Database, passwords: Passwords) -> None:
        self.database = database
        self._passwords = passwords

    async def provider(self, iys_code: int = IYS_CODE, **facts: Any) -> Provider:
        given = {"title": f"Firma {iys_code} A.Ş."} | facts
        provider = Provider(iys_code=IysCode(iys_code), **given)
        await register(self.database, provider, by=OPERATOR)
        return provider

    async def brand(
        self, brand_code: int = BRAND_CODE, *, of: int = IYS_CODE, **facts: Any
    ) -> Brand:
        given = {"name": f"Marka {brand_code}"} | facts
        brand = Brand(brand_code=BrandCode(brand_code), iys_code=IysCode(of), **given)
        await put_brand(self.database, brand, by=OPERATOR)
        return brand

    async def retailer(
        self, retailer_code: int = RETAILER_CODE, *, of: int = BRAND_CODE, **facts: Any
    ) -> Retailer:
        given = {"title": f"Bayi {retailer_code}"} | facts
        code = RetailerCode(retailer_code)
        retailer = Retailer(retailer_code=code, brand_code=BrandCode(of), **given)
        await add_retailer(self.database, retailer, by=OPERATOR)
        return retailer

    async def partner(self, code: int = PARTNER_CODE, **facts: Any) -> Partner:
        """A partner that is live, and certified for a year."""
        until = datetime.now(UTC).date() + timedelta(days=365)
        given = {
            "title": f"Ortak {code} A.Ş.",
            "kind": PartnerKind.BULK_SMS_EMAIL,
            "state": PartnerState.LIVE,
            "iso22301_until": until,
            "iso27001_until": until,
        } | facts
        partner = Partner(partner_code=PartnerCode(code), **given)
        await enter_partner(self.database, partner, by=OPERATOR)
        return partner

    async def subscription(
        self, of: int = IYS_CODE, package: Package = Package.ILETI_PLUS, **facts: Any
    ) -> Subscribed:
        """What a company has subscribed to, for a year."""
        now = datetime.now(UTC)
        given = {
            "level": 2,
            "starts_at": now - timedelta(days=10),
            "ends_at": now + timedelta(days=355),
        } | facts
        wanted = Wanted(package=package, **given)
        holder = Holder(iys_code=IysCode(of))
        return await subscribe(self.database, wanted, of=holder, by=OPERATOR)

    async def licence(self, of: int = PARTNER_CODE) -> Subscribed:
        """What a partner has subscribed to, for a year."""
        now = datetime.now(UTC)
        wanted = Wanted(
            package=Package.PARTNER_API,
            level=0,
            starts_at=now - timedelta(days=10),
            ends_at=now + timedelta(days=355),
        )
        holder = Holder(partner_code=PartnerCode(of))
        return await subscribe(self.database, wanted, of=holder, by=OPERATOR)

    async def carrier(
        self, code: int = CARRIER_CODE, *, state: IntermediaryState = IntermediaryState.ACTIVE
    ) -> Intermediary:
        carrier = Intermediary(
            intermediary_code=IntermediaryCode(code), title=f"Aracı {code}", state=state
        )
        await enter_carrier(self.database, carrier, by=OPERATOR)
        return carrier

    async def api_user(
        self,
        username: str = USERNAME,
        *,
        of: int = IYS_CODE,
        partner: int | None = None,
        carrier: int | None = None,
        password: str = PASSWORD,
    ) -> ApiUser:
        drawn = await add_account(
            self.database,
            self._passwords,
            _whose(of, partner, carrier),
            now=datetime.now(UTC),
            by=OPERATOR,
            named=Named(username, password),
        )
        return ApiUser(drawn.client_id, username, password)


def _whose(company: int, partner: int | None, carrier: int | None) -> Belongs:
    if carrier is not None:
        return Belongs(intermediary_code=IntermediaryCode(carrier))
    if partner is None:
        return Belongs(iys_code=IysCode(company))
    return Belongs(partner_code=PartnerCode(partner))
