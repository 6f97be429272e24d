"""How each code of each operation is provoked over HTTP, or why it cannot be.

A way is a list of requests: the last is refused, those before it are not. Codes that need another
state of the house than any caller can bring about are in ELSEWHERE, with their own cases.
"""

import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
from builders.dealers import a_mersis, a_tckn
from builders.house import a_row, ago
from builders.parties import PARTNER_CODE, PASSWORD
from builders.registry import (
    BRAND_CODES,
    IYS_CODES,
    NOBODY,
    PARTNER,
    RECORDED,
    RETAILER,
    THEIR_RETAILER,
    UNLICENSED,
    UNLICENSED_CODE,
    Attempt,
    Registry,
    brand_path,
    username,
)

from izin.access.model import SCOPED, Right
from izin.api.operation import BodyKind, Operation, always
from izin.api.router import part_names
from izin.core.clock import wire_time
from izin.wiring.web import OPERATIONS

from . import collection, frame
from .official import COLLECTION, FRAME
from .official import OPERATIONS as OFFICIAL

Way = Callable[[Registry], list[Attempt] | Awaitable[list[Attempt]]]
TABLE: dict[str, Operation[Any]] = {row.id: row for row in OPERATIONS if row.id in OFFICIAL}

SINGLES = ("addConsent", "addConsentV2")
BATCHES = ("addBatchConsent", "addBatchConsentV2")
RESULTS = ("searchRequestDetails", "searchRequestDetailsV2")
LISTS, ENTRIES = ("getCities", "getTowns"), ("cityDetails", "townDetails")


ADD, OVERRIDE = "addRetailers", "overrideRetailers"
REMOVE, REMOVE_ALL = "removeRelationBetweenRetailer", "removeRelationsBetweenRetailersAndConsents"
ACCESS = (ADD, OVERRIDE, REMOVE, REMOVE_ALL)
DEALERS_OF_ONE = "searchRetailersOfOneConsent"
HASH_LINKS = "via-hash-links"
PLAN, LICENCE = "get-subscription", "getIntegratorSubscription"


# a request that is answered well ----------------------------------------------------------


def good(name: str, registry: Registry, who: str = "ours") -> Attempt:
    """A request that the operation answers with success."""
    operation = TABLE[name]
    if name in COLLECTION:
        return collection.good(operation, registry, who)
    if name in FRAME:
        return frame.good(operation, registry)
    parts = {
        "iysCode": IYS_CODES[who],
        "brandCode": BRAND_CODES[who],
        "requestId": uuid4(),
        "recipientType": "BIREYSEL",
        "type": "MESAJ",
        "code": 34,
        "integratorCode": PARTNER_CODE,
        "retailerCode": registry.dealer(who) if name == "deleteRetailer" else RETAILER,
    }
    return Attempt(
        method=operation.method,
        path=operation.path.format(**parts),
        body=_body(name, registry, who),
        who=_caller(operation.right, who),
    )


def _caller(right: Right, who: str) -> str:
    own = {Right.NONE: NOBODY, Right.PARTNER: PARTNER, Right.LICENCE: PARTNER}
    return own.get(right, who)


def _body(name: str, registry: Registry, who: str) -> Any:
    make = _BODIES.get(name)
    return msgspec.UNSET if make is None else make(registry, who)


_BODIES: dict[str, Callable[[Registry, str], Any]] = {
    **dict.fromkeys(SINGLES, lambda registry, _: a_row(recipient=registry.phone())),
    **dict.fromkeys(BATCHES, lambda registry, _: [a_row(recipient=registry.phone())]),
    **dict.fromkeys(
        ("consentDetail", "consentsHistory"), lambda registry, _: a_question(registry.phone())
    ),
    "batchConsentStatus": lambda registry, _: {"recipients": [registry.phone()]},
    HASH_LINKS: lambda *_: {"recipients": [a_mail()]},
    "createRetailer": lambda registry, _: registry.a_dealer(),
    "createToken2": lambda _, who: _sign_in(who),
    DEALERS_OF_ONE: lambda *_: a_question(RECORDED),
    ADD: lambda *_: an_access(ADD),
    **{
        name: lambda registry, _, n=name: an_access(n, registry.phone())
        for name in (OVERRIDE, REMOVE, REMOVE_ALL)
    },
}


def _sign_in(who: str) -> dict[str, str]:
    return {"username": username(who), "password": PASSWORD, "grant_type": "password"}


def a_question(phone: str, **fields: Any) -> dict[str, Any]:
    """Which record is asked about; a field set to None is left out."""
    asked = {"recipient": phone, "recipientType": "BIREYSEL", "type": "MESAJ"} | fields
    return {name: value for name, value in asked.items() if value is not None}


def a_mail(**fields: Any) -> dict[str, Any]:
    """Whose link is wanted; a field set to None is left out."""
    row = {"recipient": "biri@posta.example", "recipientType": "BIREYSEL"} | fields
    return {name: value for name, value in row.items() if value is not None}


def changed(attempt: Attempt, **changes: Any) -> Attempt:
    """The same request but for what is said."""
    return msgspec.structs.replace(attempt, **changes)


def an_access(name: str, phone: str = RECORDED, **fields: Any) -> dict[str, Any]:
    """A body about dealers' access; a field set to None is left out."""
    whose = {"recipient": RECORDED} if name == ADD else {"recipients": [phone]}
    dealers = {} if name == REMOVE_ALL else {"retailerAccess": [RETAILER]}
    asked = {"recipientType": "BIREYSEL", "type": "MESAJ", **whose, **dealers} | fields
    return {name: value for name, value in asked.items() if value is not None}


# rows of an add call ------------------------------------------------------------------------

ROW_FAULTS: dict[str, dict[str, Any]] = {
    "H110": {"status": None},
    "H111": {"type": None},
    "H112": {"consentDate": None},
    "H113": {"source": None},
    "H114": {"recipient": None},
    "H115": {"status": "RETT"},
    "H116": {"recipientType": "BIREYSL"},
    "H117": {"type": "EPOSTAA"},
    "H118": {"unacceptableProperty": "unacceptableValue"},
    "H119": {"source": "HS_201"},
    "H120": {"type": "EPOSTA", "recipient": "örnek@firma.example"},
    "H121": {"recipient": "+9059900"},
    "H122": {"type": "SMS", "recipient": "yok"},
    "H126": {"retailerAccess": list(range(3001))},
    "H155": {"source": "HS_2015"},
    "H156": {"consentDate": "2015-04-30 23:59:59"},
    "H157": {"consentDate": "2025-15-10 09:30:00"},
    "H158": {"consentDate": "10.02.2026 09:30"},
    "H160": {"recipient": "9059900000000001"},
    "H162": {"consentDate": wire_time(datetime.now(UTC) + timedelta(days=400))},
    "H163": {"retailerAccess": []},
    "H180": {"retailerCode": THEIR_RETAILER},
    "H267": {"retailerCode": ""},
    "H408": {"source": "HS_KARAR"},
    "H467": {"consentDate": ago(days=30)},
    "IZ011": {"retailerCode": "66438915"},
}
_OLD, _OLDER = ago(hours=3), ago(hours=4)
_MERCHANT = {"recipientType": "TACIR", "source": None, "consentDate": None}
STATES: dict[str, list[dict[str, Any]]] = {
    "H174": [{"consentDate": _OLDER}, {"status": "RET", "consentDate": _OLD}, {"status": "RET"}],
    "H175": [{"status": "RET"}],
    "H178": [{"consentDate": _OLD}, {"consentDate": _OLDER}],
    "H462": [_MERCHANT, _MERCHANT | {"source": "HS_WEB"}],
    "H463": [_MERCHANT, _MERCHANT | {"status": "RET", "consentDate": ago(hours=1)}],
    "H486": [{"status": "RET", "source": "HS_KARAR"}],
}
"""Movements of one address; the last is refused."""


def rows_of(code: str, registry: Registry) -> list[dict[str, Any]]:
    """Rows of one address of which the last is refused with `code`."""
    phone = registry.phone()
    faults = STATES.get(code) or [ROW_FAULTS[code]]
    return [a_row(**({"recipient": phone} | fault)) for fault in faults]


def _adding(name: str, code: str) -> Way:
    def way(registry: Registry) -> list[Attempt]:
        base = good(name, registry)
        rows = rows_of(code, registry)
        return [changed(base, body=row if name in SINGLES else [row]) for row in rows]

    return way


async def attempts(way: Way, registry: Registry) -> list[Attempt]:
    """The requests of a way; some have to wait for what they are about."""
    found = way(registry)
    return await found if inspect.isawaitable(found) else found


# every other body and query -------------------------------------------------------------------


def _body_of(name: str, make: Callable[[Registry], Any]) -> Way:
    return lambda registry: [changed(good(name, registry), body=make(registry))]


def _query_of(name: str, query: str) -> Way:
    def way(registry: Registry) -> list[Attempt]:
        base = good(name, registry)
        sign = "&" if "?" in base.path else "?"
        return [changed(base, path=f"{base.path}{sign}{query}")]

    return way


def _path_of(name: str, path: str) -> Way:
    return lambda registry: [changed(good(name, registry), path=path)]


def _question_faults(name: str) -> dict[str, Way]:
    faults: dict[str, dict[str, Any]] = {
        "H111": {"type": None},
        "H114": {"recipient": None},
        "H116": {"recipientType": "TACIRR"},
        "H117": {"type": "ARAMAA"},
        "H120": {"type": "EPOSTA", "recipient": "firma.example"},
        "H121": {"recipient": "a@firma.example"},
        "H122": {"type": "SMS", "recipient": "yok"},
        "H166": {"recipient": "+905990000000000001"},
        "H170": {"recipientType": None},
    }
    return {
        "H097": _body_of(name, lambda _: []),
        **{
            code: _body_of(name, lambda registry, f=fault: a_question(registry.phone(), **f))
            for code, fault in faults.items()
        },
    }


ACCESS_FAULTS: dict[str, dict[str, Any]] = {
    "H111": {"type": None},
    "H116": {"recipientType": "TACIRR"},
    "H117": {"type": "ARAMAA"},
    "H170": {"recipientType": None},
}
ONE_FAULTS: dict[str, dict[str, Any]] = {
    "H114": {"recipient": None},
    "H120": {"type": "EPOSTA", "recipient": "firma.example"},
    "H121": {"recipient": "05990000001"},
    "H122": {"type": "SMS", "recipient": "yok"},
    "IZ011": {"retailerAccess": "66438915"},
}
LIST_FAULTS: dict[str, dict[str, Any]] = {
    "H120": {"type": "EPOSTA", "recipients": ["firma.example"]},
    "H121": {"recipients": ["+905990000001", "05990000001"]},
    "H127": {"recipients": ["+905990000001"] * 101},
    "H164": {"recipients": []},
    "H168": {"recipients": None},
    "IZ011": {"recipients": "+905990000001"},
}
LISTED_FAULTS: dict[str, dict[str, Any]] = {
    "H126": {"retailerAccess": list(range(101))},
    "H163": {"retailerAccess": []},
    "H169": {"retailerAccess": None},
}
FAULTS_OF_ACCESS = {
    ADD: ACCESS_FAULTS
    | ONE_FAULTS
    | LISTED_FAULTS
    | {"H180": {"retailerAccess": [THEIR_RETAILER]}, "H401": {"recipient": "+905999999991"}},
    OVERRIDE: ACCESS_FAULTS
    | LIST_FAULTS
    | LISTED_FAULTS
    | {"H180": {"retailerAccess": [THEIR_RETAILER]}},
    REMOVE: ACCESS_FAULTS
    | LIST_FAULTS
    | LISTED_FAULTS
    | {"H058": {"retailerAccess": [THEIR_RETAILER]}},
    REMOVE_ALL: ACCESS_FAULTS | LIST_FAULTS,
}
LINK_FAULTS: dict[str, dict[str, Any]] = {
    "H114": {"recipient": None},
    "H116": {"recipientType": "asd"},
    "H120": {"recipient": "firma.example"},
    "H121": {"recipient": "05990000001"},
    "H160": {"recipient": "9055436100000000"},
    "H170": {"recipientType": None},
}
LINK_LISTS: dict[str, Any] = {
    "H097": [],
    "H127": {"recipients": [a_mail()] * 101},
    "H164": {"recipients": []},
    "H168": {},
    "H478": {"recipients": "biri@posta.example"},
}
NO_OBJECT = {ADD: "H090", OVERRIDE: "H171", REMOVE: "H172", REMOVE_ALL: "H172"}

DEALER_FAULTS: dict[str, dict[str, Any]] = {
    "H016": {"colour": "red"},
    "H017": {"title": "x" * 256},
    "H201": {"status": "deleted"},
    "H218": {"city": {"name": "İstanbul"}},
    "H219": {"city": {"code": "34"}},
    "H221": {"town": {"name": "Kadıköy"}},
    "H222": {"town": {"code": "01"}},
    "H224": {"mobile": "0599"},
    "H225": {"tckn": "10000000147"},
    "H226": {"tckn": "1"},
    "H227": {"mersis": "0845052547100015"},
    "H228": {"mersis": "1"},
    "H229": {"title": "<b>"},
    "H243": {"tin": "8450525471"},
    "H244": {"tin": "1"},
    "H267": {"alias": ""},
}
DEALER_GAPS = {
    "H214": "title",
    "H215": "name",
    "H216": "tckn",
    "H217": "city",
    "H220": "town",
    "H288": "tin",
}


def _without(body: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != field}


def _twin(first: dict[str, Any] | None = None, **other: str) -> Way:
    """A second dealer that has all but one of the first one's numbers."""

    def way(registry: Registry) -> list[Attempt]:
        base = good("createRetailer", registry)
        body = registry.a_dealer()
        return [changed(base, body=body | (first or {})), changed(base, body=body | other)]

    return way


_STATUS = brand_path() + "/consents/{}/status/{}"
_RESULT = brand_path() + "/consents/request/"

OWN: dict[str, dict[str, Way]] = {
    **{
        name: {
            "H085": _body_of(name, lambda _: ["ONAY"]),
            "H525": lambda registry, n=name: [good(n, registry, "full")],
            **{code: _adding(name, code) for code in (*ROW_FAULTS, *STATES)},
        }
        for name in SINGLES
    },
    **{
        name: {
            "H091": _body_of(name, lambda r: [a_row(recipient=r.phone())] * 1001),
            "H092": _body_of(name, lambda r: {"consents": [a_row(recipient=r.phone())]}),
            "H194": _body_of(name, lambda r: [a_row(recipient=r.phone())] * 2),
            "H525": lambda registry, n=name: [good(n, registry, "full")],
            **{code: _adding(name, code) for code in ROW_FAULTS},
        }
        for name in BATCHES
    },
    **{
        name: {
            code: _path_of(name, ("/v2" if name.endswith("V2") else "") + _RESULT + given)
            for code, given in (
                ("H198", "a9817bd8-0642-4d8c-946b-cc47d5aac41ab-cc47d5aac41a"),
                ("H199", "abcde"),
                ("H400", "12345"),
            )
        }
        for name in RESULTS
    },
    "consentDetail": _question_faults("consentDetail"),
    "consentsHistory": {
        **_question_faults("consentsHistory"),
        "H182": _query_of("consentsHistory", "limit=-1"),
        "H183": _query_of("consentsHistory", "offset=-1"),
        "H186": _query_of("consentsHistory", "limit=1000"),
        "H187": _query_of("consentsHistory", "limit=0"),
    },
    "batchConsentStatus": {
        "H091": _body_of(
            "batchConsentStatus", lambda r: {"recipients": [r.phone() for _ in range(1001)]}
        ),
        "H097": _body_of("batchConsentStatus", lambda _: []),
        "H116": _path_of("batchConsentStatus", _STATUS.format("KISI", "MESAJ")),
        "H117": _path_of("batchConsentStatus", _STATUS.format("BIREYSEL", "SMS")),
        "H164": _body_of("batchConsentStatus", lambda _: {"recipients": []}),
        "H168": _body_of("batchConsentStatus", lambda _: {}),
        "H193": _body_of("batchConsentStatus", lambda r: {"recipients": [r.phone()] * 2}),
        "H464": _body_of("batchConsentStatus", lambda _: {"recipients": ["a@firma.example"]}),
        "H478": _body_of("batchConsentStatus", lambda _: {"recipients": {}}),
    },
    HASH_LINKS: {
        **{
            code: _body_of(HASH_LINKS, lambda _, f=fault: {"recipients": [a_mail(**f)]})
            for code, fault in LINK_FAULTS.items()
        },
        **{code: _body_of(HASH_LINKS, lambda _, b=body: b) for code, body in LINK_LISTS.items()},
    },
    "createRetailer": {
        **{
            code: _body_of("createRetailer", lambda r, f=fault: r.a_dealer() | f)
            for code, fault in DEALER_FAULTS.items()
        },
        **{
            code: _body_of("createRetailer", lambda r, n=field: _without(r.a_dealer(), n))
            for code, field in DEALER_GAPS.items()
        },
        "H230": _twin(tckn=a_tckn(98_765)),
        "H231": _twin(mersis=a_mersis(98_765)),
        "H253": _twin({"status": "passive"}, tckn=a_tckn(98_766)),
    },
    "searchRetailers": {
        "H182": _query_of("searchRetailers", "limit=-1"),
        "H183": _query_of("searchRetailers", "offset=-1"),
        "H184": _query_of("searchRetailers", "all=evet"),
        "H185": _query_of("searchRetailers", "short=evet"),
        "H186": _query_of("searchRetailers", "limit=1000"),
        "H187": _query_of("searchRetailers", "limit=0"),
    },
    "deleteRetailer": {
        "H058": _path_of("deleteRetailer", brand_path() + "/retailers/99999999"),
        "IZ008": lambda registry: [
            changed(
                good("addConsent", registry),
                body=a_row(recipient=registry.phone(), retailerCode=RETAILER),
            ),
            changed(good("deleteRetailer", registry), path=f"{brand_path()}/retailers/{RETAILER}"),
        ],
    },
    **{
        name: {
            NO_OBJECT[name]: _body_of(name, lambda _: []),
            **{
                code: _body_of(name, lambda _, n=name, f=fault: an_access(n, **f))
                for code, fault in faults.items()
            },
        }
        for name, faults in FAULTS_OF_ACCESS.items()
    },
    DEALERS_OF_ONE: {
        **{c: way for c, way in _question_faults(DEALERS_OF_ONE).items() if c != "H097"},
        "H173": _body_of(DEALERS_OF_ONE, lambda _: []),
        "H182": _query_of(DEALERS_OF_ONE, "offset=-1"),
        "H183": _query_of(DEALERS_OF_ONE, "limit=-1"),
        "H186": _query_of(DEALERS_OF_ONE, "limit=101"),
        "H187": _query_of(DEALERS_OF_ONE, "limit=0"),
    },
    "integratorList": {
        "H182": _query_of("integratorList", "limit=-1"),
        "H183": _query_of("integratorList", "offset=-1"),
        "H186": _query_of("integratorList", "limit=101"),
        "H187": _query_of("integratorList", "limit=0"),
        "H353": _path_of("integratorList", "/integrator/39999999/sps"),
        "H363": lambda registry: [changed(good("integratorList", registry), who="ours")],
    },
    "integratorListByiysCode": {
        "H353": lambda registry: [good("integratorListByiysCode", registry, "theirs")],
        "H363": lambda registry: [changed(good("integratorListByiysCode", registry), who="ours")],
    },
    PLAN: {
        "H353": lambda registry: [changed(good(PLAN, registry, "theirs"), who="ours")],
        "H437": lambda registry: [good(PLAN, registry, "theirs")],
        "H586": lambda registry: [good(PLAN, registry, "without api")],
    },
    LICENCE: {
        "H353": _path_of(LICENCE, "/integrator/39999999/subscription"),
        "H437": lambda registry: [
            changed(
                good(LICENCE, registry),
                path=f"/integrator/{UNLICENSED_CODE}/subscription",
                who=UNLICENSED,
            )
        ],
        "H522": lambda registry: [changed(good(LICENCE, registry), who="ours")],
    },
    "PullPerBrandCode": {
        "H506": _query_of("PullPerBrandCode", "source=SH"),
        "H507": _query_of("PullPerBrandCode", "limit=1500"),
        "IZ004": _query_of("PullPerBrandCode", f"after=1770000000000_{'0' * 64}"),
    },
    **{name: {"H241": _path_of(name, f"/info/{name[:4]}/abc")} for name in ENTRIES},
}


# what every operation passes --------------------------------------------------------------------

_STANDINGS = {
    "H520": "paused",
    "H521": "closed",
    "H524": "unsubscribed",
    "H586": "without api",
}


def _of_another(name: str) -> Way:
    return lambda registry: [changed(good(name, registry, "theirs"), who="ours")]


def _of_standing(name: str, who: str) -> Way:
    return lambda registry: [good(name, registry, who)]


def _changing(name: str, **changes: Any) -> Way:
    return lambda registry: [changed(good(name, registry), **changes)]


def _with_part(name: str, code: int) -> Way:
    def way(registry: Registry) -> list[Attempt]:
        base = good(name, registry)
        return [changed(base, path=base.path.replace(f"/{code}", "/12a"))]

    return way


def passing(operation: Operation[Any]) -> dict[str, Way]:
    """Ways to be refused before the handler is asked."""
    name = operation.id
    max_bytes = operation.body_max or 64 * 1024
    found: dict[str, Way] = {
        "IZ001": _changing(name, raw=b" " * (max_bytes + 1)),
        "IZ003": _changing(name, method="PATCH"),
        "IZ005": _query_of(name, "limit=1&limit=2"),
    }
    if operation.takes is not BodyKind.NONE:
        found["H014"] = _changing(name, raw=b'{"recipient": ')
        found["IZ006"] = _changing(name, headers={"content-encoding": "gzip"})
    if operation.right is not Right.NONE:
        found["H351"] = _changing(name, who=NOBODY)
    if operation.right in SCOPED:
        found["H353"] = _of_another(name)
        held = operation.passes_held is not always
        found |= {
            code: _of_standing(name, who)
            for code, who in _STANDINGS.items()
            if held or code not in ("H520", "H586")
        }
    codes = {"iysCode": ("H190", IYS_CODES), "brandCode": ("H191", BRAND_CODES)}
    for part in part_names(operation.path):
        if part in codes:
            code, by_standing = codes[part]
            found[code] = _with_part(name, by_standing["ours"])
    return found


OWN |= {name: collection.own(TABLE[name]) for name in COLLECTION}
OWN |= {name: frame.own(TABLE[name]) for name in FRAME}

PROVOKED: dict[tuple[str, str], Way] = {
    (name, code): way
    for name, operation in TABLE.items()
    for code, way in (passing(operation) | OWN.get(name, {})).items()
}

ELSEWHERE = {
    "H001": "the caller's provider is gone from the registry",
    "H015": "the database has lost a table",
    "H084": "the hour's token calls are used up",
    "H086": "the hour's single status calls are used up",
    "H089": "the hour's history calls are used up",
    "H124": "the second's calls are used up",
    "H192": "the process is closing its database",
    "IZ009": "the body never ends",
    "IZ060": "the token is bound to a key",
    "IZ061": "the token is bound to a key, and the proof is of another call",
    "IZ062": "the token is bound to a key, and the nonce is old",
    "H067": "every code is taken",
    "IZ016": "the brand has as many dealers as it may",
    "IZ056": "the brand is a test brand",
    "IZ093": "the dealer has brought all that it may today",
}
"""Codes that depend on the state of the house; each has its own case."""

_STORAGE = "Trouble of the storage is 503 H192 when it passes, which clients send again, else H015."
_BEARER_ONLY = "These calls take the bearer token like all others; without one they answer H351."

_OWN_TOKEN = "Whose user calls is in its token: a company's is H363, another partner's number H353."

UNREACHABLE = {
    "H018": "A brand that is not the caller's is H353, whether there is such a one or not.",
    "H031": _OWN_TOKEN,
    "H245": _OWN_TOKEN,
    "H268": _OWN_TOKEN,
    "H060": _STORAGE,
    "H061": _STORAGE,
    "H062": _STORAGE,
    "H082": "The lists are part of the program: they cannot fail to be read.",
    "H101": _STORAGE,
    "H103": _STORAGE,
    "H250": _BEARER_ONLY,
    "H251": _BEARER_ONLY,
    "H252": _BEARER_ONLY,
    "H266": "Both numbers stand in the path, and a dealer's is optional: null is refused as H267.",
    "H412": "What breaks unexpectedly is 500 H015, whichever call it is.",
    "H470": _STORAGE,
    "H476": _STORAGE,
}
"""Codes that the document shows and nothing here answers."""
UNREACHABLE |= collection.UNREACHABLE

NOT_HERE = {
    (name, code): "Whoever may send refusals may see what became of them."
    for name in RESULTS
    for code in ("H520", "H586")
} | {
    ("deleteRetailer", "H180"): "A dealer that is not the brand's is H058.",
    **{
        (name, code): "A partner's own licence comes with the subscriptions."
        for name in ("integratorList", "integratorListByiysCode")
        for code in ("H520", "H521", "H524")
    },
    **{
        ("integratorListByiysCode", code): "It gives one page of all brands of the company."
        for code in ("H182", "H183", "H186", "H187")
    },
    (ADD, "H127"): "It takes one recipient; the document shows the faults of a list.",
    (ADD, "H168"): "One recipient that is missing is H114.",
    **collection.NOT_HERE,
}
"""Codes that other operations answer and this one does not, though the document shows them."""
