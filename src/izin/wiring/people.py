"""Who stands in the demonstration: invented companies, invented people, and what they decided.

Everything follows from a seed and fixed dates, so a start that was cut off is simply done again.
Phone numbers are of a range that belongs to nobody, e-mails of a domain that can never exist.
"""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import msgspec

from izin.brand.model import Brand
from izin.consent.model import ConsentKey, Proposal
from izin.core.address import Address, AddressKind
from izin.core.codes import BrandCode, IntermediaryCode, IysCode, PartnerCode, RetailerCode
from izin.core.terms import Channel, RecipientType, Source, Status
from izin.intermediary.model import Intermediary, IntermediaryState
from izin.member.model import Person
from izin.partner.model import Partner, PartnerKind, PartnerState
from izin.provider.model import Provider, ProviderKind, Subscription
from izin.retailer.model import Retailer, RetailerStatus
from izin.subscription.model import Package

PEOPLE = 900
_SEED = 6563
_UNDATED_MERCHANTS = 0.5
_BY_DEALERS = 0.1
_FIRST_DAY, _LAST_DAY = datetime(2023, 1, 2, 6, tzinfo=UTC), datetime(2025, 6, 30, 6, tzinfo=UTC)
_ACTIVATED = datetime(2025, 7, 1, tzinfo=UTC)
_SOURCES = (Source.HS_WEB, Source.HS_MOBIL, Source.HS_FIZIKSEL_ORTAM, Source.HS_CAGRI_MERKEZI)
_CITIZENS = {
    Channel.MESAJ: Source.IYS_KISAMESAJ,
    Channel.ARAMA: Source.IYS_CM,
    Channel.EPOSTA: Source.IYS_EPOSTA,
}


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """A provider with what belongs to it. The first brand is the master: it has the company's code.

    tin      its tax number, which nobody has
    short_names  what people write to 3338, one for each brand
    share    how many of the people it knows, by brand
    package  what it has subscribed to, and at which level
    """

    provider: Provider
    brands: tuple[Brand, ...]
    retailers: tuple[Retailer, ...]
    username: str
    tin: str
    short_names: tuple[str, ...]
    share: tuple[float, ...]
    package: tuple[Package, int]


FIXED_LINE = Address("+902120000001", AddressKind.PHONE)
"""Nobody's: no subscriber's number begins with 0, which leads out of town."""


class Movements(msgspec.Struct, frozen=True):
    """What happened, in this order: companies loaded, companies changed, citizens changed."""

    loaded: list[Proposal]
    changed: list[Proposal]
    by_citizens: list[Proposal]


def _company(
    code: int,
    names: tuple[str, str, str],
    username: str,
    numbers: tuple[str, tuple[str, str]],
    share: tuple[float, float],
    package: tuple[Package, int],
) -> Company:
    title, *names_of_brands = names
    tin, short_names = numbers
    iys_code = IysCode(code)
    codes = BrandCode(code), BrandCode(code + 1)
    statuses = (RetailerStatus.ACTIVE, RetailerStatus.ACTIVE, RetailerStatus.PASSIVE)
    return Company(
        provider=Provider(
            iys_code=iys_code, title=title, kind=ProviderKind.TACIR, mersis=f"0{tin}00014"
        ),
        brands=tuple(
            Brand(brand_code=brand, iys_code=iys_code, name=name, is_master=brand == code)
            for brand, name in zip(codes, names_of_brands, strict=True)
        ),
        retailers=tuple(
            Retailer(
                retailer_code=RetailerCode(code * 100 + number),
                brand_code=codes[number % 2],
                title=f"{names_of_brands[number % 2]} Bayi {number}",
                status=status,
            )
            for number, status in enumerate(statuses, 1)
        ),
        username=username,
        tin=tin,
        short_names=short_names,
        share=share,
        package=package,
    )


_FAR_OFF = date(2099, 12, 31)

COMPANIES = (
    _company(
        731001,
        ("Örnek Mağazacılık A.Ş.", "Örnek Mağaza", "Örnek Outlet"),
        "api@ornek-magaza.example",
        ("0007310018", ("ORNEK", "OUTLET")),
        (0.9, 0.6),
        (Package.ILETI_PLUS, 2),
    ),
    _company(
        741001,
        ("Deneme Gıda Ltd. Şti.", "Deneme Market", "Deneme Sofra"),
        "api@deneme-gida.example",
        ("0007410013", ("DENEME", "SOFRA")),
        (0.5, 0.3),
        (Package.ILETI_25, 1),
    ),
    _company(
        751001,
        ("Kurgu Turizm A.Ş.", "Kurgu Tatil", "Kurgu Bilet"),
        "api@kurgu-turizm.example",
        ("0007510012", ("TATIL", "BILET")),
        (0.2, 0.1),
        (Package.ILETI_PLUS, 1),
    ),
)
"""As they are while their consents are loaded."""

PARTNER = Partner(
    partner_code=PartnerCode(30000001),
    title="Hayali İleti Hizmetleri A.Ş.",
    kind=PartnerKind.BULK_SMS_EMAIL,
    state=PartnerState.LIVE,
    iso22301_until=_FAR_OFF,
    iso27001_until=_FAR_OFF,
    authorisation="2026/1",
    contracted_on=date(2026, 1, 5),
    fee_paid_on=date(2026, 1, 5),
)
"""It acts for the first brand of the first company, and of the second."""
PARTNER_USER = "api@hayali-ileti.example"

CARRIER = Intermediary(
    intermediary_code=IntermediaryCode(10000001),
    title="Hayali Telekom A.Ş.",
    state=IntermediaryState.ACTIVE,
)
CARRIER_USER = "api@hayali-telekom.example"

APPLICATION = {
    "kind": ProviderKind.TACIR.value,
    "title": "Düşsel Kırtasiye A.Ş.",
    "brandName": "Düşsel Kırtasiye",
    "mersis": "0000761001700014",
    "tin": "0007610017",
    "mobile": "+905990761001",
    "email": "iletisim@dussel-kirtasiye.example",
    "signatories": [
        {
            "name": "İmza Örnek",
            "tckn": "10000000146",
            "mobile": "+905990761002",
            "email": "imza@dussel-kirtasiye.example",
        }
    ],
}
"""Of a company that waits to be taken on, by somebody who was never born."""

OWNER = Person("Sahip Örnek", Address("sahip@ornek-magaza.example", AddressKind.EMAIL))
STAFF = Person("Nöbetçi Örnek", Address("nobetci@izin-deneme.example", AddressKind.EMAIL))
AGENT = Person("Görevli Örnek", Address("gorevli@izin-deneme.example", AddressKind.EMAIL))
"""Who signs in for the first company, for the registry itself, and at its call centre."""

FIRST = COMPANIES[0]
"""The company past its activation date; its user is the one that the demonstration hands out."""


def settled(company: Company) -> Provider:
    """The company once its consents are loaded.

    The first has passed its activation date, the second has not and is on a package that has the
    API through a partner only, the third has paused its plan.
    """
    first, second, _ = COMPANIES
    if company is second:
        return company.provider
    subscription = Subscription.ACTIVE if company is first else Subscription.PAUSED
    return msgspec.structs.replace(
        company.provider, activated_at=_ACTIVATED, subscription=subscription
    )


def movements() -> Movements:
    """Everything that happened, the same at every call: some five thousand movements."""
    rng = random.Random(_SEED)  # noqa: S311 # invented people need no secrecy
    loaded = [each for company in COMPANIES for each in _loaded(company, rng)]
    # a rule of the registry: who refuses must have been loaded as consenting
    changing = [each for each in loaded if each.consented_at is not None]
    changed = [_changed(each, rng) for each in rng.sample(changing, len(changing) // 20)]
    refusing = rng.sample(loaded, len(loaded) // 12)
    refused = [_by_citizen(each, Status.RET) for each in refusing]
    regretted = [_by_citizen(each, Status.ONAY) for each in rng.sample(refusing, 40)]
    called = [_called(brand) for brand in COMPANIES[0].brands]
    return Movements(loaded + called, changed, refused + regretted)


def examples() -> tuple[Address, Address, Address]:
    """Three people to ask the first company's master brand about, by message.

    One consents, one has refused by herself, one is not known.
    """
    happened = movements()
    moved = {
        each.key: each for each in (*happened.loaded, *happened.changed, *happened.by_citizens)
    }
    asked = {
        key: last
        for key, last in moved.items()
        if key.brand_code == FIRST.brands[0].brand_code
        and key.channel is Channel.MESAJ
        and key.recipient_type is RecipientType.BIREYSEL
    }
    consents = (key for key, last in asked.items() if last.status is Status.ONAY)
    refused = (key for key, last in asked.items() if last.source is _CITIZENS[Channel.MESAJ])
    return next(consents).address, next(refused).address, address_of(PEOPLE, Channel.MESAJ)


def _loaded(company: Company, rng: random.Random) -> Iterator[Proposal]:
    for person in range(PEOPLE):
        kind = RecipientType.TACIR if person % 8 == 0 else RecipientType.BIREYSEL
        for brand, share in zip(company.brands, company.share, strict=True):
            if rng.random() > share:
                continue
            dealers = [
                r.retailer_code for r in company.retailers if r.brand_code is brand.brand_code
            ]
            for channel in rng.sample(list(Channel), rng.choice((1, 2, 3))):
                key = ConsentKey(
                    company.provider.iys_code,
                    brand.brand_code,
                    channel,
                    kind,
                    address_of(person, channel),
                )
                yield _taken(key, rng, dealers)


def _taken(key: ConsentKey, rng: random.Random, dealers: list[RetailerCode]) -> Proposal:
    is_undated = key.recipient_type is RecipientType.TACIR and rng.random() < _UNDATED_MERCHANTS
    dealer = rng.choice(dealers) if dealers and rng.random() < _BY_DEALERS else None
    return Proposal(
        key=key,
        status=Status.ONAY,
        source=None if is_undated else rng.choice(_SOURCES),
        consented_at=None if is_undated else _some_day(rng, _FIRST_DAY),
        retailer_code=dealer,
        retailer_access=None if dealer is None else (dealer,),
    )


def _changed(taken: Proposal, rng: random.Random) -> Proposal:
    assert taken.consented_at is not None, "only dated consents are changed here"
    return Proposal(
        key=taken.key,
        status=Status.RET,
        source=Source.HS_CAGRI_MERKEZI,
        consented_at=_some_day(rng, taken.consented_at + timedelta(hours=1)),
    )


def _called(brand: Brand) -> Proposal:
    """A consent to calls of the one fixed line, which refuses at the voice menu."""
    key = ConsentKey(
        brand.iys_code, brand.brand_code, Channel.ARAMA, RecipientType.BIREYSEL, FIXED_LINE
    )
    return Proposal(
        key=key, status=Status.ONAY, source=Source.HS_CAGRI_MERKEZI, consented_at=_FIRST_DAY
    )


def _by_citizen(taken: Proposal, status: Status) -> Proposal:
    source = _CITIZENS[taken.key.channel] if status is Status.RET else Source.IYS_WEB
    return Proposal(key=taken.key, status=status, source=source, consented_at=None)


def _some_day(rng: random.Random, after: datetime) -> datetime:
    seconds = max(1, int((_LAST_DAY - after).total_seconds()))
    return after + timedelta(seconds=rng.randrange(seconds))


def address_of(person: int, channel: Channel) -> Address:
    """Where a channel reaches an invented person."""
    if channel is Channel.EPOSTA:
        return Address(f"kisi{person:04}@posta.example", AddressKind.EMAIL)
    return Address(f"+90599{person:07}", AddressKind.PHONE)
