"""Pages as one ASGI application: every call goes the same way, past the same checks."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, Generic, Protocol, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from izin.admission.limiter import TooManyError
from izin.core.errors import RefusalError, UnavailableError
from izin.i18n.catalogue import Language, language_of, message
from izin.web.shared.form import Form, FormError, Problem
from izin.web.shared.guard import MARK, Cookies, is_from_elsewhere, is_ours, mark_of
from izin.web.shared.note import NOTE
from izin.web.shared.note import read as note_in
from izin.web.shared.one_click import body_of, is_one_click
from izin.web.shared.paths import PATH_MAX, above, own_path
from izin.web.shared.render import Renderer
from izin.web.shared.static import address_of, file_at
from izin.web.shared.visit import (
    HALF,
    Cookie,
    Gone,
    NotThereError,
    Outcome,
    Sent,
    Shown,
    Streamed,
    Visit,
)
from izin.web.shared.words import say

_LOG = logging.getLogger(__name__)

SESSION = "session"
LANGUAGE_S = 365 * 24 * 3600
_VISITOR = "visitor"
_MINUTE_S = 60
_REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY


S = TypeVar("S")


class Row(Protocol):
    """A page, or what one of its forms does."""

    @property
    def path(self) -> str:
        """Its address."""
        ...

    @property
    def method(self) -> str:
        """GET looks, POST changes."""
        ...

    @property
    def shows(self) -> Callable[[Any, Any], Awaitable[Outcome]]:
        """The page: what a GET gives, and where a refused form is shown again."""
        ...

    @property
    def does(self) -> Callable[[Any, Any], Awaitable[Outcome]] | None:
        """What the form does; None for the page itself."""
        ...


Handler = Callable[[Any, Any], Awaitable[Outcome]]


class Audience(Protocol[S]):
    """For whom pages are: who comes, what he may, what stands around them.

    services   what pages work with
    heading    of the words that stand around pages
    templates  the package of its templates
    """

    services: S
    heading: str
    templates: str

    def now(self) -> datetime:
        """The clock."""
        ...

    def nobody(self, visit: Visit) -> Visit:
        """The visit as its pages know one, of nobody."""
        ...

    async def known(self, visit: Any, session: str | None) -> Visit:
        """The visit of whoever has this session, or of nobody. Raises UnavailableError."""
        ...

    def turned_away(self, row: Any, visit: Any) -> Outcome | None:
        """What whoever may not have a page gets instead; None for whoever may."""
        ...

    def frame(self, visit: Any) -> Mapping[str, object]:
        """What templates may ask about whoever comes."""
        ...

    async def see_that_it_is_ready(self) -> None:
        """See that pages could be shown now. Raises UnavailableError."""
        ...


class Door(Generic[S]):
    """Answers every call: who comes, may he, is the form ours, what comes of it."""

    def __init__(
        self,
        audience: Audience[S],
        cookies: Cookies,
        client_of: Callable[[Any], str],
        *,
        is_sandbox: bool,
    ) -> None:
        """Take for whom pages are, and how a caller's network is told."""
        self._audience = audience
        self._cookies = cookies
        self._client_of = client_of
        self._is_sandbox = is_sandbox
        self._renderer = Renderer(audience.templates, "izin.web.shared")

    def app(self, rows: Sequence[Row], one_clicks: Mapping[str, Handler] = {}) -> Starlette:
        """Make the application of a table of pages.

        Takes   rows: of two that fit a path the first answers, and the door's own before all
                one_clicks: by path, what a mail program does there in its reader's name, who has
                been to no page of ours
        """
        routes = [
            Route("/language", self._choose_language, methods=["POST"]),
            Route("/language", self._above("/language", ()), methods=["GET"]),
            Route("/static/{name}", self._file),
            Route("/healthz", self._healthy),
            Route("/readyz", self._ready),
        ]
        pages = {row.path for row in rows if row.does is None}
        for row in rows:
            endpoint = self._endpoint(row, one_clicks.get(row.path))
            routes.append(Route(row.path, endpoint, methods=[row.method]))
            if row.path not in pages:
                routes.append(Route(row.path, self._above(row.path, pages), methods=["GET"]))
        wrong: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
            HTTPException: self._no_such_page,
            Exception: self._failed,
        }
        app = Starlette(routes=routes, exception_handlers=wrong)
        app.router.redirect_slashes = False  # it would lead to whatever host the caller names
        return app

    def _endpoint(
        self, row: Row, one_click: Handler | None
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                if row.does and one_click and await is_one_click(request):
                    done = await one_click(self._audience.services, self._nobody(request))
                    return self._answer(done, self._nobody(request))
                visit = await self._visit(request)
                outcome = await self._outcome(row, visit, request)
            except UnavailableError as error:
                visit = self._nobody(request)
                outcome = _unavailable(error)
            return self._answer(outcome, visit)

        return endpoint

    def _above(self, path: str, pages: Collection[str]) -> Callable[[Request], Awaitable[Response]]:
        """Lead whoever looks at a form's address to its page."""

        async def endpoint(request: Request) -> Response:
            to = Gone(above(path, pages, request.url.path))
            return self._answer(to, self._nobody(request))

        return endpoint

    async def _outcome(self, row: Row, visit: Visit, request: Request) -> Outcome:
        turned_away = self._audience.turned_away(row, visit)
        if turned_away is not None:
            return turned_away
        try:
            if row.does is None:
                return await row.shows(self._audience.services, visit)
            return await self._done(row, visit, request)
        except NotThereError:
            return trouble("not_there", HTTPStatus.NOT_FOUND)
        except (FormError, RefusalError) as error:  # of an address that was written by hand
            return trouble("not_there", HTTPStatus.NOT_FOUND, _problems(error, visit.language))

    async def _done(self, row: Row, visit: Visit, request: Request) -> Outcome:
        """Do what a form asks for; what is refused is shown with the form, as it was filled in."""
        assert row.does is not None, "a row of a form"
        form = await _form_of(request)
        if form is None:
            return trouble("form", HTTPStatus.BAD_REQUEST)
        is_marked = is_ours(visit.secret, form.values.pop(MARK, ""))
        if not is_marked or is_from_elsewhere(request.headers):
            return trouble("mark", HTTPStatus.FORBIDDEN)
        visit = msgspec.structs.replace(visit, form=form)
        try:
            return await row.does(self._audience.services, visit)
        except (FormError, RefusalError) as error:
            problems = _problems(error, visit.language)
            visit = msgspec.structs.replace(visit, form=Form(form.values), problems=problems)
            outcome = await row.shows(self._audience.services, visit)
            if not isinstance(outcome, Shown):
                return outcome
            too_many = error if isinstance(error, TooManyError) else None
            whose = "" if too_many is None else too_many.whose
            again = {**outcome.values, "visit": visit, "limit_of": whose}
            retry_s = None if too_many is None else too_many.retry_after_s
            status = _REFUSED if retry_s is None else HTTPStatus.TOO_MANY_REQUESTS
            return msgspec.structs.replace(outcome, values=again, status=status, retry_s=retry_s)

    async def _visit(self, request: Request) -> Visit:
        session = self._cookie(request, SESSION)
        return await self._audience.known(self._nobody(request), session)

    def _nobody(self, request: Request) -> Visit:
        """The visit of whoever has not signed in."""
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        visit = Visit(
            path=request.path_params,
            query=Form(dict(request.query_params)),
            language=self._language(request),
            client=self._client_of(request.scope),
            now=self._audience.now(),
            secret=self._cookie(request, _VISITOR) or secrets.token_urlsafe(32),
            here=here,
            halves=self._halves(request),
            notice=self._cookie(request, "notice"),
            note=note_in(self._cookie(request, NOTE), here),
            device=self._cookie(request, "device"),
            way=self._cookie(request, "way"),
        )
        return self._audience.nobody(visit)

    def _cookie(self, request: Request, name: str) -> str | None:
        return request.cookies.get(self._cookies.name_of(name))

    def _halves(self, request: Request) -> dict[str, str]:
        before = self._cookies.name_of(HALF)
        return {
            name.removeprefix(before): value
            for name, value in request.cookies.items()
            if name.startswith(before)
        }

    def _language(self, request: Request) -> Language:
        try:
            return Language(self._cookie(request, "language") or "")
        except ValueError:
            return language_of(request.headers.get("accept-language"))

    def _answer(self, outcome: Outcome, visit: Visit) -> Response:
        if isinstance(outcome, Gone):
            response: Response = RedirectResponse(outcome.to, HTTPStatus.SEE_OTHER)
            self._cookies.set_on(response, outcome.cookies)
        elif isinstance(outcome, Sent):
            response = Response(outcome.body, outcome.status, media_type=outcome.media)
            if outcome.name is not None:
                response.headers["content-disposition"] = f'attachment; filename="{outcome.name}"'
        elif isinstance(outcome, Streamed):
            response = StreamingResponse(outcome.chunks, outcome.status, media_type=outcome.media)
            response.headers["content-disposition"] = f'attachment; filename="{outcome.name}"'
        else:
            text = self._renderer.page(
                outcome.template, visit.language, self._frame(visit, outcome)
            )
            response = Response(text, outcome.status, media_type="text/html; charset=utf-8")
            if not visit.is_known:  # by it a form is ours before anybody has signed in
                self._cookies.set_on(response, [Cookie(_VISITOR, visit.secret)])
            if visit.note is not None:
                self._cookies.set_on(response, [Cookie(NOTE, "", 0)])
            self._cookies.set_on(response, outcome.cookies)
        if not isinstance(outcome, Gone) and outcome.retry_s is not None:
            response.headers["retry-after"] = str(outcome.retry_s)
        self._cookies.guard(response)
        return response

    def _frame(self, visit: Visit, shown: Shown) -> dict[str, object]:
        """What stands around every page."""
        return {
            "visit": visit,
            "mark": mark_of(visit.secret),
            "is_sandbox": self._is_sandbox,
            "file": address_of,
            "frame": self._audience.heading,
            "limit_of": "",
            "done": "" if visit.note is None else visit.note.word,
            **self._audience.frame(visit),
            **shown.values,
        }

    async def _choose_language(self, request: Request) -> Response:
        try:
            visit = await self._visit(request)
        except UnavailableError as error:
            return self._answer(_unavailable(error), self._nobody(request))
        form = await _form_of(request)
        if form is None or not is_ours(visit.secret, form.values.get(MARK, "")):
            return self._answer(trouble("mark", HTTPStatus.FORBIDDEN), visit)
        language = form.choice("language", Language) or Language.TR
        kept = (Cookie("language", language.value, LANGUAGE_S),)
        return self._answer(Gone(own_path(form.text("back", PATH_MAX)), kept), visit)

    async def _file(self, request: Request) -> Response:
        found = file_at(request.path_params["name"])
        if found is None:
            return await self._no_such_page(request, HTTPException(HTTPStatus.NOT_FOUND))
        self._cookies.guard(found)
        return found

    async def _healthy(self, _: Request) -> Response:
        return self._plain("ok", HTTPStatus.OK)

    def _plain(self, text: str, status: HTTPStatus) -> Response:
        response = PlainTextResponse(text, status)
        self._cookies.guard(response)
        return response

    async def _ready(self, _: Request) -> Response:
        try:
            await self._audience.see_that_it_is_ready()
        except UnavailableError:
            return self._plain("unavailable", HTTPStatus.SERVICE_UNAVAILABLE)
        return self._plain("ok", HTTPStatus.OK)

    async def _no_such_page(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException), "that is what it is called for"
        try:
            visit = await self._visit(request)
        except UnavailableError:
            visit = self._nobody(request)
        response = self._answer(trouble("not_there", error.status_code), visit)
        response.headers.update(error.headers or {})
        return response

    async def _failed(self, request: Request, error: Exception) -> Response:
        _LOG.error("a page failed", exc_info=error)
        failed = trouble("failed", HTTPStatus.INTERNAL_SERVER_ERROR)
        return self._answer(failed, self._nobody(request))


async def _form_of(request: Request) -> Form | None:
    """Read a form that is not too long; None for what is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return None
    body = await body_of(request)
    if body is None:
        return None
    try:
        return Form.read(body)
    except ValueError:
        return None


def trouble(key: str, status: int, problems: tuple[Problem, ...] = ()) -> Shown:
    """A page that says what is the matter."""
    return Shown("trouble.html", {"key": key, "why": problems}, int(status))


def _unavailable(error: UnavailableError) -> Shown:
    shown = trouble("unavailable", HTTPStatus.SERVICE_UNAVAILABLE)
    return msgspec.structs.replace(shown, retry_s=error.retry_after_s)


def _problems(error: FormError | RefusalError, language: Language) -> tuple[Problem, ...]:
    if isinstance(error, FormError):
        return error.problems
    return tuple(
        Problem(
            field=next((str(part) for part in reversed(each.location)), ""),
            code=each.code,
            sentence=f"{message(each, language)} ({each.code}){_wait(error, language)}",
        )
        for each in error.refused
    )


def _wait(error: RefusalError, language: Language) -> str:
    """When to come again, in words: nobody sees a header."""
    if not isinstance(error, TooManyError):
        return ""
    return " " + say("fault.wait", language, minutes=-(-error.retry_after_s // _MINUTE_S))
