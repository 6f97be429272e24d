"""A simulated e-Devlet gateway: a real OpenID provider, whose people are invented.

Code flow only, PKCE with S256, state and nonce required, `iss` in each answer, ES256. It keeps
everything in memory, and people sign in by saying who they are.

Source: OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0; RFC 9207, RFC 9700.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from izin.i18n.catalogue import Language, language_of
from izin.simulator.asking import (
    Asked,
    AskedWrongError,
    Back,
    NoWayBackError,
    asked_of,
    language_in,
    single,
)
from izin.simulator.issuing import Granted, SignIn
from izin.simulator.kept import Kept
from izin.simulator.machines import Machines
from izin.simulator.pages import Pages
from izin.simulator.registration import IdentitySettings, Lie, Way
from izin.simulator.taking import fields_in

ASKED_LASTS = timedelta(minutes=10)
SIGN_IN_LASTS = timedelta(hours=1)
_WORDS = {Way.PASSWORD: "sign_in.password", Way.SIGNATURE: "sign_in.mobile_signature"}
_AFTER = ("client_id", "post_logout_redirect_uri", "state")


class _Waiting(msgspec.Struct, frozen=True):
    """A question that waits for its answer, in the browser that brought it."""

    asked: Asked
    browser: str
    language: Language
    at: datetime


def app_of(settings: IdentitySettings) -> Starlette:
    """Make the provider as an application, which is reached at its issuer's address."""
    machines = Machines(settings)
    return _Provider(settings, machines).app(machines.routes())


class _Provider:
    """Answers browsers: who is it, and what may be handed over?"""

    def __init__(self, settings: IdentitySettings, machines: Machines) -> None:
        self._settings = settings
        self._machines = machines
        self._pages = Pages(is_https=settings.is_https)
        self._waiting: Kept[_Waiting] = Kept(ASKED_LASTS)
        self._signed_in: Kept[SignIn] = Kept(SIGN_IN_LASTS)
        self._before = "__Host-simulator-" if settings.is_https else "simulator-"

    def app(self, routes: list[Route]) -> Starlette:
        both = ["GET", "POST"]
        routes += [
            Route("/authorize", self._shielded(self._authorize), methods=both),
            Route("/sign-in", self._shielded(self._ask_who)),
            Route("/sign-in", self._shielded(self._sign_in), methods=["POST"]),
            Route("/consent", self._shielded(self._ask_consent)),
            Route("/consent", self._shielded(self._consent), methods=["POST"]),
            Route("/end-session", self._shielded(self._end_session), methods=both),
            Route("/kit.css", self._stylesheet),
        ]
        app = Starlette(routes=routes, exception_handlers={HTTPException: self._no_such_page})
        app.router.redirect_slashes = False  # it would lead to whatever host the caller names
        return app

    def _shielded(
        self, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Show why, where a browser cannot be sent back."""

        async def shielded(request: Request) -> Response:
            try:
                return await answer(request)
            except NoWayBackError as error:
                return self._trouble(request, error.why)

        return shielded

    async def _authorize(self, request: Request) -> Response:
        fields = await fields_in(request)
        try:
            asked = asked_of(fields, self._settings)
        except AskedWrongError as error:
            return self._back(error.back, error=error.error)
        now = self._settings.clock()
        name, browser = secrets.token_urlsafe(24), self._cookie(request, "browser")
        browser = browser or secrets.token_urlsafe(24)
        language = asked.language or language_of(request.headers.get("accept-language"))
        waiting = _Waiting(asked, browser, language, now)
        is_known = self._whom(request, name, waiting, now) is not None
        if "none" in asked.prompts:  # consent is asked for each time
            error_name = "consent_required" if is_known else "login_required"
            return self._back(asked.back, error=error_name)
        self._waiting.put(name, waiting, now)
        response = self._to(f"/{'consent' if is_known else 'sign-in'}?asked={name}")
        self._set(response, "browser", browser)
        return response

    async def _ask_who(self, request: Request) -> Response:
        name, waiting = self._found(request, await fields_in(request))
        fit = [way for way in Way if way in waiting.asked.acrs] or list(Way)
        back = waiting.asked.back
        values = {
            "asked": name,
            "client": back.client.name,
            "ways": [(way.value, _WORDS[way]) for way in fit],
            "people": self._settings.people,
            "other": _other("/sign-in", name, waiting.language),
        }
        return self._pages.page("sign_in.html", waiting.language, values, goes_to=back.uri)

    async def _sign_in(self, request: Request) -> Response:
        fields = await fields_in(request)
        name, _ = self._found(request, fields)
        person, way = self._settings.person_of(single(fields, "person")), single(fields, "way")
        if person is None or way not in tuple(Way):
            raise NoWayBackError("choice")
        now, session = self._settings.clock(), secrets.token_urlsafe(24)
        self._signed_in.take(self._cookie(request, "session"), now)
        self._signed_in.put(session, SignIn(person, now, Way(way), name), now)
        response = self._to(f"/consent?asked={name}")
        self._set(response, "session", session)
        return response

    async def _ask_consent(self, request: Request) -> Response:
        name, waiting = self._found(request, await fields_in(request))
        whom = self._whom(request, name, waiting, self._settings.clock())
        if whom is None:
            return self._to(f"/sign-in?asked={name}")
        back = waiting.asked.back
        values = {
            "asked": name,
            "client": back.client.name,
            "name": whom.person.name,
            "scopes": waiting.asked.scopes,
            "other": _other("/consent", name, waiting.language),
        }
        return self._pages.page("consent.html", waiting.language, values, goes_to=back.uri)

    async def _consent(self, request: Request) -> Response:
        fields = await fields_in(request)
        name, waiting = self._found(request, fields)
        now, asked = self._settings.clock(), waiting.asked
        if single(fields, "answer") != "allow":
            self._waiting.take(name, now)
            return self._back(asked.back, error="access_denied")
        whom = self._whom(request, name, waiting, now)
        if whom is None:
            return self._to(f"/sign-in?asked={name}")
        self._waiting.take(name, now)
        is_ticked = single(fields, "tckn") == "1"
        granted = Granted(
            client=asked.back.client,
            uri=asked.back.uri,
            nonce=asked.nonce,
            challenge=asked.challenge,
            scopes=asked.scopes if is_ticked else asked.scopes - {"tckn"},
            signed_in=whom,
        )
        return self._back(asked.back, code=self._machines.code_for(granted, now=now))

    async def _end_session(self, request: Request) -> Response:
        """Ask first. The hint is not read: an address with a token in it stays in logs."""
        fields = await fields_in(request)
        language = language_in(fields) or language_of(request.headers.get("accept-language"))
        client = self._settings.client_of(single(fields, "client_id"))
        after = single(fields, "post_logout_redirect_uri")
        if after and (client is None or after not in client.after_sign_out):
            raise NoWayBackError("back")
        if request.method != "POST" or single(fields, "sure") != "1":
            kept = [(each, single(fields, each)) for each in _AFTER if single(fields, each)]
            return self._pages.page("sign_out.html", language, {"kept": kept}, goes_to=after)
        self._signed_in.take(self._cookie(request, "session"), self._settings.clock())
        if not after:
            return self._pages.page("signed_out.html", language, {})
        state = single(fields, "state")
        return self._to(_with(after, {"state": state} if state else {}))

    async def _stylesheet(self, _: Request) -> Response:
        css = Response(self._settings.stylesheet, media_type="text/css; charset=utf-8")
        return self._pages.guard(css)

    async def _no_such_page(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException), "that is what it is called for"
        return self._trouble(request, "not_there", error.status_code)

    def _trouble(
        self, request: Request, why: str, status: int = HTTPStatus.BAD_REQUEST
    ) -> Response:
        language = language_of(request.headers.get("accept-language"))
        return self._pages.page("trouble.html", language, {"why": why}, status=int(status))

    def _found(self, request: Request, fields: dict[str, list[str]]) -> tuple[str, _Waiting]:
        """The question that this very browser has brought, in the language that it now reads."""
        now, name = self._settings.clock(), single(fields, "asked")
        waiting = self._waiting.get(name, now)
        if waiting is None or waiting.browser != self._cookie(request, "browser"):
            raise NoWayBackError("gone")
        language = single(fields, "language")
        if language in tuple(Language):
            waiting = msgspec.structs.replace(waiting, language=Language(language))
            self._waiting.put(name, waiting, now)
        return name, waiting

    def _whom(self, request: Request, name: str, waiting: _Waiting, now: datetime) -> SignIn | None:
        """Who has signed in, if that is enough for what was asked."""
        found, asked = self._signed_in.get(self._cookie(request, "session"), now), waiting.asked
        if found is None or found.asked == name:
            return found
        age = waiting.at - found.at
        is_old = asked.max_age_s is not None and age > timedelta(seconds=asked.max_age_s)
        is_less = bool(asked.acrs) and found.way not in asked.acrs
        return None if asked.must_sign_in or is_old or is_less else found

    def _cookie(self, request: Request, name: str) -> str | None:
        return request.cookies.get(self._before + name)

    def _set(self, response: Response, name: str, value: str) -> None:
        """Lax: browsers come here from the client's own pages."""
        response.set_cookie(
            self._before + name,
            value,
            path="/",
            secure=self._settings.is_https,
            httponly=True,
            samesite="lax",
        )

    def _back(self, back: Back, **answer: str) -> Response:
        """Send the browser back where it came from."""
        is_lie = Lie.ISSUER_OF_ANSWER in self._settings.lies
        answer["iss"] = "https://baska.example" if is_lie else self._settings.issuer
        if back.state:
            answer["state"] = back.state
        return self._to(_with(back.uri, answer))

    def _to(self, place: str) -> Response:
        return self._pages.guard(RedirectResponse(place, HTTPStatus.SEE_OTHER))


def _with(uri: str, answer: dict[str, str]) -> str:
    beside = "&" if "?" in uri else "?"
    return uri + (beside + urlencode(answer) if answer else "")


def _other(path: str, name: str, language: Language) -> str:
    """The same page in the other language."""
    other = Language.EN if language is Language.TR else Language.TR
    return f"{path}?{urlencode({'asked': name, 'language': other.value})}"
