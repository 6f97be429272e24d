"""How the codes of İYS Yolu and of ViA PASS are provoked over HTTP, or why they cannot be.

Each way brings a recipient of its own, or stands at a company whose credits it sets itself.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import uuid4

import msgspec
from builders import collecting as at
from builders.collecting import API, a_mail_start, a_pass, a_start, an_etk, confirming
from builders.registry import (
    BRAND_CODES,
    IYS_CODES,
    NOBODY,
    PARTNER,
    SECOND_BRAND,
    UNLICENSED,
    Attempt,
    Registry,
)
from builders.via import a_kvk

from izin.api.operation import Operation

Way = Callable[[Registry], list[Attempt] | Awaitable[list[Attempt]]]
START, CONFIRM, FILE = (
    "startViaRequest",
    "completeViaRequest",
    "get-sps-iysCode-via-clarification-requestId-file",
)
SHOW, KVK, SEARCH = "getViaRequest", "getKVKConsent", "searchKVKConsent"
VIA = (START, CONFIRM, SHOW, KVK, SEARCH, FILE)
STARTS = {
    "smsStart": "SMS",
    "emailStart": "EMAIL",
    "smsShortUrlStart": "SMS_SHORTURL",
    "emailShortUrlStart": "EMAIL_SHORTURL",
}
COMPLETES = {"smsComplete": "SMS", "emailComplete": "EMAIL"}
HISTORY, PASS_FILE, PLAN = "getRequestAudit", "getClarificationFile", "search"
_CODES = {**IYS_CODES, at.NO_VIA: at.NO_VIA_CODE}
_STRANGER = "x" * 43
"""A token of the right form that is nobody's."""


def good(operation: Operation[Any], registry: Registry, who: str = "ours") -> Attempt:
    """A request that nothing is wrong with; that it is about is there for the starts alone."""
    parts = {"iysCode": _CODES.get(who, IYS_CODES["ours"]), "requestId": uuid4()}
    body = _body(operation.id, registry, who)
    path = operation.path.format(**parts)
    return Attempt(method=operation.method, path=path, body=body, who=who)


def _body(name: str, registry: Registry, who: str) -> Any:
    if name == START:
        return a_start(registry, who)
    if name == CONFIRM:
        return confirming(str(uuid4()), {"ETK": "12345678"}).body
    if name == SEARCH:
        return {"type": "ACIK_RIZA_METNI", "recipient": registry.phone()}
    if name in STARTS:
        return a_pass(registry, STARTS[name], who)
    if name in COMPLETES:
        return {"requestId": str(uuid4()), "otpCode": "123456"}
    return {"requestId": str(uuid4())} if name == HISTORY else msgspec.UNSET


def own(operation: Operation[Any]) -> dict[str, Way]:
    """Ways to an operation's own codes, and to what its company may be refused for."""
    name = operation.id
    if name in VIA:
        return _of_via(operation) | OF_VIA[name]
    found = OF_PASS.get(name, {})
    if "{iysCode}" not in operation.path:
        found = found | {"H353": lambda registry: [good(operation, registry, UNLICENSED)]}
    return found


# İYS Yolu -----------------------------------------------------------------------------------


def _of_via(operation: Operation[Any]) -> dict[str, Way]:
    found: dict[str, Way] = {"IZ078": lambda registry: [good(operation, registry, at.NO_VIA)]}
    if operation.tokenless != "H351":
        found["H1038"] = lambda registry: [_changed(good(operation, registry), who=NOBODY)]
        found["H351"] = lambda registry: [
            _changed(
                good(operation, registry),
                who=NOBODY,
                headers={"authorization": f"Bearer {_STRANGER}"},
            )
        ]
    return found


def _changed(attempt: Attempt, **changes: Any) -> Attempt:
    return msgspec.structs.replace(attempt, **changes)


def _starting(who: str, body: Any) -> Attempt:
    path = f"/via/sps/{IYS_CODES.get(who, IYS_CODES['ours'])}/consent"
    return Attempt(method="POST", path=path, body=body, who=who)


START_FAULTS: dict[str, dict[str, Any]] = {
    "H1000": {"formId": str(at.WAITING_FORM)},
    "H1005": {"recipient": None},
    "H1012": {"verificationType": "FAX"},
    "H1013": {"consentTypes": [{"title": "SADAKAT"}]},
    "H1014": {"consentTypes": [an_etk(brandCodes=[BRAND_CODES["theirs"]])]},
    "H1025": {"serviceProvider": "x"},
    "H1026": {"recipient": "+90599"},
    "H1027": {"verificationType": "EPOSTA_OTP"},
    "H1029": {"recipient": 5},
    "H1054": {"formId": at.FORM_OF_ONE, "consentTypes": [a_kvk("AYDINLATMA_METNI")]},
    "H1055": {"formId": "999"},
    "H1057": {"recipient": ""},
    "H1060": {"consentTypes": [an_etk(), an_etk()]},
    "H1061": {"consentTypes": [a_kvk("ACIK_RIZA_METNI", "ACIK_RIZA_METNI")]},
    "H1063": {"consentTypes": [an_etk(recipientType="KURUM")]},
    "H1065": {"verificationType": "SMS_SHORTURL"},
    "H1066": {
        "formId": str(at.MAIL_FORM),
        "verificationType": "EPOSTA_APPROVALURL",
        "recipient": "biri@posta.example",
        "consentTypes": [an_etk(types=["EPOSTA"], brandCodes=[BRAND_CODES["ours"], SECOND_BRAND])],
    },
    "H1085": {"consentTypes": [an_etk(types=["FAKS"])]},
    "H1086": {"consentTypes": [an_etk(types=["EPOSTA"])]},
    "H1096": {
        "consentTypes": [
            a_kvk("ACIK_RIZA_METNI") | {"personData": {"name": "A", "recipientIdNumber": "1" * 10}}
        ]
    },
    "IZ113": {"recipient": "+491701234567"},
    "IZ166": {"consentTypes": [a_kvk("ACIK_RIZA_METNI") | {"personData": {"name": "A\u202eB"}}]},
}


def _start_fault(fault: dict[str, Any]) -> Way:
    return lambda registry: [_starting("ours", a_start(registry, **fault))]


def _at_theirs(credit: int | None, *, days: int = 300, is_pumped: bool = False) -> Way:
    async def way(registry: Registry) -> list[Attempt]:
        await at.via_credits(registry, "theirs", credit, days=days)
        if is_pumped:
            await at.not_given_back(registry, "theirs")
        return [_starting("theirs", a_start(registry, "theirs"))]

    return way


async def _asked_before(registry: Registry, body: Any, times: int) -> list[Attempt]:
    """So often it was asked today, and the last time was longer ago than three minutes."""
    for _ in range(times):
        await at.begun(registry, body)
        await registry.owner.execute("delete from budget where kind = 'via_apart'")
    return [_starting("ours", body)]


async def _asked_for_much(registry: Registry) -> list[Attempt]:
    """Five messages an hour go to one address; a request of both titles are three."""
    body = a_start(registry, consentTypes=[an_etk(), a_kvk("ACIK_RIZA_METNI")])
    return await _asked_before(registry, body, 1)


def _again(registry: Registry) -> list[Attempt]:
    return [_starting("ours", a_start(registry))] * 2


CONFIRM_FAULTS: dict[str, dict[str, Any]] = {
    "H1005": {"requestId": None},
    "H1012": {"verificationType": "FAX"},
    "H1013": {"consentTypes": [{"title": "SADAKAT", "otpCode": "1"}]},
    "H1025": {"hash": "x"},
    "H1029": {"consentTypes": "ETK"},
    "H1057": {"requestId": ""},
    "H1060": {"consentTypes": [{"title": "ETK", "otpCode": "1"}] * 2},
}


def _confirm_fault(fault: dict[str, Any]) -> Way:
    base = confirming(str(uuid4()), {"ETK": "12345678"})
    body = {name: value for name, value in (base.body | fault).items() if value is not None}
    return lambda _: [_changed(base, body=body)]


def _waiting(**changes: Any) -> Way:
    """A request whose code was sent, confirmed otherwise than it should be."""

    async def way(registry: Registry) -> list[Attempt]:
        request_id, [code] = await at.coded(registry, a_mail_start(registry))
        made = changes.get("of", lambda code: {"ETK": code})(code)
        return [confirming(request_id, made, kind=changes.get("kind", "EPOSTA_OTP"))]

    return way


def _after(step: str, **facts: Any) -> Way:
    """A request that is in a state which only time, or others, bring about."""

    async def way(registry: Registry) -> list[Attempt]:
        who = facts.get("who", "ours")
        brand = an_etk(who, types=["EPOSTA"], **facts.get("etk", {}))
        await leaving_brand(registry, "ours")
        body = a_mail_start(registry, who, consentTypes=[brand])
        request_id, [code] = await at.coded(registry, body, who)
        if step:
            await registry.owner.execute(step, *facts.get("facts", ()))
        return [confirming(request_id, {"ETK": code}, who)]

    return way


async def leaving_brand(registry: Registry, of: str, name: str = "Ayrılan Marka") -> None:
    """Let a brand be somebody's, and be called so."""
    await registry.owner.execute(
        "update brand set iys_code = $1, name = $2 where brand_code = $3",
        *(IYS_CODES[of], name, at.LEAVING_BRAND),
    )


async def _long_name(registry: Registry) -> list[Attempt]:
    await leaving_brand(registry, "ours", LONG_NAME)
    brand = an_etk(brandCodes=[at.LEAVING_BRAND])
    return [_starting("ours", a_start(registry, consentTypes=[brand]))]


LONG_NAME = " ".join(["Örnek"] * 170)
"""No text of six segments has room for it."""
_LATEST = "(select request_id from via_request order by request_id desc limit 1)"
_OVERDUE = f"update via_request set due_at = now() where request_id = {_LATEST}"
_REFUSED = (
    "update via_request set step = 'REFUSED', due_at = null, ended_at = now()"
    f" where request_id = {_LATEST}"
)
_LEFT = f"update brand set iys_code = {IYS_CODES['theirs']} where brand_code = {at.LEAVING_BRAND}"


async def _full_meanwhile(registry: Registry) -> list[Attempt]:
    """Her company's package had room when she was asked."""
    await room(registry, 1000)
    [attempt] = await _after("", who="full")(registry)
    await room(registry, 0)
    return [attempt]


async def room(registry: Registry, address_limit: int) -> None:
    """Let the package of the company that has none have room for so many addresses."""
    await registry.owner.execute(
        "with head as (update directory_head set version = version + 1 returning version)"
        " update subscription set address_limit = $1, changed_in = head.version from head"
        " where iys_code = $2",
        *(address_limit, IYS_CODES["full"]),
    )
    await registry.app._door.services.directory.refresh()


async def _locked(registry: Registry) -> list[Attempt]:
    request_id, [code] = await at.coded(registry, a_mail_start(registry))
    wrong = confirming(request_id, {"ETK": at.another(code)})
    for _ in range(3):
        assert (await registry.send(wrong)).status_code == 400
    return [confirming(request_id, {"ETK": code})]


async def _done(registry: Registry) -> list[Attempt]:
    request_id, [code] = await at.coded(registry, a_mail_start(registry))
    return [confirming(request_id, {"ETK": code})] * 2


async def _not_there_yet(registry: Registry) -> list[Attempt]:
    request_id = await at.begun(registry, a_start(registry))
    return [confirming(request_id, {"ETK": "12345678"}, kind="SMS_OTP")]


async def _not_arrived(registry: Registry) -> list[Attempt]:
    [attempt] = await _not_there_yet(registry)
    await registry.owner.execute(_OVERDUE)
    return [attempt]


async def _many_wrong(registry: Registry) -> list[Attempt]:
    """Ten wrong codes an hour are borne of one address; they were of others before."""
    request_id, [code] = await at.coded(registry, a_mail_start(registry))
    wrong = confirming(request_id, {"ETK": at.another(code)})
    assert (await registry.send(wrong)).status_code == 400
    await registry.owner.execute("update budget set used = 10 where kind = 'wrong_to'")
    return [wrong]


SEARCH_FAULTS: dict[str, dict[str, Any]] = {
    "H1005": {"recipient": None},
    "H1025": {"formId": 1},
    "H1026": {"recipient": "+90599"},
    "H1027": {"recipient": "a@"},
    "H1029": {"recipient": 5},
    "H1057": {"type": ""},
    "H1085": {"type": "FALAN"},
}


def _search_fault(fault: dict[str, Any]) -> Way:
    body = {"type": "ACIK_RIZA_METNI", "recipient": "+905990000001"} | fault
    body = {name: value for name, value in body.items() if value is not None}
    return lambda _: [_searching(body)]


def _searching(body: Any) -> Attempt:
    return Attempt(method="POST", path=f"/via/sps/{IYS_CODES['ours']}/consent/status", body=body)


def _unknown(path: str) -> Way:
    of = f"/via/sps/{IYS_CODES['ours']}"
    return lambda _: [Attempt(method="GET", path=f"{of}/{path.format(uuid4())}")]


OF_VIA: dict[str, dict[str, Way]] = {
    START: {
        **{code: _start_fault(fault) for code, fault in START_FAULTS.items()},
        "H1043": lambda _: [_starting("ours", [])],
        "H1015": _at_theirs(1),
        "H1031": lambda registry: [_starting("full", a_start(registry, "full"))],
        "H1092": _at_theirs(5, days=-1),
        "H1093": _at_theirs(None),
        "H1104": lambda registry: [
            _starting(PARTNER, a_start(registry, consentTypes=[an_etk(brandCodes=[SECOND_BRAND])]))
        ],
        "IZ110": _asked_for_much,
        "IZ114": _at_theirs(5, is_pumped=True),
        "IZ133": lambda registry: _asked_before(registry, a_start(registry), 2),
        "IZ134": _again,
        "IZ137": _long_name,
    },
    CONFIRM: {
        **{code: _confirm_fault(fault) for code, fault in CONFIRM_FAULTS.items()},
        "H1043": lambda _: [_changed(confirming("x", {}), body=[])],
        "H1014": _after(_LEFT, etk={"brandCodes": [at.LEAVING_BRAND]}),
        "H1028": _not_there_yet,
        "H1030": lambda _: [confirming(str(uuid4()), {"ETK": "12345678"})],
        "H1031": _full_meanwhile,
        "H1032": _done,
        "H1049": _not_arrived,
        "H1050": _locked,
        "H1051": _after(_OVERDUE),
        "IZ165": _after(_REFUSED),
        "H1052": _waiting(of=lambda code: {"ETK": at.another(code)}),
        "H1056": _waiting(kind="EPOSTA_SHORTURL"),
        "H1064": _waiting(kind="SMS_OTP"),
        "H1113": _waiting(of=lambda code: {"KVK": code}),
        "IZ110": _many_wrong,
        "IZ160": _waiting(of=lambda code: {"ETK": code[:7]}),
    },
    SHOW: {"H1030": _unknown("consent/request/{}")},
    KVK: {"H1030": _unknown("consent/{}")},
    SEARCH: {
        **{code: _search_fault(fault) for code, fault in SEARCH_FAULTS.items()},
        "H1043": lambda _: [_searching([])],
    },
    FILE: {"H1072": _unknown("via/clarification/{}/file")},
}


# ViA PASS -----------------------------------------------------------------------------------


def _pass_start(name: str, registry: Registry, who: str = "ours", **fields: Any) -> Attempt:
    way = {"smsStart": "sms/start", "emailStart": "email/start"}.get(name)
    path = way or ("sms" if name.startswith("sms") else "email") + "/start/short-url"
    body = a_pass(registry, STARTS[name], who, **fields)
    return Attempt(method="POST", path=f"{API}/{IYS_CODES[who]}/{path}", body=body, who=who)


def _pass_at_theirs(
    name: str, credit: int | None, *, days: int = 300, is_pumped: bool = False
) -> Way:
    async def way(registry: Registry) -> list[Attempt]:
        await at.passes(registry, "theirs", credit, days=days)
        if is_pumped:
            await at.not_given_back(registry, "theirs")
        return [_pass_start(name, registry, "theirs")]

    return way


def _starts(name: str) -> dict[str, Way]:
    found: dict[str, Way] = {
        "IZ011": lambda registry: [_pass_start(name, registry, vkn="0123456789")],
        "H1107": lambda registry: [_pass_start(name, registry, templateId="9")],
        "H1015": _pass_at_theirs(name, 0),
        "H1092": _pass_at_theirs(name, 5, days=-1),
        "H1093": _pass_at_theirs(name, None),
        "IZ110": lambda registry: [_pass_start(name, registry)] * 6,
    }
    if name.startswith("sms"):
        found["IZ113"] = lambda registry: [_pass_start(name, registry, phoneNumber="+491701234567")]
        found["IZ114"] = _pass_at_theirs(name, 5, is_pumped=True)
    return found


def _completes(name: str, kind: str) -> dict[str, Way]:
    async def sent(registry: Registry) -> tuple[str, str]:
        return await at.passing_code(registry, kind)

    async def wrong(registry: Registry, spoilt: Callable[[str], str] = at.another) -> list[Attempt]:
        request_id, code = await sent(registry)
        return [at.completing(kind, request_id, spoilt(code))]

    async def locked(registry: Registry) -> list[Attempt]:
        request_id, code = await sent(registry)
        for _ in range(3):
            await registry.send(at.completing(kind, request_id, at.another(code)))
        return [at.completing(kind, request_id, code)]

    async def late(registry: Registry) -> list[Attempt]:
        request_id, code = await sent(registry)
        await registry.owner.execute("update pass_request set good_until = now()")
        return [at.completing(kind, request_id, code)]

    async def again(registry: Registry) -> list[Attempt]:
        return [at.completing(kind, *await sent(registry))] * 2

    async def many_wrong(registry: Registry) -> list[Attempt]:
        [attempt] = await wrong(registry)
        assert (await registry.send(attempt)).status_code == 400
        await registry.owner.execute("update budget set used = 10 where kind = 'wrong_to'")
        return [attempt]

    unknown = at.completing(kind, str(uuid4()), "123456")
    return {
        "IZ011": lambda _: [_changed(unknown, body={})],
        "OTP-ERROR-001": lambda _: [unknown],
        "H1050": locked,
        "H1051": late,
        "H1052": wrong,
        "H1110": again,
        "IZ110": many_wrong,
        "IZ160": partial(wrong, spoilt=lambda code: code[:5]),
    }


def _history(body: Any, query: str = "") -> Way:
    return lambda _: [Attempt(method="POST", path=f"{API}/request-history{query}", body=body)]


OF_PASS: dict[str, dict[str, Way]] = {
    **{name: _starts(name) for name in STARTS},
    **{name: _completes(name, kind) for name, kind in COMPLETES.items()},
    HISTORY: {
        "IZ011": _history({"requestId": str(uuid4())}, "?page=0"),
        "OTP-ERROR-002": _history({"requestId": str(uuid4())}),
        "OTP-ERROR-005": _history({}),
        "OTP-ERROR-006": _history({"requestId": ""}),
        "OTP-ERROR-009": _history({"id": "x"}),
        "OTP-ERROR-010": _history({"requestId": "x", "more": 1}),
    },
    PASS_FILE: {
        "H1072": lambda _: [
            Attempt(
                method="GET",
                path=f"{API}/get-clarification-file/{IYS_CODES['ours']}/{uuid4()}",
            )
        ]
    },
    PLAN: {
        "H1040": lambda _: [Attempt(method="GET", path=f"{API}/subscription/{IYS_CODES['theirs']}")]
    },
}

_NOTHING_BEHIND = "No other service is called: passing trouble is 503 H192, a fault 500 H1019."
_ONE_WRITE = "A request and what became of it are written together, or not at all."
_HER_PAGE = "Who has a link answers at the registry's page; a company hands in no link."
UNREACHABLE = {
    **dict.fromkeys(
        (
            *("H1001", "H1002", "H1003", "H1004", "H1009", "H1017", "H1018", "H1036"),
            *("H1046", "H1047", "H1053", "H1059", "H1068", "H1073"),
            *("ERR-SYS-0007 H1003", "ERR-SYS-0007 H1058"),
        ),
        _NOTHING_BEHIND,
    ),
    **dict.fromkeys(("H1033", "H1034", "H1035"), _ONE_WRITE),
    **dict.fromkeys(("H1067", "H1069", "H1074"), _HER_PAGE),
    "H1010": "A value that will not do has the code of its field: H1012, H1013, H1063, H1085.",
    "H1016": "What is no JSON is H1041.",
    "H1042": "An empty body is no JSON: H1041.",
    "H1044": "Another method is 405 IZ003 with Allow, as everywhere.",
    "H1048": "A confirmation names no recipient.",
    "H1062": "A form of another company is H1055, like one that there is not.",
    "ERR-SYS-0007 H083": "More calls than documented are H124, as everywhere.",
    "ERR-SYS-0009": "It stands in no table of codes; OTP-ERROR-009 says the same.",
}
"""What the document shows of these operations and nothing here answers; as the answers call it."""

NOT_HERE = {
    **{
        (START, code): "It is about a request that was begun before: its confirmation says it."
        for code in ("H1032", "H1049", "H1064")
    },
    **{
        (CONFIRM, code): "A confirmation names titles alone, no kinds and no type of recipient."
        for code in ("H1061", "H1063")
    },
    (CONFIRM, "IZ152"): "It is about a request of a widget's page: tests/api/test_widget.py.",
    (CONFIRM, "H1015"): "The start has held back what its answer may take.",
    **{(SHOW, code): "It takes no body." for code in ("H1025", "H1029")},
    ("complete-widget-process", "H1015"): "Its start has held back what its answer may take.",
    (KVK, "H1040"): "It says H353, as its own part of the document has it first.",
    (SEARCH, "H1030"): "It names no request; of an address without one the list is empty.",
}
"""Of these operations: documented, answered by others, and not by this one."""
