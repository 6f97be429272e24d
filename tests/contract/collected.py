"""Answers of İYS Yolu, its frame and ViA PASS that between them show every key."""

from collections.abc import Awaitable, Callable
from typing import Any

from builders import collecting as at
from builders.collecting import API, confirming
from builders.registry import IYS_CODES, Attempt, Registry

from . import collection as of
from . import frame

_VIA = f"/via/sps/{IYS_CODES['ours']}"


async def _sent(registry: Registry, attempt: Attempt) -> Any:
    answer = await registry.send(attempt)
    assert answer.status_code == 200, answer.text
    is_json = answer.headers["content-type"] == "application/json"
    return answer.json() if is_json else answer.content


def _asking(path: str) -> Attempt:
    return Attempt(method="GET", path=path)


async def _answered(registry: Registry) -> tuple[str, str, Any]:
    """A request of both titles that she has consented to: its id, to whom, and the answer."""
    body = at.of_both(registry)
    request_id, codes = await at.coded(registry, body)
    attempt = confirming(request_id, dict(zip(("ETK", "KVK"), codes, strict=True)))
    return request_id, body["recipient"], await _sent(registry, attempt)


async def started(registry: Registry, name: str) -> list[Any]:
    """Begun, for a consent or for a verification."""
    if name == of.START:
        path, body = f"{_VIA}/consent", at.a_start(registry)
    else:
        way = ("sms" if name.startswith("sms") else "email") + "/start"
        path = f"{API}/{IYS_CODES['ours']}/{way}{'/short-url' if 'ShortUrl' in name else ''}"
        body = at.a_pass(registry, of.STARTS[name])
    return [await _sent(registry, Attempt(method="POST", path=path, body=body))]


async def confirmed(registry: Registry, name: str) -> list[Any]:
    """What was recorded."""
    return [(await _answered(registry))[2]]


async def about(registry: Registry, name: str) -> list[Any]:
    """A request that was answered, as each operation shows it."""
    request_id, to, _ = await _answered(registry)
    paths = {
        of.SHOW: f"consent/request/{request_id}",
        of.KVK: f"consent/{request_id}",
        of.FILE: f"via/clarification/{request_id}/file",
    }
    if name in paths:
        return [await _sent(registry, _asking(f"{_VIA}/{paths[name]}"))]
    asked = {"type": "ACIK_RIZA_METNI", "recipient": to}
    attempt = Attempt(method="POST", path=f"{_VIA}/consent/status", body=asked)
    answer = await _sent(registry, attempt)
    assert answer["message"] == [request_id]
    return [answer]


async def completed(registry: Registry, name: str) -> list[Any]:
    """An address that is verified."""
    kind = of.COMPLETES[name]
    request_id, code = await at.passing_code(registry, kind)
    return [await _sent(registry, at.completing(kind, request_id, code))]


async def of_verification(registry: Registry, name: str) -> list[Any]:
    """What became of a verification: its steps, a wrong code among them, or its file."""
    request_id, code = await at.passing_code(registry, "EMAIL")
    await registry.send(at.completing("EMAIL", request_id, at.another(code)))
    await _sent(registry, at.completing("EMAIL", request_id, code))
    if name == of.PASS_FILE:
        path = f"{API}/get-clarification-file/{IYS_CODES['ours']}/{request_id}"
        return [await _sent(registry, _asking(path))]
    path, body = f"{API}/request-history", {"requestId": request_id}
    return [await _sent(registry, Attempt(method="POST", path=path, body=body))]


async def bought(registry: Registry, name: str) -> list[Any]:
    """The subscription of verifications."""
    return [await _sent(registry, _asking(f"{API}/subscription/{IYS_CODES['ours']}"))]


async def framed(registry: Registry, name: str) -> list[Any]:
    """What a page is given; of the script's settings, which nobody else reads, that they are."""
    stand = frame.a_stand(registry)
    if name == frame.COMPLETE:
        return [await _sent(registry, await frame.coded(registry, stand)), await _waits(registry)]
    if name == frame.START:
        return [await _sent(registry, frame.starting(registry, stand))]
    answer = await _sent(registry, stand.attempt(name))
    return [answer | {"config": {}} if name == frame.SCRIPT else answer]


async def _waits(registry: Registry) -> Any:
    """A request by a link, which nobody has followed yet."""
    stand = frame.a_stand(registry, form=at.PAGE_LINK_FORM)
    way = {"verificationType": "SMS_SHORTURL"}
    request_id = await frame.begun(registry, frame.starting(registry, stand, **way))
    return await _sent(registry, frame.completing(stand, requestId=request_id, **way))


SHOWN: dict[tuple[str, int], Callable[[Registry, str], Awaitable[list[Any]]]] = {
    **{(name, 200): started for name in (of.START, *of.STARTS)},
    (of.CONFIRM, 200): confirmed,
    **{(name, 200): about for name in (of.SHOW, of.KVK, of.SEARCH, of.FILE)},
    **{(name, 200): completed for name in of.COMPLETES},
    **{(name, 200): of_verification for name in (of.HISTORY, of.PASS_FILE)},
    (of.PLAN, 200): bought,
    **{(name, 200): framed for name in frame.FRAME},
}
FILES = {
    of.FILE: "Drawn as JSON, though the operation loads a file down: it is a zip.",
    of.PASS_FILE: "It is drawn as one.",
}
"""Operations that answer with a zip, which no schema draws."""
