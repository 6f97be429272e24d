"""The door's own rows: its description and its probes."""

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.openapi import document_text
from izin.api.operation import Answer, Call, Operation, S, Summary
from izin.i18n.catalogue import Language

_STATE = {
    "type": "object",
    "properties": {"status": {"type": "string"}, "unprojected": {"type": "integer"}},
    "required": ["status"],
}

Ready = Callable[[], Awaitable[bool]]
Unprojected = Callable[[], Awaitable[int]]
"""How many movements are missing in the citizens' view, because they do not open?"""


async def none_unprojected() -> int:
    """Stand in where there is no citizens' view to ask about."""
    return 0


def house_operations(
    operations: Sequence[Operation[S]], ready: Ready, unprojected: Unprojected
) -> tuple[Operation[S], ...]:
    """Rows for `/openapi.json`, `/healthz` and `/readyz`; nobody needs a token for them."""

    async def healthz(_: Call[S]) -> Answer:
        return Answer(HTTPStatus.OK, {"status": "ok"})

    async def readyz(_: Call[S]) -> Answer:
        if not await ready():
            soon = (("retry-after", "1"),)
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, {"status": "not ready"}, soon)
        if count := await unprojected():
            return Answer(HTTPStatus.OK, {"status": "degraded", "unprojected": count})
        return Answer(HTTPStatus.OK, {"status": "ready"})

    @cache
    def described(language: Language) -> bytes:
        return document_text(operations, language).encode()

    async def openapi(call: Call[S]) -> Answer:
        return Answer(HTTPStatus.OK, described(call.language))

    return (
        _row("x-openapi", "/openapi.json", openapi, Lane.INFO, {"type": "object"}, _DESCRIPTION),
        _row("x-healthz", "/healthz", healthz, Lane.HEALTH, _STATE, _ALIVE),
        _row("x-readyz", "/readyz", readyz, Lane.HEALTH, _STATE, _READY),
    )


_DESCRIPTION = Summary("Bu API'nin OpenAPI belgesi.", "The OpenAPI document of this API.")
_ALIVE = Summary("Süreç ayakta mı?", "Is the process alive?")
_READY = Summary("Süreç yanıt verebilir mi?", "Can the process answer?")


def _row(
    name: str,
    path: str,
    handler: Callable[[Call[S]], Awaitable[Answer]],
    lane: Lane,
    schema: dict[str, Any],
    summary: Summary,
) -> Operation[S]:
    return Operation(
        id=name,
        method="GET",
        path=path,
        right=Right.NONE,
        lane=lane,
        handler=handler,
        summary=summary,
        answers={HTTPStatus.OK: schema},
    )
