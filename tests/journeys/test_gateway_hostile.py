"""What the simulated gateway is sent by those who wish it ill; a browser goes only where it may."""

import logging
from urllib.parse import quote, urlencode

import httpx2
import pytest
from builders.browser import serving
from builders.gateway import (
    OTHER_BACK,
    OUT,
    Citizen,
    Registry,
    asked_by_hand,
    gateway,
    query_of,
)
from msgspec.structs import replace

from izin.simulator.identity import app_of
from izin.simulator.registration import Client, IdentitySettings
from izin.simulator.taking import BYTES_MAX, QUERY_BYTES_MAX

MUCH = 10 * 1024 * 1024
CALLS = ("/authorize", "/sign-in", "/consent", "/token", "/end-session")


@pytest.fixture
async def provider():
    async with gateway() as settings:
        yield settings


@pytest.fixture
async def citizen(provider):
    async with Citizen(provider) as found:
        yield found


@pytest.mark.parametrize(
    "uri",
    [
        *("https://evil.example/", OTHER_BACK + "/", OTHER_BACK + "?a", OTHER_BACK + "#a", ""),
        *(OTHER_BACK.upper(), OTHER_BACK + "/..", "//sikayet.example/back", "javascript:alert(1)"),
        *("https://sikayet.example/back@evil.example", "https://sikayet.example\\@evil.example"),
        *(OTHER_BACK + "\r\nset-cookie: a=b", "\x00" + OTHER_BACK, None),
    ],
)
async def test_a_browser_stays_where_its_way_back_is_not_registered(provider, citizen, uri):
    answer = await citizen.open(asked_by_hand(provider.issuer, redirect_uri=uri))
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert "tanımlı adreslerden biri değil" in answer.text
    assert "evil" not in answer.text


@pytest.mark.parametrize("client_id", ["", None, "other", "izin:citizens\0", "İZIN"])
async def test_a_browser_of_no_known_client_stays(provider, citizen, client_id):
    answer = await citizen.open(asked_by_hand(provider.issuer, client_id=client_id))
    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert "client_id burada tanımlı değil" in answer.text


@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
async def test_a_way_back_that_is_named_twice_is_none(provider, citizen, name):
    right = {"client_id": "sikayet", "redirect_uri": OTHER_BACK}[name]
    url = asked_by_hand(provider.issuer) + f"&{name}={quote(right, safe='')}"
    assert (await citizen.open(url)).status_code == 400


@pytest.mark.parametrize("name", ["state", "nonce", "scope", "code_challenge", "x", "max_age"])
async def test_whatever_else_is_named_twice_is_refused_where_it_came_from(provider, citizen, name):
    url = asked_by_hand(provider.issuer) + f"&{name}=1" + f"&{name}=2"
    answer = query_of(await citizen.open(url))
    state = {} if name == "state" else {"state": "st"}
    assert answer == {"error": "invalid_request", "iss": provider.issuer} | state


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "x" * 42}, "invalid_request"),
        ({"code_challenge": "x" * 43 + "\n"}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"state": "ş"}, "invalid_request"),
        ({"state": "a\r\nb"}, "invalid_request"),
        ({"state": "x" * 513}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": ""}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "٣"}, "invalid_request"),
        ({"max_age": "1" * 5000}, "invalid_request"),
        ({"request": "x"}, "request_not_supported"),
        ({"request_uri": "https://evil.example"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
    ],
)
async def test_what_is_asked_wrongly_is_told_to_the_client(provider, citizen, changes, error):
    answer = query_of(await citizen.open(asked_by_hand(provider.issuer, **changes)))
    assert (answer["error"], answer["iss"]) == (error, provider.issuer)
    assert answer.get("state") == (None if "state" in changes else "st")


@pytest.mark.parametrize(
    "more", ["a=%ED%A0%80", "a=%FF", "%ED%A0%80=1", "&".join(f"a{n}=1" for n in range(50))]
)
async def test_what_does_not_read_is_not_guessed_at(provider, citizen, more):
    for path in (*CALLS, "/token"):
        answer = await citizen.open(f"{path}?{more}")
        assert answer.status_code in {400, 405}
        kind = {"content-type": "application/x-www-form-urlencoded"}
        answer = await citizen.browser.post(path, content=more, headers=kind)
        assert answer.status_code == 400


async def test_state_comes_back_as_it_was_sent(provider, citizen):
    state = "&error=x#\"'<>%00+ /?"
    answer = await citizen.through(asked_by_hand(provider.issuer, state=state))
    assert (answer["state"], "error" in answer) == (state, False)


@pytest.mark.parametrize("path", CALLS)
async def test_ten_megabytes_are_not_taken_in(citizen, path):
    kind = {"content-type": "application/x-www-form-urlencoded"}
    sent = 0

    async def much():
        nonlocal sent
        for _ in range(MUCH // BYTES_MAX):
            yield b"a=" + b"x" * (BYTES_MAX - 2)
            sent += 1

    try:
        answer = await citizen.browser.post(path, content=much(), headers=kind)
    except httpx2.TransportError:
        assert sent < MUCH // BYTES_MAX, "it was cut off on the way"
    else:
        assert answer.status_code == 400
    assert (await citizen.browser.get("/jwks")).status_code == 200, "it goes on"


async def test_a_long_query_and_what_is_no_form_are_refused(citizen):
    assert (await citizen.open("/authorize?a=" + "x" * QUERY_BYTES_MAX)).status_code == 400
    for kind in ("application/json", "multipart/form-data; boundary=x", ""):
        answer = await citizen.browser.post(
            "/sign-in", content=b"asked=x", headers={"content-type": kind}
        )
        assert answer.status_code == 400


async def test_another_browser_does_not_answer_for_this_one(provider, citizen):
    await citizen.open(asked_by_hand(provider.issuer))
    async with Citizen(provider) as thief:
        thief.asked = citizen.asked
        for step in (thief.sign_in(), thief.send("/consent", asked=thief.asked, answer="deny")):
            refused = await step
            assert (refused.status_code, "location" in refused.headers) == (400, False)
        await thief.open(asked_by_hand(provider.issuer))
        assert (await thief.open(f"/consent?asked={citizen.asked}")).status_code == 400
    await citizen.sign_in()
    assert "code" in await citizen.agree(), "nothing was taken from this one"


async def test_a_question_is_answered_once(provider, citizen):
    await citizen.through(asked_by_hand(provider.issuer))
    again = await citizen.send("/consent", asked=citizen.asked, answer="allow")
    assert (again.status_code, "location" in again.headers) == (400, False)


async def test_nobody_agrees_before_he_has_signed_in(provider, citizen):
    await citizen.open(asked_by_hand(provider.issuer))
    await citizen.send("/consent", asked=citizen.asked, answer="allow")
    assert "Kim olarak gireceksiniz?" in citizen.seen[-1]


@pytest.mark.parametrize(
    "form", [{"person": "nobody"}, {"person": ""}, {"way": "urn:x"}, {"way": ""}]
)
async def test_nobody_signs_in_as_one_who_is_not_there(provider, citizen, form):
    await citizen.open(asked_by_hand(provider.issuer))
    sent = {"asked": citizen.asked, "person": "ayse", "way": "urn:x-izin-simulator:password"}
    assert (await citizen.send("/sign-in", **(sent | form))).status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        {"post_logout_redirect_uri": "https://evil.example", "client_id": "izin:citizens"},
        {"post_logout_redirect_uri": OUT},
        {"post_logout_redirect_uri": OUT, "client_id": "sikayet"},
        {"post_logout_redirect_uri": OUT + "/", "client_id": "izin:citizens"},
    ],
)
async def test_a_sign_out_leads_nowhere_else(citizen, asked):
    for answer in (
        await citizen.open("/end-session?" + urlencode(asked)),
        await citizen.send("/end-session", sure="1", **asked),
    ):
        assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_a_page_holds_a_browser_to_itself_and_the_way_back(provider, citizen):
    answer = await citizen.open(asked_by_hand(provider.issuer))
    assert answer.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; form-action 'self' https://sikayet.example; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "<script" not in answer.text
    trouble = await citizen.open("//evil.example/nowhere/")
    assert (trouble.status_code, "location" in trouble.headers) == (404, False)
    assert "form-action 'self';" in trouble.headers["content-security-policy"]


async def test_cookies_are_no_scripts_affair_and_over_https_no_other_hosts(provider, citizen):
    answer = await citizen.browser.get(asked_by_hand(provider.issuer))
    assert "httponly; path=/; samesite=lax" in answer.headers["set-cookie"].lower()
    async with serving(app_of(replace(provider, issuer="https://gate.example"))) as proxied:
        answer = await citizen.browser.get(asked_by_hand(proxied))
    kept = answer.headers["set-cookie"]
    assert kept.startswith("__Host-simulator-browser=")
    assert kept.endswith("; HttpOnly; Path=/; SameSite=lax; Secure")
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_nothing_that_is_asked_wrongly_is_a_warning(provider, citizen, caplog):
    caplog.set_level(logging.DEBUG)
    registry = Registry(provider)
    await registry.shown(citizen)
    for path in ("/userinfo", "/jwks", "/token", "/nowhere"):
        await citizen.browser.get(path)
    assert not [each for each in caplog.records if each.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    "uri",
    [
        *("javascript:alert(1)", "ftp://a.example/", "https:///back", "https://a@b.example/"),
        *("https://a.example/#x", "https://a.example; script-src *", "https://ş.example/", ""),
        "https://a.example/\r\nx",
    ],
)
def test_no_client_is_registered_with_an_address_that_breaks_a_header(uri):
    with pytest.raises(ValueError, match="address"):
        Client(client_id="a", name="a", redirect_uris=frozenset((uri,)))


@pytest.mark.parametrize(
    "facts", [{"issuer": "https://a.example/x"}, {"issuer": "a.example"}, {"secret": b"short"}]
)
def test_no_provider_is_served_with_less(facts):
    given = {"issuer": "https://a.example", "clients": (), "secret": b"x" * 16, "stylesheet": b""}
    with pytest.raises(ValueError, match=r"issuer|secret|web"):
        IdentitySettings(**(given | facts))
