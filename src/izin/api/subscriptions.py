"""What a company and a partner have subscribed to: the contract's two calls, and one of ours.

Source  contract 1.14
"""

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.operation import Answer, Call, Operation, Summary, always
from izin.api.paging import whole_number
from izin.api.services import Services, company_of
from izin.api.wire import Wire
from izin.core.clock import IYS_TIME, wire_time
from izin.core.codes import IysCode, company
from izin.core.errors import RefusalError, Refused
from izin.provider.model import Provider, ProviderState, Subscription
from izin.subscription import lookup
from izin.subscription.count import AddressCount, address_count
from izin.subscription.manage import not_subscribed
from izin.subscription.model import Subscribed, ViaPlan, standing
from izin.subscription.tariff import share_used, tariff_of, warnings
from izin.viapass import lookup as viapass
from izin.viapass.model import Subscription as Verifications


async def of_company(call: Call[Services]) -> Answer:
    """Show what a company has subscribed to; its limit and use only to itself."""
    iys_code = company_of(call)
    each = _standing(call, iys_code)
    shown = _core(call, each)
    provider = call.services.directory.provider(iys_code)
    shown["status"] = _status(provider, each.status(call.services.clock()))
    async with call.services.database.acting_for(company(iys_code)) as connection:
        plan = await lookup.via_plan(connection, iys_code)
        verifications = await viapass.subscription(connection, iys_code)
    if plan is not None:
        shown["viaSubscriptionPackage"] = _via(call, plan)
    if verifications is not None:
        shown["viaPassSubscriptionPackage"] = _via_pass(call, verifications)
    if call.allowed.caller.partner_code is None:
        count = await _count(call, iys_code)
        shown |= {
            "consentLimit": each.address_limit,
            "consentLimitExceed": each.may_exceed,
            "usedConsentLimit": count.addresses,
        }
    # the document writes it in three ways, and clients read any of them
    id_ = shown["subscriptionId"]
    return Answer(200, {**shown, "subscipritionId": id_, "subsciprtionId": id_})


async def of_partner(call: Call[Services]) -> Answer:
    """Show what a partner has subscribed to."""
    own = call.allowed.caller.partner_code
    if own is None or whole_number(str(call.path["integratorCode"])) != own:
        raise RefusalError(Refused(code="H353", facts=(("field", "integratorIysCode"),)))
    each = standing(call.services.directory.subscribed_partner(own), call.services.clock())
    if each is None:
        raise not_subscribed(own)
    shown = _core(call, each)
    return Answer(200, {**shown, "iysCode": str(own), "subscipritionId": shown["subscriptionId"]})


async def own_subscription(call: Call[Services]) -> Answer:
    """Show the caller's package: what it opens, how full it is, what it was told."""
    iys_code = company_of(call)
    each = _standing(call, iys_code)
    count = await _count(call, iys_code)
    async with call.services.database.connection() as connection:
        years = await lookup.years_of(connection, iys_code)
    year = call.services.clock().astimezone(IYS_TIME).year
    return Answer(
        200,
        {
            **_core(call, each),
            "package": each.package,
            "level": each.level,
            "modules": sorted(tariff_of(year).modules(each.package, each.level)),
            "addressLimit": each.address_limit,
            "mayExceed": each.may_exceed,
            "phones": count.phones,
            "emails": count.emails,
            "addresses": count.addresses,
            "share": share_used(count.addresses, each.address_limit),
            "warnings": list(warnings(count.addresses, each.address_limit)),
            "years": [_year(one) for one in years],
        },
    )


def _standing(call: Call[Services], iys_code: IysCode) -> Subscribed:
    each = standing(call.services.directory.subscribed(iys_code), call.services.clock())
    if each is None:
        raise not_subscribed(iys_code)
    return each


def _status(provider: Provider | None, own: Subscription) -> Subscription:
    """A company that is suspended or closed shows it here too."""
    state = None if provider is None else provider.state
    if state is ProviderState.CLOSED:
        return Subscription.CLOSED
    if state is ProviderState.SUSPENDED and own is Subscription.ACTIVE:
        return Subscription.PAUSED
    return own


async def _count(call: Call[Services], iys_code: IysCode) -> AddressCount:
    services = call.services
    tag_codes = [
        each.tagged_for or each.iys_code for each in services.directory.brands_of(iys_code)
    ]
    async with services.database.connection() as connection:
        return await address_count(connection, services.keyring.pseudonyms, iys_code, tag_codes)


def _via(call: Call[Services], plan: ViaPlan) -> Wire:
    """What a company has of İYS Yolu; how much is left only to itself."""
    shown: Wire = {
        "viaSubscriptionId": str(plan.plan_id),
        "viaSubscipritionId": str(plan.plan_id),
        "startDate": wire_time(plan.starts_at),
        "expirationDate": wire_time(plan.ends_at),
        "viaSubscriptionPackageName": plan.name,
        "status": plan.status(call.services.clock()),
    }
    if call.allowed.caller.partner_code is None:
        shown["viaCredit"] = plan.credit
    return shown


def _via_pass(call: Call[Services], bought: Verifications) -> Wire:
    """What a company has of ViA PASS; how much is left only to itself."""
    stands = bought.stands(call.services.clock())
    shown: Wire = {
        "viaPassSubscriptionId": str(bought.subscription_id),
        "startDate": wire_time(bought.starts_at),
        "expirationDate": wire_time(bought.ends_at),
        "viaPassSubscriptionPackageName": bought.package,
        "status": Subscription.ACTIVE if stands else Subscription.EXPIRED,
    }
    if call.allowed.caller.partner_code is None:
        shown["viaPassCredit"] = bought.left
    return shown


def _core(call: Call[Services], each: Subscribed) -> Wire:
    return {
        "subscriptionId": str(each.subscription_id),
        "startDate": wire_time(each.starts_at),
        "expirationDate": wire_time(each.ends_at),
        "subscriptionPackageName": each.name,
        "status": each.status(call.services.clock()),
    }


def _year(one: lookup.AddressYear) -> Wire:
    shown: Wire = {
        "year": one.year,
        "addresses": one.addresses_max,
        "reachedAt": wire_time(one.reached_at),
    }
    if one.told_at is not None:
        shown |= {"toldShare": one.share_told, "toldAt": wire_time(one.told_at)}
    return shown


_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_CORE = {
    "subscriptionId": {"type": "string", "format": "uuid"},
    "startDate": _TEXT,
    "expirationDate": _TEXT,
    "subscriptionPackageName": _TEXT,
    "status": {"type": "string", "enum": ["ACTIVE", "PAUSED", "EXPIRED", "CLOSED", "NONE"]},
}
SUBSCRIPTION = {
    "type": "object",
    "properties": {
        **_CORE,
        "subscipritionId": _TEXT,
        "subsciprtionId": _TEXT,
        "consentLimit": _COUNT,
        "consentLimitExceed": {"type": "boolean"},
        "usedConsentLimit": _COUNT,
        "viaSubscriptionPackage": {
            "type": "object",
            "properties": {
                **dict.fromkeys(("viaSubscriptionId", "viaSubscipritionId"), _TEXT),
                **dict.fromkeys(("startDate", "expirationDate", "status"), _TEXT),
                "viaSubscriptionPackageName": _TEXT,
                "viaCredit": {"type": "integer", "minimum": -1},
            },
            "required": ["viaSubscriptionId", "viaSubscriptionPackageName", "status"],
        },
        "viaPassSubscriptionPackage": {
            "type": "object",
            "properties": {
                **dict.fromkeys(("viaPassSubscriptionId", "startDate", "expirationDate"), _TEXT),
                **dict.fromkeys(("viaPassSubscriptionPackageName", "status"), _TEXT),
                "viaPassCredit": {"type": "integer", "minimum": -1},
            },
            "required": ["viaPassSubscriptionId", "viaPassSubscriptionPackageName", "status"],
        },
    },
    "required": [*_CORE, "subscipritionId", "subsciprtionId"],
}
LICENCE = {
    "type": "object",
    "properties": {**_CORE, "subscipritionId": _TEXT, "iysCode": _TEXT},
    "required": [*_CORE, "subscipritionId", "iysCode"],
}
OWN = {
    "type": "object",
    "properties": {
        **_CORE,
        "package": _TEXT,
        "level": _COUNT,
        "modules": {"type": "array", "items": _TEXT},
        "addressLimit": _COUNT,
        "mayExceed": {"type": "boolean"},
        **dict.fromkeys(("phones", "emails", "addresses", "share"), _COUNT),
        "warnings": {"type": "array", "items": _COUNT},
        "years": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "year": _COUNT,
                    "addresses": _COUNT,
                    "reachedAt": _TEXT,
                    "toldShare": _COUNT,
                    "toldAt": _TEXT,
                },
                "required": ["year", "addresses", "reachedAt"],
            },
        },
    },
    "required": [*_CORE, "package", "level", "modules", "addressLimit", "mayExceed", "phones"],
}

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="get-subscription",
        method="GET",
        path="/sps/{iysCode}/subscription",
        right=Right.PLAN,
        lane=Lane.INFO,
        handler=of_company,
        summary=Summary("Şirketin aboneliğini gösterir.", "Shows a company's subscription."),
        answers={200: SUBSCRIPTION},
        errors=("H001", "H353", "H437", "H586"),
    ),
    Operation(
        id="getIntegratorSubscription",
        method="GET",
        path="/integrator/{integratorCode}/subscription",
        right=Right.LICENCE,
        lane=Lane.INFO,
        handler=of_partner,
        summary=Summary("İş ortağının aboneliğini gösterir.", "Shows a partner's subscription."),
        answers={200: LICENCE},
        errors=("H353", "H437", "H522"),
    ),
    Operation(
        id="xSubscription",
        method="GET",
        path="/x/subscription",
        right=Right.OWN,
        lane=Lane.INFO,
        handler=own_subscription,
        summary=Summary(
            "Çağıranın paketini, açtığı modülleri ve doluluğunu gösterir.",
            "Shows the caller's package, what it opens and how full it is.",
        ),
        answers={200: OWN},
        errors=("H437",),
        passes_held=always,  # whoever may do nothing else may see why
    ),
)
