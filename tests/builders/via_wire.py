"""The calls of İYS Yolu, as a company makes them."""

from typing import Any

import httpx2
from builders.parties import IYS_CODE
from builders.via import Post, code_in

VIA = f"/via/sps/{IYS_CODE}"
OWN = f"/x/sps/{IYS_CODE}/via/requests"
PHONE = "+905990000001"


async def begun(ours: httpx2.AsyncClient, body: dict[str, Any]) -> str:
    """Begin a request; give its id."""
    answer = await ours.post(f"{VIA}/consent", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["code"] == "OK"
    request_id: str = answer.json()["message"]["requestId"]
    return request_id


async def coded(ours: httpx2.AsyncClient, post: Post, body: dict[str, Any]) -> tuple[str, str]:
    """A request whose code has been sent, and the code."""
    request_id = await begun(ours, body)
    await post.carry()
    await post.arrive()
    return request_id, code_in(await post.next())


async def confirm(
    ours: httpx2.AsyncClient,
    request_id: str,
    code: str,
    *,
    title: str = "ETK",
    kind: str = "SMS_OTP",
) -> httpx2.Response:
    """Hand one code in."""
    body = {
        "requestId": request_id,
        "verificationType": kind,
        "consentTypes": [{"title": title, "otpCode": code}],
    }
    return await ours.post(f"{VIA}/confirmation", json=body)


async def status(ours: httpx2.AsyncClient, request_id: str) -> tuple[str, ...]:
    """Stage and status of a request."""
    answer = await ours.get(f"{VIA}/consent/request/{request_id}")
    assert answer.status_code == 200, answer.text
    return tuple(answer.json()["message"]["lastStatus"].values())


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    """Status and code, in whichever of the three shapes."""
    body = answer.json()
    errors = body.get("errors", body)
    return answer.status_code, (errors if isinstance(errors, dict) else errors[0])["code"]


def other(code: str) -> str:
    """Another code than this one."""
    return f"{(int(code) + 1) % 10**8:08d}"
