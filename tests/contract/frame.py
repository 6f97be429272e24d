"""How the codes of a form on a company's page are provoked over HTTP, or why they cannot be.

A page's keys are made here as the registry makes them, so that one request stands for a page.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import uuid4

import msgspec
from builders import collecting as at
from builders.registry import IYS_CODES, NOBODY, Attempt, Registry

from izin.api.operation import Operation
from izin.core.codes import IysCode
from izin.via.frame import Keys, Page, draw_keys, draw_nonce, is_work, widget_of, work_id

from .collection import LONG_NAME, leaving_brand, room

Way = Callable[[Registry], list[Attempt] | Awaitable[list[Attempt]]]
LOADER, KEY, SCRIPT = "load-widget-loader", "frame-public-key", "load-widget-js"
START, COMPLETE = "start-widget-process", "complete-widget-process"
FRAME = (LOADER, KEY, SCRIPT, START, COMPLETE)
PAGE = {"origin": f"https://{at.DOMAIN}"}
_ELSEWHERE = {"origin": "https://baska.example"}
_PATHS = {
    LOADER: "load-widgetloader",
    KEY: "publicKey",
    SCRIPT: "load-widget",
    START: "process/start",
    COMPLETE: "process/complete",
}


class Stand(msgspec.Struct, frozen=True):
    """A page on which a form stands, just loaded."""

    page: Page
    keys: Keys

    @property
    def fields(self) -> dict[str, str]:
        """The keys as they travel."""
        keys = self.keys
        return {"cookieKey": keys.cookie, "csrfToken": keys.csrf, "nonceKey": keys.nonce}

    def attempt(self, name: str, body: Any = msgspec.UNSET) -> Attempt:
        """A call of this page."""
        query = f"?apinoncekey={self.keys.nonce}" if name == SCRIPT else ""
        return Attempt(
            method="GET" if body is msgspec.UNSET else "POST",
            path=f"/widget/{_PATHS[name]}/{self.page.widget}{query}",
            body=body,
            headers=PAGE,
            who=NOBODY,
        )


def a_stand(registry: Registry, who: str = "ours", form: int = at.PAGE_FORM) -> Stand:
    """Load a form anew."""
    widget = widget_of(IysCode(IYS_CODES[who]), at.FORMS[who] if who != "ours" else form)
    page = Page(widget=widget, domain=at.DOMAIN, network="192.0.2.1")
    proofs = registry.parts.keyring.proofs
    return Stand(page, draw_keys(proofs, page, draw_nonce(proofs, page, datetime.now(UTC))))


def good(operation: Operation[Any], registry: Registry) -> Attempt:
    """A request that nothing is wrong with; of an end, but for what it ends."""
    stand, name = a_stand(registry), operation.id
    if name == START:
        return starting(registry, stand)
    return completing(stand) if name == COMPLETE else stand.attempt(name)


def starting(registry: Registry, stand: Stand, **fields: Any) -> Attempt:
    """Begin a request as the document's example does; a field set to None is left out."""
    body = {
        "etkTypes": ["MESAJ"],
        "kvkTypes": [],
        "recipient": registry.phone(),
        "verificationType": "SMS_OTP",
        "recipientType": "BIREYSEL",
        "captchaText": "",
        "cid": "",
        "widgetUUID": str(stand.page.widget),
        "citizenName": "",
        **stand.fields,
    } | fields
    return stand.attempt(START, {name: each for name, each in body.items() if each is not None})


def completing(stand: Stand, **fields: Any) -> Attempt:
    """End a request as the document's example does; a field set to None is left out."""
    body = {
        "requestId": str(uuid4()),
        "otpCode": "12345678",
        "verificationType": "EPOSTA_OTP",
        "consentType": "ETK",
        **stand.fields,
    } | fields
    return stand.attempt(COMPLETE, {name: each for name, each in body.items() if each is not None})


def solved(registry: Registry, stand: Stand) -> dict[str, str]:
    """What a browser works out where many requests were begun."""
    proofs, nonce = registry.parts.keyring.proofs, stand.keys.nonce
    cid = str(work_id(proofs, nonce))
    answers = (str(n) for n in count())
    return {"cid": cid, "captchaText": next(n for n in answers if is_work(proofs, nonce, cid, n))}


async def begun(registry: Registry, attempt: Attempt) -> str:
    """Begin a request as if few were before; gives its id."""
    await _as_if_few_were_before(registry)
    answer = await registry.send(attempt)
    assert answer.status_code == 200, answer.text
    request_id: str = answer.json()["message"]["requestId"]
    return request_id


async def _as_if_few_were_before(registry: Registry) -> None:
    """Neither by this network, nor to numbers near the next one: a module's are all neighbours."""
    await registry.owner.execute("delete from budget where kind ~ '^widget|block'")


async def coded(registry: Registry, stand: Stand, **fields: Any) -> Attempt:
    """Begin a request by mail; gives its completion by the code that was sent."""
    to = f"kisi{registry.phone()[1:]}@posta.example"
    mail = {"recipient": to, "verificationType": "EPOSTA_OTP", "etkTypes": ["EPOSTA"]}
    attempt = starting(registry, stand, **mail | fields)
    request_id = await begun(registry, attempt)
    codes = await at.codes_for(registry, to, 2 if attempt.body["kvkTypes"] else 1)
    told = dict(zip(("otpCode", "kvkOtpCode"), codes, strict=False))
    kind = "ETK_KVK" if len(codes) > 1 else "ETK"
    return completing(stand, requestId=request_id, consentType=kind, **told)


def own(operation: Operation[Any]) -> dict[str, Way]:
    """Ways to an operation's own codes."""
    return _OF[operation.id] | _of_pages(operation)


def _of_pages(operation: Operation[Any]) -> dict[str, Way]:
    def nowhere(registry: Registry) -> list[Attempt]:
        attempt = good(operation, registry)
        known = str(a_stand(registry).page.widget)
        return [changed(attempt, path=attempt.path.replace(known, str(uuid4())))]

    found: dict[str, Way] = {"IZ150": nowhere}
    if operation.id != LOADER:
        found["IZ151"] = lambda registry: [changed(good(operation, registry), headers=_ELSEWHERE)]
    return found


def changed(attempt: Attempt, **changes: Any) -> Attempt:
    """The same request but for what is said."""
    return msgspec.structs.replace(attempt, **changes)


START_FAULTS: dict[str, dict[str, Any]] = {
    "H1005": {"recipient": None},
    "H1012": {"verificationType": "EPOSTA_APPROVALURL"},
    "H1025": {"brandCodes": [1]},
    "H1026": {"recipient": "+90599"},
    "H1027": {"recipient": "a@", "verificationType": "EPOSTA_OTP"},
    "H1029": {"recipient": 5},
    "H1054": {"kvkTypes": ["YURTDISI_AKTARIM"], "citizenName": "Aslı Can"},
    "H1057": {"recipient": ""},
    "H1061": {"etkTypes": ["MESAJ", "MESAJ"]},
    "H1063": {"recipientType": "KURUM"},
    "H1065": {"verificationType": "SMS_SHORTURL"},
    "H1085": {"etkTypes": ["FAKS"]},
    "H1086": {"etkTypes": ["EPOSTA"]},
    "IZ113": {"recipient": "+491701234567"},
    "IZ152": {"nonceKey": "0" * 64},
    "IZ166": {"kvkTypes": ["ACIK_RIZA_METNI"], "citizenName": "Aslı\nCan"},
}
COMPLETE_FAULTS: dict[str, dict[str, Any]] = {
    "H1005": {"requestId": None},
    "H1012": {"verificationType": "FAX"},
    "H1013": {"consentType": "SADAKAT"},
    "H1025": {"hash": "x"},
    "H1029": {"requestId": 5},
    "H1030": {"requestId": "x"},
    "H1057": {"requestId": ""},
    "IZ152": {"requestId": str(uuid4())},
}


def _start_fault(fault: dict[str, Any]) -> Way:
    async def way(registry: Registry) -> list[Attempt]:
        await _as_if_few_were_before(registry)
        return [starting(registry, a_stand(registry), **fault)]

    return way


def _complete_fault(fault: dict[str, Any]) -> Way:
    return lambda registry: [completing(a_stand(registry), **fault)]


def _no_object(name: str) -> Way:
    return lambda registry: [a_stand(registry).attempt(name, [])]


def _at_theirs(credit: int | None, *, days: int = 300, is_pumped: bool = False) -> Way:
    async def way(registry: Registry) -> list[Attempt]:
        await at.via_credits(registry, "theirs", credit, days=days)
        if is_pumped:
            await at.not_given_back(registry, "theirs")
        await _as_if_few_were_before(registry)
        both = {"etkTypes": ["MESAJ", "ARAMA"]}
        return [starting(registry, a_stand(registry, "theirs"), **both)]

    return way


async def _left(registry: Registry) -> list[Attempt]:
    await leaving_brand(registry, "theirs")
    await _as_if_few_were_before(registry)
    return [starting(registry, a_stand(registry, form=at.LEAVING_FORM))]


async def _long_name(registry: Registry) -> list[Attempt]:
    await leaving_brand(registry, "ours", LONG_NAME)
    await _as_if_few_were_before(registry)
    return [starting(registry, a_stand(registry, form=at.LEAVING_FORM))]


async def _asked_before(registry: Registry, times: int, **fields: Any) -> list[Attempt]:
    """So often it was asked today, and the last time was longer ago than three minutes."""
    to = registry.phone()
    for _ in range(times):
        await begun(registry, starting(registry, a_stand(registry), recipient=to, **fields))
        await registry.owner.execute("delete from budget where kind = 'via_apart'")
    return [starting(registry, a_stand(registry), recipient=to, **fields)]


async def _again(registry: Registry) -> list[Attempt]:
    to = registry.phone()
    await begun(registry, starting(registry, a_stand(registry), recipient=to))
    return [starting(registry, a_stand(registry), recipient=to)]


async def _unworked(registry: Registry) -> list[Attempt]:
    await _as_if_few_were_before(registry)
    three = [starting(registry, a_stand(registry)) for _ in range(3)]
    return [*three, starting(registry, a_stand(registry))]


async def _too_many(registry: Registry) -> list[Attempt]:
    await begun(registry, starting(registry, a_stand(registry)))
    await registry.owner.execute("update budget set used = 120 where kind = 'widget_hour'")
    stand = a_stand(registry)
    return [starting(registry, stand, **solved(registry, stand))]


def _after(step: str = "", *, who: str = "ours", **fields: Any) -> Way:
    """A request whose code is there, in a state which only time, or others, bring about."""

    async def way(registry: Registry) -> list[Attempt]:
        if who == "theirs":
            await at.via_credits(registry, who, 10)
        await leaving_brand(registry, "ours")
        form = at.LEAVING_FORM if step == _LEFT else at.PAGE_FORM
        done = await coded(registry, a_stand(registry, who, form))
        if step:
            await registry.owner.execute(step)
        return [changed(done, body=done.body | fields)]

    return way


_LATEST = "(select request_id from via_request order by request_id desc limit 1)"
_OVERDUE = f"update via_request set due_at = now() where request_id = {_LATEST}"
_LEFT = f"update brand set iys_code = {IYS_CODES['theirs']} where brand_code = {at.LEAVING_BRAND}"
_REFUSED = (
    "update via_request set step = 'REFUSED', due_at = null, ended_at = now()"
    f" where request_id = {_LATEST}"
)


def _not_there_yet(step: str = "") -> Way:
    async def way(registry: Registry) -> list[Attempt]:
        stand = a_stand(registry)
        request_id = await begun(registry, starting(registry, stand))
        if step:
            await registry.owner.execute(step)
        return [completing(stand, requestId=request_id, verificationType="SMS_OTP")]

    return way


def _wrong(done: Attempt) -> Attempt:
    return changed(done, body=done.body | {"otpCode": at.another(done.body["otpCode"])})


async def _at_the_full_one(registry: Registry) -> list[Attempt]:
    await _as_if_few_were_before(registry)
    return [starting(registry, a_stand(registry, "full"))]


async def _full_meanwhile(registry: Registry) -> list[Attempt]:
    """Her company's package had room when she was asked."""
    await room(registry, 1000)
    attempts = await _after(who="full")(registry)
    await room(registry, 0)
    return attempts


async def _locked(registry: Registry) -> list[Attempt]:
    done = await coded(registry, a_stand(registry))
    for _ in range(3):
        assert (await registry.send(_wrong(done))).status_code == 400
    return [done]


async def _miss(registry: Registry) -> list[Attempt]:
    return [_wrong(await coded(registry, a_stand(registry)))]


async def _cut(registry: Registry) -> list[Attempt]:
    done = await coded(registry, a_stand(registry))
    return [changed(done, body=done.body | {"otpCode": done.body["otpCode"][:7]})]


async def _done(registry: Registry) -> list[Attempt]:
    return [await coded(registry, a_stand(registry))] * 2


async def _many_wrong(registry: Registry) -> list[Attempt]:
    """Ten wrong codes an hour are borne of one address; they were of others before."""
    [wrong] = await _miss(registry)
    assert (await registry.send(wrong)).status_code == 400
    await registry.owner.execute("update budget set used = 10 where kind = 'wrong_to'")
    return [wrong]


_OF: dict[str, dict[str, Way]] = {
    LOADER: {},
    KEY: {},
    SCRIPT: {
        "IZ152": lambda registry: [
            changed(
                good_script := a_stand(registry).attempt(SCRIPT),
                path=good_script.path.replace("apinoncekey=", "apinoncekey=0"),
            )
        ]
    },
    START: {
        **{code: _start_fault(fault) for code, fault in START_FAULTS.items()},
        "H1043": _no_object(START),
        "H1014": _left,
        "H1015": _at_theirs(1),
        "H1031": _at_the_full_one,
        "H1092": _at_theirs(5, days=-1),
        "H1093": _at_theirs(None),
        "IZ110": lambda registry: _asked_before(
            registry, 1, kvkTypes=["ACIK_RIZA_METNI"], citizenName="Aslı Can"
        ),
        "IZ114": _at_theirs(5, is_pumped=True),
        "IZ133": lambda registry: _asked_before(registry, 2),
        "IZ134": _again,
        "IZ137": _long_name,
        "IZ153": _unworked,
        "IZ154": _too_many,
    },
    COMPLETE: {
        **{code: _complete_fault(fault) for code, fault in COMPLETE_FAULTS.items()},
        "H1043": _no_object(COMPLETE),
        "H1014": _after(_LEFT),
        "H1028": _not_there_yet(),
        "H1031": _full_meanwhile,
        "H1032": _done,
        "H1049": _not_there_yet(_OVERDUE),
        "H1050": _locked,
        "H1051": _after(_OVERDUE),
        "IZ165": _after(_REFUSED),
        "H1052": _miss,
        "H1064": _after(verificationType="SMS_OTP"),
        "H1113": _after(consentType="KVK"),
        "IZ110": _many_wrong,
        "IZ160": _cut,
    },
}
