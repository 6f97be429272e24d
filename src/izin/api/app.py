"""The contract door as one ASGI application, made from the table of operations."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Any, Generic

from izin.api import problems
from izin.api.endpoint import Door, answer, dressed, encoded
from izin.api.house import Ready, Unprojected, house_operations, none_unprojected
from izin.api.lifespan import Lifespan
from izin.api.operation import Answer, Operation, S
from izin.api.request import ClientGoneError, Receive, Request, Scope, too_large
from izin.api.router import Router
from izin.core.errors import RefusalError, Refused

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def build_app(
    operations: Sequence[Operation[S]],
    door: Door[S],
    *,
    ready: Ready,
    unprojected: Unprojected = none_unprojected,
    lifespan: Callable[[], AbstractAsyncContextManager[None]] | None = None,
) -> "ContractApp[S]":
    """Make the application.

    Takes   operations: the table; `/openapi.json`, `/healthz` and `/readyz` are added to it ·
            ready: can this process answer now? · unprojected: how many movements are set aside? ·
            lifespan: opened before the first call
    Raises  TableError if the table contradicts itself
    """
    table = (*operations, *house_operations(operations, ready, unprojected))
    return ContractApp(Router(table), door, Lifespan(lifespan))


class ContractApp(Generic[S]):
    """ASGI in, answers out."""

    def __init__(self, router: Router[S], door: Door[S], lifespan: Lifespan) -> None:
        """Take the parts; callers use `build_app`."""
        self._router = router
        self._door = door
        self._lifespan = lifespan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP call, or run the process's lifespan. Other protocols are closed."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan.run(receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, self._door.trusted)
        try:
            found = await self._route(scope, request)
        except RefusalError as error:
            found = encoded(problems.refusal(error, request.language))
        except ClientGoneError:
            return
        await _send(found, send, is_head=scope["method"] == "HEAD")

    async def _route(self, scope: Scope, request: Request) -> Answer:
        rows = None if _hides_a_slash(scope) else self._router.find(scope["path"])
        if rows is None:
            self._weigh(request)
            raise RefusalError(Refused(code="IZ002"))
        by_method, values = rows
        method = scope["method"]
        row = by_method.get("GET" if method == "HEAD" else method)
        if row is None:
            self._weigh(request)
            return _other_method(
                method, {name: each[0] for name, each in by_method.items()}, request
            )
        operation, names = row
        parts = dict(zip(names, values, strict=True))
        return await answer(self._door, operation, parts, request)

    def _weigh(self, request: Request) -> None:
        """Refuse by its length what no operation will weigh."""
        declared = request.declared_bytes
        if declared is not None and declared > self._router.body_max:
            raise too_large(self._router.body_max)


def _hides_a_slash(scope: Scope) -> bool:
    """Would the decoded path have other parts than the one that was sent?"""
    raw: bytes = scope.get("raw_path", b"")
    return b"%" in raw and b"%2f" in raw.lower()


def _other_method(method: str, known: Mapping[str, Operation[Any]], request: Request) -> Answer:
    """Answer OPTIONS with the path's methods, and any other with 405, as the path's errors look."""
    allowed = ", ".join([*known, *(["HEAD"] if "GET" in known else []), "OPTIONS"])
    headers = (("allow", allowed),)
    if method == "OPTIONS":
        return Answer(HTTPStatus.NO_CONTENT, b"", headers)
    refused = Refused(code="IZ003", facts=(("allowed", allowed),))
    body = problems.envelope((refused,), request.language)
    found = Answer(HTTPStatus.METHOD_NOT_ALLOWED, body, headers)
    return encoded(dressed(next(iter(known.values())), found, request))


_EVERY_ANSWER = (
    # What is answered is personal data, or true at this moment only.
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
_EMPTY, _TOO_LARGE = int(HTTPStatus.NO_CONTENT), int(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def headers_of(found: Answer) -> list[tuple[bytes, bytes]]:
    """Everything that goes before an answer whose body is bytes."""
    headers = list(_EVERY_ANSWER)
    for name, value in found.headers:
        headers.append((name.encode("latin-1"), value.encode("latin-1")))
    if found.status != _EMPTY:
        headers.append((b"content-type", found.media.encode("latin-1")))
        headers.append((b"content-length", b"%d" % len(found.body)))
    return headers


async def _send(found: Answer, send: Send, *, is_head: bool) -> None:
    headers = headers_of(found)
    if found.status == _TOO_LARGE:
        # What is still on its way is not worth receiving.
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": int(found.status), "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else found.body})
