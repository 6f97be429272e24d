"""The voice platform's door: who it is by its secret, which line calls by its word alone."""

import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from izin.callcentre.line import read_line
from izin.callcentre.said import Said
from izin.callcentre.voice import Voices
from izin.core.errors import RefusalError, Refused, UnavailableError
from izin.i18n.catalogue import Language, language_of, render, status_of
from izin.web.shared.guard import Cookies
from izin.web.shared.one_click import body_of
from izin.web.voice.documents import CALLS, call_vxml, menu_json, menu_vxml

PLACE = "/ivr"
_LOG = logging.getLogger(__name__)
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
_VXML = "application/voicexml+xml"
_BUSY = "H192"
_BROKEN = "H015"
_MENU_S = 3600
_FIELDS_MAX = 60


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What begins a call. It prints no line."""

    line: Annotated[str, msgspec.Meta(max_length=256)] | None = None

    def __repr__(self) -> str:
        """Leave the line out."""
        return "Line(…)"


class Keyed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a caller keyed in, "" for nothing, and to which answer. It prints no digit."""

    digits: Annotated[str, msgspec.Meta(max_length=64)] = ""
    turn: int | None = None

    def __repr__(self) -> str:
        """Leave the digits out."""
        return "Keyed(…)"


B = TypeVar("B", Line, Keyed)


class Platform:
    """Answers the voice platform."""

    def __init__(
        self,
        voices: Voices,
        secret: bytes,
        cookies: Cookies,
        clock: Callable[[], datetime],
        *,
        is_sandbox: bool,
    ) -> None:
        """Take what calls work with, and by which secret the platform is known."""
        self._voices = voices
        self._secret = secret
        self._cookies = cookies
        self._clock = clock
        self._is_sandbox = is_sandbox

    def app(self) -> Starlette:
        """Make the application of everything under `PLACE`."""
        routes = [
            Route(f"{PLACE}/menu.json", self._menu_json),
            Route(f"{PLACE}/menu.vxml", self._menu_vxml),
            Route(CALLS, self._guarded(self._begin), methods=["POST"]),
            Route(f"{CALLS}/{{call}}/input", self._guarded(self._hear), methods=["POST"]),
        ]
        app = Starlette(routes=routes, exception_handlers={Exception: self._failed})
        app.router.redirect_slashes = False
        return app

    async def _menu_json(self, request: Request) -> Response:
        return self._menu(request, menu_json(), _JSON)

    async def _menu_vxml(self, request: Request) -> Response:
        return self._menu(request, menu_vxml(), _VXML)

    def _menu(self, request: Request, body: bytes, media: str) -> Response:
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"etag": tag, "cache-control": f"public, max-age={_MENU_S}"}
        if request.headers.get("if-none-match") == tag:
            return self._answer(Response(None, HTTPStatus.NOT_MODIFIED, headers))
        return self._answer(Response(body, headers=headers, media_type=media))

    def _guarded(
        self, does: Callable[[Request], Awaitable[Said]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            language = language_of(request.headers.get("accept-language"))
            try:
                self._see_who_calls(request)
                said = await does(request)
            except RefusalError as error:
                return self._refused(error, language)
            except UnavailableError as error:
                busy = self._refused(RefusalError(Refused(code=_BUSY)), language, 503)
                busy.headers["retry-after"] = str(error.retry_after_s)
                return busy
            if _kind(request) == _FORM:  # a browser of VoiceXML sends nothing else
                return self._answer(Response(call_vxml(said), media_type=_VXML))
            return self._answer(Response(msgspec.json.encode(said), media_type=_JSON))

        return endpoint

    def _see_who_calls(self, request: Request) -> None:
        """See that it is the platform. Raises RefusalError IZ126."""
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        is_known = hmac.compare_digest(shown.strip().encode(), self._secret)
        if scheme.lower() != "bearer" or not is_known:
            raise RefusalError(Refused(code="IZ126"))

    async def _begin(self, request: Request) -> Said:
        told = await _read(request, Line)
        line = read_line(told.line or "", sandbox=self._is_sandbox)
        return await self._voices.begin(line, now=self._clock())

    async def _hear(self, request: Request) -> Said:
        try:
            call_id = UUID(request.path_params["call"])
        except ValueError as error:
            raise RefusalError(Refused(code="IZ128")) from error
        keyed = await _read(request, Keyed)
        digits = keyed.digits.replace(" ", "")  # grammars write them apart
        return await self._voices.hear(call_id, digits, keyed.turn, now=self._clock())

    def _refused(
        self, error: RefusalError, language: Language, status: int | None = None
    ) -> Response:
        first = error.refused[0]
        body = msgspec.json.encode({"errors": [render(first, language)]})
        response = Response(body, status or status_of(first.code), media_type=_JSON)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            response.headers["www-authenticate"] = "Bearer"
        return self._answer(response)

    async def _failed(self, request: Request, error: Exception) -> Response:
        _LOG.error("a call of the voice menu failed", exc_info=error)
        language = language_of(request.headers.get("accept-language"))
        return self._refused(RefusalError(Refused(code=_BROKEN)), language, 500)

    def _answer(self, response: Response) -> Response:
        self._cookies.guard(response)
        return response


async def _read(request: Request, kind: type[B]) -> B:
    """Read a body of JSON or of a form. Raises RefusalError IZ127."""
    body = await body_of(request)
    if body is None:  # longer than any is
        raise RefusalError(Refused(code="IZ127"))
    try:
        if _kind(request) == _FORM:
            pairs = parse_qsl(
                body.decode(), keep_blank_values=True, max_num_fields=_FIELDS_MAX, errors="strict"
            )
            return msgspec.convert(_once(pairs), kind, strict=False)
        if _kind(request) == _JSON:
            return msgspec.convert(json.loads(body, object_pairs_hook=_once), kind)
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise RefusalError(Refused(code="IZ127")) from error
    raise RefusalError(Refused(code="IZ127"))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """What two readers would understand in two ways is not read. Raises ValueError."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name came twice")
    return found


def _kind(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
