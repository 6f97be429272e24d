"""Our client and the simulated gateway talk over TCP; each lie of the gateway is found out."""

import base64
import json
import secrets
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from builders.clock import FakeClock
from builders.gateway import (
    ANY,
    BACK,
    KEY,
    OTHER_BACK,
    OUT,
    SECRET,
    Citizen,
    Registry,
    asked_by_hand,
    gateway,
    query_of,
)
from joserfc import jwt
from joserfc.jwk import KeySet

from izin.oidc.gateway import AGE_S_MAX, shown_of, wish_of, wish_with_tckn
from izin.oidc.model import Fault, NotSignedInError, SignedIn, Wish
from izin.simulator.people import PEOPLE
from izin.simulator.registration import Lie, Way

AYSE = PEOPLE[0].tckn


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def provider(clock):
    async with gateway(clock) as settings:
        yield settings


@pytest.fixture
async def citizen(provider):
    async with Citizen(provider) as found:
        yield found


@pytest.fixture
def registry(provider) -> Registry:
    return Registry(provider)


async def test_a_citizen_is_shown_without_his_number(registry, citizen, clock):
    shown = await registry.shown(citizen)
    assert (shown.auth_time, shown.acr) == (clock.at, Way.PASSWORD)
    assert shown.tckn is None
    assert "T.C. kimlik numaramı da ver" not in citizen.seen[-1] + citizen.seen[-2]
    assert repr(shown) == "Shown(…)"


async def test_a_number_that_was_asked_for_is_handed_over_if_he_says_so(registry, citizen):
    wish = wish_with_tckn(ANY)
    assert (await registry.shown(citizen, wish)).tckn is None, "the box is not ticked"
    assert (await registry.shown(citizen, wish, tckn="1")).tckn == AYSE


async def test_a_box_that_no_page_showed_hands_nothing_over(registry, citizen):
    assert (await registry.shown(citizen, tckn="1")).tckn is None


async def test_each_person_has_one_name_for_a_client_whatever_the_day(registry, citizen, clock):
    first = await registry.shown(citizen)
    clock.forward(86_400)
    assert (await registry.shown(citizen)).sub_pairwise == first.sub_pairwise
    assert (await registry.shown(citizen, person="omer")).sub_pairwise != first.sub_pairwise


async def test_a_person_keeps_the_name_over_a_start_and_has_another_elsewhere(registry, citizen):
    first = (await registry.shown(citizen)).sub_pairwise
    for secret, is_same in ((b"always the same!", True), (b"another secret !", False)):
        async with gateway(secret=secret) as settings, Citizen(settings) as other:
            assert ((await Registry(settings).shown(other)).sub_pairwise == first) is is_same


async def test_who_says_no_is_not_signed_in(registry, citizen):
    for step in ("sign-in", "consent"):
        started = await registry.begin(Wish(scopes=(), max_age_s=0))
        await citizen.open(started.url)
        if step == "consent":
            await citizen.sign_in()
        answer = await citizen.agree("deny")
        assert answer["error"] == "access_denied"
        with pytest.raises(NotSignedInError, match=Fault.DENIED):
            await registry.finish(started, answer)


@pytest.mark.parametrize(
    ("lie", "fault"),
    [
        (Lie.NONCE, Fault.NONCE),
        (Lie.ISSUER, Fault.TOKEN),
        (Lie.ISSUER_OF_ANSWER, Fault.ISSUER),
        (Lie.KEY, Fault.TOKEN),
        (Lie.EXPIRED, Fault.TOKEN),
        (Lie.SLOW, Fault.AWAY),
        (Lie.FAILS, Fault.AWAY),
    ],
)
async def test_a_lie_is_found_out(provider, registry, citizen, lie, fault):
    started = await registry.begin()
    provider.lies.add(lie)
    answer = await citizen.through(started.url)
    with pytest.raises(NotSignedInError) as error:
        await registry.finish(started, answer)
    assert error.value.fault is fault
    provider.lies.clear()
    assert (await registry.shown(citizen)).acr == Way.PASSWORD, "it was the lie"


async def test_a_number_that_nobody_asked_for_is_dropped(provider, registry, citizen):
    provider.lies.add(Lie.TCKN)
    started = await registry.begin()
    answer = await citizen.through(started.url)
    token = await redeemed(provider, started, answer)
    assert _claims(token.json()["id_token"])["tckn"] == AYSE.clear, "it was sent"
    assert (await registry.shown(citizen)).tckn is None


async def redeemed(provider, started, answer, **changes) -> httpx2.Response:
    """Fetch tokens by hand."""
    form = {
        "grant_type": "authorization_code",
        "code": answer.get("code", ""),
        "redirect_uri": BACK,
        "code_verifier": started.verifier,
    } | changes
    pair = ("izin%3Acitizens", "s%3Aecret%2F%2B%C3%BC")
    async with httpx2.AsyncClient() as client:
        return await client.post(f"{provider.issuer}/token", data=form, auth=pair)


def _claims(token: str) -> dict:
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


async def test_what_is_signed_is_what_was_agreed_on(provider, registry, citizen, clock):
    started = await registry.begin(Wish(scopes=("profile", "tckn", "email", "x")))
    answer = await citizen.through(started.url, tckn="1")
    token = (await redeemed(provider, started, answer)).json()
    assert (token["token_type"], token["scope"]) == ("Bearer", "openid profile tckn")
    async with httpx2.AsyncClient(base_url=provider.issuer) as client:
        keys = KeySet.import_key_set((await client.get("/jwks")).json())
        bearer = {"authorization": f"Bearer {token['access_token']}"}
        about = (await client.get("/userinfo", headers=bearer)).json()
        clock.forward(301)
        late = await client.get("/userinfo", headers=bearer)
    read = jwt.decode(token["id_token"], keys, algorithms=["ES256"])
    assert read.header["alg"] == "ES256"
    at, sub = int(clock.at.timestamp()) - 301, read.claims["sub"]
    assert read.claims == {
        "iss": provider.issuer,
        "aud": "izin:citizens",
        "sub": sub,
        "iat": at,
        "exp": at + 300,
        "auth_time": at,
        "nonce": started.nonce,
        "acr": Way.PASSWORD,
        "amr": ["pwd"],
        "name": "Ayşe Kurgu",
        "tckn": AYSE.clear,
    }
    assert about == {"sub": sub, "name": "Ayşe Kurgu", "tckn": AYSE.clear}
    assert late.status_code == 401
    assert late.headers["www-authenticate"].startswith("Bearer")


async def test_no_private_part_of_a_key_is_shown(provider):
    async with httpx2.AsyncClient() as client:
        [key] = (await client.get(f"{provider.issuer}/jwks")).json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "use", "alg", "kid"}


async def test_a_code_works_once_and_shown_again_takes_back_what_it_gave(
    provider, registry, citizen
):
    started = await registry.begin()
    answer = await citizen.through(started.url)
    first = await redeemed(provider, started, answer)
    bearer = {"authorization": f"Bearer {first.json()['access_token']}"}
    async with httpx2.AsyncClient(base_url=provider.issuer, headers=bearer) as client:
        assert (await client.get("/userinfo")).status_code == 200
        again = await redeemed(provider, started, answer)
        assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
        assert (await client.get("/userinfo")).status_code == 401
    with pytest.raises(NotSignedInError, match=Fault.CODE):
        await registry.finish(started, answer)


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "x" * 43},
        {"code_verifier": ""},
        {"code_verifier": "\ud800".encode("utf-8", "surrogatepass")},
        {"redirect_uri": BACK + "&"},
        {"redirect_uri": OTHER_BACK},
        {"code": "x"},
        {"code": ""},
    ],
)
async def test_a_code_is_bound_to_its_proof_and_its_way_back(provider, registry, citizen, changes):
    started = await registry.begin()
    answer = await citizen.through(started.url)
    refused = await redeemed(provider, started, answer, **changes)
    assert refused.status_code == 400
    assert refused.json()["error"] in {"invalid_grant", "invalid_request"}


@pytest.mark.parametrize(("seconds", "status"), [(59, 200), (60, 400)])
async def test_a_code_lasts_a_minute(provider, registry, citizen, clock, seconds, status):
    started = await registry.begin()
    answer = await citizen.through(started.url)
    clock.forward(seconds)
    assert (await redeemed(provider, started, answer)).status_code == status


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"client_id": "sikayet"}, "invalid_client"),
        ({"client_assertion": "x"}, "invalid_client"),
    ],
)
async def test_a_token_call_that_does_not_fit_is_refused(provider, registry, citizen, form, error):
    started = await registry.begin()
    answer = await citizen.through(started.url)
    assert (await redeemed(provider, started, answer, **form)).json() == {"error": error}


@pytest.mark.parametrize(
    "basic",
    [
        "",
        "Basic",
        "Basic !",
        "Basic " + base64.b64encode(b"izin%3Acitizens:wrong").decode(),
        "Basic " + base64.b64encode(b"izin%3Acitizens").decode(),
        "Basic " + base64.b64encode(b"sikayet:").decode(),
        "Basic " + base64.b64encode(b"%ED%A0%80:%ED%A0%80").decode(),
        "Bearer " + base64.b64encode(b"izin%3Acitizens:s%3Aecret%2F%2B%C3%BC").decode(),
    ],
)
async def test_who_is_no_client_gets_no_token(provider, basic):
    async with httpx2.AsyncClient(headers={"authorization": basic} if basic else {}) as client:
        answer = await client.post(f"{provider.issuer}/token", data={"grant_type": "x"})
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert answer.headers["www-authenticate"] == 'Basic realm="token"'


def an_assertion(issuer: str, clock: FakeClock, key=KEY, **changes) -> str:
    now = int(clock.at.timestamp())
    claims = {"iss": "sikayet", "sub": "sikayet", "aud": issuer, "exp": now + 60, "jti": "1"}
    return jwt.encode({"alg": "ES256"}, claims | changes, key)


async def by_key(provider, answer, assertion: str, **changes: str) -> httpx2.Response:
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": OTHER_BACK,
        "code_verifier": "v" * 43,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    } | changes
    async with httpx2.AsyncClient() as client:
        return await client.post(f"{provider.issuer}/token", data=form)


async def test_a_client_with_a_key_has_another_name_for_him_and_no_number(
    provider, registry, citizen, clock
):
    """It is on another host, and is not registered for the number."""
    ours = await registry.shown(citizen)
    await citizen.open(asked_by_hand(provider.issuer))
    answer = await citizen.agree(tckn="1")
    got = (await by_key(provider, answer, an_assertion(provider.issuer, clock))).json()
    claims = _claims(got["id_token"])
    assert (claims["name"], "tckn" in claims) == ("Ayşe Kurgu", False)
    assert claims["sub"] != ours.sub_pairwise


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "izin:citizens"},
        {"sub": "izin:citizens"},
        {"aud": "https://other.example"},
        {"aud": None},
        {"exp": 1},
        {"exp": 10**400},
        {"exp": "x"},
        {"jti": None},
        {"jti": ""},
    ],
)
async def test_an_assertion_that_does_not_fit_shows_no_client(provider, citizen, clock, changes):
    answer = await citizen.through(asked_by_hand(provider.issuer))
    said = an_assertion(provider.issuer, clock, **changes)
    assert (await by_key(provider, answer, said)).json() == {"error": "invalid_client"}


async def test_an_assertion_works_once_and_by_its_key_alone(provider, citizen, clock):
    answer = await citizen.through(asked_by_hand(provider.issuer))
    foreign = an_assertion(provider.issuer, clock, key=type(KEY).generate_key("P-256"))
    assert (await by_key(provider, answer, foreign)).json() == {"error": "invalid_client"}
    ours = an_assertion(provider.issuer, clock)
    assert (await by_key(provider, answer, ours)).status_code == 200
    answer = await citizen.through(asked_by_hand(provider.issuer))
    assert (await by_key(provider, answer, ours)).json() == {"error": "invalid_client"}


async def test_a_code_of_another_client_is_not_taken(provider, registry, citizen, clock):
    started = await registry.begin()
    answer = await citizen.through(started.url)
    stolen = {"redirect_uri": BACK, "code_verifier": started.verifier}
    said = an_assertion(provider.issuer, clock)
    refused = await by_key(provider, answer, said, **stolen)
    assert refused.json() == {"error": "invalid_grant"}


class WithName(PrivateKeyJWT):
    """Authlib's assertions with the same claims all have one jti."""

    def sign(self, auth, token_endpoint):
        self.claims = {"exp": int(time.time()) + 60, "jti": secrets.token_hex(8)}
        return super().sign(auth, token_endpoint)


async def test_a_client_that_is_not_ours_understands_it():
    async with gateway(lambda: datetime.now(UTC)) as settings, Citizen(settings) as citizen:
        known = await citizen.browser.get("/.well-known/openid-configuration")
        metadata, verifier = known.json(), secrets.token_urlsafe(48)
        client = AsyncOAuth2Client(
            "sikayet",
            KEY,
            token_endpoint_auth_method="private_key_jwt",
            redirect_uri=OTHER_BACK,
            scope="openid profile",
            code_challenge_method="S256",
        )
        client.register_client_auth_method(WithName(alg="ES256"))
        async with client:
            url, state = client.create_authorization_url(
                metadata["authorization_endpoint"], code_verifier=verifier, nonce="n"
            )
            await citizen.open(url)
            await citizen.sign_in("cagri", Way.SIGNATURE)
            went = await citizen.send("/consent", asked=citizen.asked, answer="allow")
            token = await client.fetch_token(
                metadata["token_endpoint"],
                authorization_response=went.headers["location"],
                state=state,
                code_verifier=verifier,
            )
            about = (await client.get(metadata["userinfo_endpoint"])).json()
    assert about["name"] == "Çağrı Model"
    assert _claims(token["id_token"])["amr"] == ["hwk", "mfa"]


@pytest.mark.parametrize(
    ("wish", "is_asked_anew"),
    [
        (Wish(scopes=()), False),
        (Wish(scopes=(), max_age_s=120), False),
        (Wish(scopes=(), max_age_s=119), True),
        (Wish(scopes=(), acrs=(Way.PASSWORD,)), False),
        (Wish(scopes=(), acrs=(Way.SIGNATURE,)), True),
    ],
)
async def test_who_has_signed_in_is_asked_anew_where_that_is_not_enough(
    registry, citizen, clock, wish, is_asked_anew
):
    await registry.shown(citizen)
    clock.forward(120)
    await citizen.open((await registry.begin(wish)).url)
    assert ("Kim olarak gireceksiniz?" in citizen.seen[-1]) is is_asked_anew
    await citizen.open(f"/consent?asked={citizen.asked}")
    assert ("Kim olarak gireceksiniz?" in citizen.seen[-1]) is is_asked_anew, "no way around"


@pytest.mark.parametrize("prompt", ["login", "select_account", "login consent"])
async def test_a_prompt_for_signing_in_is_heeded_even_in_the_same_instant(
    provider, citizen, prompt
):
    await citizen.through(asked_by_hand(provider.issuer))
    await citizen.open(asked_by_hand(provider.issuer, prompt=prompt))
    assert "Kim olarak gireceksiniz?" in citizen.seen[-1]
    await citizen.send("/consent", asked=citizen.asked, answer="allow")
    assert "Kim olarak gireceksiniz?" in citizen.seen[-1]
    await citizen.sign_in()
    assert "code" in await citizen.agree()


async def test_a_quiet_question_is_answered_without_a_page(provider, citizen):
    quiet = asked_by_hand(provider.issuer, prompt="none")
    assert query_of(await citizen.open(quiet))["error"] == "login_required"
    await citizen.through(asked_by_hand(provider.issuer))
    answer = query_of(await citizen.open(quiet))
    assert answer == {"error": "consent_required", "state": "st", "iss": provider.issuer}


async def test_a_way_that_was_asked_for_is_the_one_that_is_offered(registry, citizen):
    wish = wish_of((Way.SIGNATURE,))
    started = await registry.begin(wish)
    await citizen.open(started.url)
    assert Way.SIGNATURE in citizen.seen[-1]
    assert Way.PASSWORD not in citizen.seen[-1]
    await citizen.sign_in(way=Way.PASSWORD)  # by hand
    with pytest.raises(NotSignedInError, match=Fault.ACR):
        await registry.finish(started, await citizen.agree(), wish)


async def test_a_sign_in_of_long_ago_is_not_believed(registry, citizen, clock):
    await registry.shown(citizen)
    clock.forward(AGE_S_MAX + 61)
    started = await registry.begin(Wish(scopes=()))  # as if the gateway took no note of an age
    await citizen.open(started.url)
    with pytest.raises(NotSignedInError, match=Fault.STALE):
        await registry.finish(started, await citizen.agree())


async def test_whoever_signs_out_is_asked_anew(provider, registry, citizen):
    await registry.shown(citizen)
    asked = {"client_id": "izin:citizens", "post_logout_redirect_uri": OUT, "state": "s&1"}
    await citizen.open("/end-session?" + urlencode(asked))
    assert "çıkmak istiyor musunuz" in citizen.seen[-1]
    known = Wish(scopes=(), max_age_s=AGE_S_MAX, acrs=ANY)
    await citizen.open((await registry.begin(known)).url)
    assert "Kim olarak" not in citizen.seen[-1], "nothing happened by opening a page"
    went = await citizen.send("/end-session", sure="1", **asked)
    assert went.headers["location"] == f"{OUT}?state=s%261"
    await citizen.open((await registry.begin()).url)
    assert "Kim olarak" in citizen.seen[-1]
    await citizen.send("/end-session", sure="1")
    assert "Çıkış yapıldı" in citizen.seen[-1]


async def test_a_question_may_come_by_a_form(provider, citizen):
    query = parse_qs(urlsplit(asked_by_hand(provider.issuer)).query)
    await citizen.send("/authorize", **{name: values[0] for name, values in query.items()})
    await citizen.sign_in()
    assert "code" in await citizen.agree()


async def test_the_language_that_was_asked_for_is_spoken(provider, citizen):
    await citizen.open(asked_by_hand(provider.issuer, ui_locales="de en-GB tr"))
    assert '<html lang="en">' in citizen.seen[-1]
    await citizen.open(f"/sign-in?asked={citizen.asked}&language=tr")
    await citizen.sign_in()
    assert '<html lang="tr">' in citizen.seen[-1]


def test_a_name_that_is_a_number_is_no_name():
    signed_in = SignedIn(issuer="https://a.example", subject=AYSE.clear, email=None, has_mfa=False)
    with pytest.raises(NotSignedInError, match=Fault.TOKEN) as error:
        shown_of(signed_in)
    assert AYSE.clear not in repr(error.value)


async def test_no_secret_is_printed(provider):
    printed = f"{provider!r} {provider.clients!r} {provider.people!r}"
    assert SECRET not in printed
    assert not any(each.tckn.clear in printed for each in provider.people)
