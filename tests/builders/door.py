"""A small table of operations behind the real door, with an authority that one line describes."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx2

from izin.access.model import Caller, Permit, Right
from izin.admission.gate import Room
from izin.admission.lanes import Lane
from izin.admission.limiter import Limiter
from izin.admission.limits import Limits, demonstration
from izin.admission.overload import Overload, rooms
from izin.api.app import ContractApp, build_app
from izin.api.endpoint import Door
from izin.api.operation import Answer, BodyKind, Call, Operation, Param, Summary
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError, Refused

OUR_PROVIDER = 525252
OUR_BRAND = 545454
GOOD = {"authorization": "Bearer good"}
BODY_MAX = 4096
_SUMMARY = Summary("Deneme.", "A trial.")


class OneUser:
    """Knows one token, one provider and one brand, and keeps what it was asked."""

    def __init__(self, held: Refused | None = None) -> None:
        self.asked: list[tuple[Right, IysCode | None, BrandCode | None]] = []
        self._caller = Caller(user_id=UUID(int=1), iys_code=IysCode(OUR_PROVIDER))
        self._held = held

    async def authenticate(self, authorization: str | None, shown: object) -> Caller | None:
        return self._caller if authorization == "Bearer good" else None

    def permit(
        self, caller: Caller, right: Right, iys_code: IysCode | None, brand_code: BrandCode | None
    ) -> Permit:
        self.asked.append((right, iys_code, brand_code))
        if iys_code not in (None, OUR_PROVIDER):
            raise RefusalError(Refused(code="H353", facts=(("field", "iysCode"),)))
        return Permit(
            caller=caller, right=right, iys_code=iys_code, brand_code=brand_code, held=self._held
        )

    def shut(self, permit: Permit, operation_id: str) -> Refused | None:
        return None


async def echo(call: Call[Any]) -> Answer:
    """Answers what arrived."""
    return Answer(
        200,
        {
            "path": call.path,
            "query": call.query,
            "body": call.body,
            "language": call.language,
            "client": call.client,
            "brand": call.permit.brand_code if call.permit else None,
        },
    )


def only_ret(body: Any) -> bool:
    return isinstance(body, dict) and body.get("status") == "RET"


def an_operation(**changes: Any) -> Operation[Any]:
    """A single consent's row, but for what is said otherwise."""
    row: dict[str, Any] = {
        "id": "addConsent",
        "method": "POST",
        "path": "/sps/{iysCode}/brands/{brandCode}/consents",
        "right": Right.WRITE,
        "lane": Lane.CONSENT,
        "handler": echo,
        "summary": _SUMMARY,
        "answers": {200: {"type": "object"}},
        "takes": BodyKind.JSON,
        "body_max": BODY_MAX,
        "only_refusals": only_ret,
    }
    return Operation(**(row | changes))


def a_table() -> tuple[Operation[Any], ...]:
    """One row of each kind."""
    return (
        an_operation(),
        an_operation(
            id="consentDetail",
            path="/sps/{iysCode}/brands/{brandCode}/consents/status",
            aliases=("/sps/{iysCode}/brands/{brandCode}/status",),
            right=Right.READ,
            lane=Lane.SINGLE_STATUS,
            only_refusals=None,
        ),
        an_operation(
            id="batchConsentStatus",
            path="/sps/{iysCode}/brands/{brandCode}/consents/{recipientType}/status/{type}",
            right=Right.READ,
            lane=Lane.QUESTION,
            only_refusals=None,
        ),
        _a_get("PullPerBrandCode", "/sps/{iysCode}/brands/{brandCode}/consents/changes"),
        _a_get(
            "searchRequestDetails", "/sps/{iysCode}/brands/{brandCode}/consents/request/{requestId}"
        ),
        an_operation(
            id="createToken2",
            path="/oauth2/token",
            right=Right.NONE,
            lane=Lane.TOKEN,
            takes=BodyKind.JSON_OR_FORM,
            only_refusals=None,
            is_oauth=True,
        ),
    )


def _a_get(name: str, path: str) -> Operation[Any]:
    return an_operation(
        id=name,
        method="GET",
        path=path,
        right=Right.READ,
        lane=Lane.CHANGES,
        takes=BodyKind.NONE,
        body_max=0,
        only_refusals=None,
        query=(Param(name="after", tr="İmleç.", en="A cursor."),),
    )


async def is_ready() -> bool:
    return True


def a_door(
    *,
    operations: Sequence[Operation[Any]] | None = None,
    authority: OneUser | None = None,
    limits: Limits | None = None,
    room: dict[Lane, Room] | None = None,
    **changes: Any,
) -> ContractApp[Any]:
    """The application over `a_table`, unlimited, with room for everyone."""
    door = Door(
        services=None,
        authority=authority or OneUser(),
        limiter=Limiter(limits or demonstration()),
        overload=Overload(dict(rooms(8)) | (room or {})),
        **changes,
    )
    return build_app(operations or a_table(), door, ready=is_ready)


def a_client(app: ContractApp[Any], **options: Any) -> httpx2.AsyncClient:
    """Calls the application in this process."""
    transport = httpx2.ASGITransport(app=app, **options)
    return httpx2.AsyncClient(transport=transport, base_url="https://izin.example")


def codes(response: httpx2.Response) -> list[str]:
    return [error["code"] for error in json.loads(response.content)["errors"]]
