"""A party's people come in by its own identity provider, over a real conversation with one."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from builders.heart import until
from builders.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, identity_provider
from builders.members import PASSWORD, Someone, invited, of_company, of_partner, sign_in, someone
from builders.parties import IYS_CODE, OTHER_IYS_CODE, PARTNER_CODE

from izin.member.model import Role
from izin.oidc.fetch import SECONDS_MAX, Fetch

BACK = "http://localhost:8000/x/sign-in/sso/return"


def codes(answer) -> list[str]:
    return [each["code"] for each in answer.json()["errors"]]


@pytest.fixture
async def provider():
    async with identity_provider() as found:
        yield found


@pytest.fixture(autouse=True)
def _calls_this_machine(monkeypatch):
    here = Fetch(may_reach=lambda address: address == "127.0.0.1", schemes=("http",))
    monkeypatch.setattr("izin.wiring.members.Fetch", lambda: here)


def wanted(provider: IdentityProvider, **facts) -> dict[str, object]:
    given = {
        "issuer": provider.issuer,
        "clientId": CLIENT_ID,
        "clientSecret": CLIENT_SECRET,
        "domains": ["@Firma.example"],
        "trustsMfa": True,
    }
    return given | facts


@pytest.fixture
async def boss(house, given) -> httpx2.AsyncClient:
    return await sign_in(house, await someone(given, house))


@pytest.fixture
async def ada(house, given) -> Someone:
    return await someone(given, house, role=Role.OPERATOR, email="ada@firma.example")


@pytest.fixture
async def set_up(boss, provider):
    answer = await boss.put("/x/sign-on", json=wanted(provider))
    assert (answer.status_code, answer.json()) == (200, {"redirectUri": BACK})


async def begun(house, code: int = IYS_CODE) -> dict[str, str]:
    async with house.client() as client:
        answer = await client.post("/x/sign-in/sso", json={"iysCode": code})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def brought(house, url: str) -> dict[str, str]:
    """What the browser comes back with, shown by our own page."""
    async with httpx2.AsyncClient() as browser:
        sent_back = (await browser.get(url)).headers["location"]
    assert sent_back.startswith(BACK)
    parts = urlsplit(sent_back)
    async with house.client() as client:
        shown = await client.get(f"{parts.path}?{parts.query}")
    assert shown.json() == {name: values[0] for name, values in parse_qs(parts.query).items()}
    return shown.json()


async def finish(house, text: str, answer: dict[str, str]) -> httpx2.Response:
    async with house.client() as client:
        return await client.post("/x/sign-in/sso/finish", json={"signIn": text} | answer)


async def comes_in(house, code: int = IYS_CODE) -> httpx2.Response:
    started = await begun(house, code)
    return await finish(house, started["signIn"], await brought(house, started["url"]))


async def nobody(house, code: int = IYS_CODE) -> None:
    answer = await comes_in(house, code)
    assert (answer.status_code, codes(answer)) == (401, ["IZ083"])


async def test_who_shows_two_factors_there_is_in(house, ada, set_up, owner):
    answer = await comes_in(house)
    assert answer.status_code == 200, answer.text
    async with house.client(answer.json()["token"]) as client:
        me = (await client.get("/x/me")).json()
    assert (me["memberId"], me["role"]) == (ada.member_id, "OPERATOR")
    actions = await owner.fetch("select action from audit_event order by audit_id")
    told = [row["action"] for row in actions]
    assert {"sign_on.put", "member.subject", "member.signed_in"} <= set(told)


async def test_where_no_second_factor_was_shown_ours_follows(house, ada, set_up, provider):
    provider.claims["amr"] = ["pwd"]
    answer = await comes_in(house)
    assert answer.json()["factors"] == ["TOTP"]
    code = ada.app.code(datetime.now(UTC))
    async with house.client() as client:
        body = {"signIn": answer.json()["signIn"], "code": code}
        assert (await client.post("/x/sign-in/finish", json=body)).status_code == 200


async def test_a_second_factor_there_is_enough_only_where_the_owner_says_so(
    house, ada, boss, provider
):
    await boss.put("/x/sign-on", json=wanted(provider, trustsMfa=False))
    assert (await comes_in(house)).json()["factors"] == ["TOTP"]


async def test_an_owner_shows_our_second_factor_whatever_the_provider_says(
    house, given, boss, provider, set_up
):
    await someone(given, house, role=Role.OWNER, email="sahip@firma.example")
    provider.claims |= {"sub": "sahip-1", "email": "sahip@firma.example"}
    assert (await comes_in(house)).json()["factors"] == ["TOTP"]


async def test_who_is_known_there_is_known_by_that_and_no_more_by_address(
    house, given, ada, set_up, provider
):
    assert "token" in (await comes_in(house)).json()
    provider.claims["email"] = "baska@firma.example"
    again = await comes_in(house)
    async with house.client(again.json()["token"]) as client:
        assert (await client.get("/x/me")).json()["memberId"] == ada.member_id
    provider.claims |= {"sub": "another", "email": "ada@firma.example"}
    await nobody(house)


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email": "ada@baska.example"},
        {"email": "kimse@firma.example"},
        {"email": "ada@firma.example.baska.example"},
        {"aud": "somebody else"},
        {"nonce": "another"},
        {"exp": 1},
    ],
)
async def test_who_is_not_named_as_a_member_is_not_let_in(house, ada, set_up, provider, claims):
    provider.claims |= claims
    await nobody(house)


async def test_a_provider_speaks_for_its_own_party_alone(house, given, ada, set_up, provider):
    theirs = await someone(given, house, of=of_company(OTHER_IYS_CODE), email="can@firma.example")
    provider.claims |= {"sub": "can-1", "email": "can@firma.example"}
    await nobody(house)
    async with await sign_in(house, theirs) as their_owner:
        other = wanted(provider, domains=["firma.example"])
        assert (await their_owner.put("/x/sign-on", json=other)).status_code == 200
    provider.claims |= {"sub": "ada-1", "email": "ada@firma.example"}
    await nobody(house, OTHER_IYS_CODE)
    assert "token" in (await comes_in(house)).json()


async def test_who_was_stopped_is_not_let_in(house, ada, boss, set_up):
    assert (await boss.post(f"/x/members/{ada.member_id}/stop")).status_code == 200
    await nobody(house)


async def test_who_comes_back_to_the_party_is_bound_as_who_he_is_now(
    house, given, ada, boss, set_up, owner
):
    assert "token" in (await comes_in(house)).json()
    assert (await boss.post(f"/x/members/{ada.member_id}/stop")).status_code == 200
    again = await someone(given, house, role=Role.VIEWER, email=ada.email)
    answer = (await comes_in(house)).json()
    assert answer["memberId"] == again.member_id != ada.member_id
    bound = await owner.fetch("select member_id from member where subject_tag is not null")
    assert [str(row["member_id"]) for row in bound] == [again.member_id]


async def test_who_is_only_invited_chooses_a_password_first(house, given, set_up):
    await invited(given, house, role=Role.VIEWER, email="ada@firma.example")
    await nobody(house)


async def test_at_another_client_people_may_have_other_names(house, ada, boss, set_up, provider):
    """Providers name somebody to each client otherwise. Source: OpenID Connect Core 1.0, 8.1."""
    assert "token" in (await comes_in(house)).json()
    provider.claims["sub"] = "as another client sees her"
    await boss.put("/x/sign-on", json=wanted(provider, clientSecret="anew"))
    await boss.put("/x/sign-on", json=wanted(provider))
    await nobody(house)
    await boss.put("/x/sign-on", json=wanted(provider, clientId="another"))
    await boss.put("/x/sign-on", json=wanted(provider))
    assert (await comes_in(house)).json()["memberId"] == ada.member_id


async def test_the_return_of_one_is_no_use_to_another(house, ada, set_up):
    mine, another = await begun(house), await begun(house)
    answer = await brought(house, mine["url"])
    refused = await finish(house, another["signIn"], answer)
    assert (refused.status_code, codes(refused)) == (401, ["IZ083"])
    assert (await finish(house, mine["signIn"], answer)).status_code == 200
    again = await finish(house, mine["signIn"], answer)
    assert codes(again) == ["IZ083"], "it works once"


@pytest.mark.parametrize("name", ["state", "iss", "code"])
async def test_an_answer_that_was_altered_lets_nobody_in(house, ada, set_up, name):
    started = await begun(house)
    answer = await brought(house, started["url"])
    refused = await finish(house, started["signIn"], answer | {name: "another"})
    assert (refused.status_code, codes(refused)) == (401, ["IZ083"])


async def test_three_answers_are_looked_at_and_no_more(house, ada, set_up):
    started = await begun(house)
    answer = await brought(house, started["url"])
    for _ in range(3):
        assert codes(await finish(house, started["signIn"], answer | {"state": "x"})) == ["IZ083"]
    assert codes(await finish(house, started["signIn"], answer)) == ["IZ083"]


async def test_begun_sign_ins_of_a_network_count_with_its_passwords(house, set_up, monkeypatch):
    monkeypatch.setattr("izin.member.elsewhere.NET_MAX", 3)  # the owner's password was one
    async with house.client() as client:
        answers = [
            await client.post("/x/sign-in/sso", json={"iysCode": IYS_CODE}) for _ in range(3)
        ]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert codes(answers[-1]) == ["IZ042"]


async def test_one_return_shown_twice_at_once_opens_one_session(house, ada, set_up):
    started = await begun(house)
    answer = await brought(house, started["url"])
    both = await asyncio.gather(*(finish(house, started["signIn"], answer) for _ in range(2)))
    assert sorted(each.status_code for each in both) == [200, 401]


@pytest.mark.parametrize("text", ["", "x", "0" * 100])
async def test_a_sign_in_that_was_never_begun_is_none(house, set_up, text):
    answer = await finish(house, text, {"state": "x", "code": "x"})
    assert codes(answer) in (["IZ083"], ["IZ011"])


async def test_a_half_sign_in_of_another_kind_is_none(house, ada, set_up):
    async with house.client() as client:
        half = await client.post("/x/sign-in", json={"email": ada.email, "password": PASSWORD})
        answer = await finish(house, half.json()["signIn"], {"state": "x", "code": "x"})
        assert codes(answer) == ["IZ083"]
        started = await begun(house)
        code = ada.app.code(datetime.now(UTC))
        body = {"signIn": started["signIn"], "code": code}
        assert codes(await client.post("/x/sign-in/finish", json=body)) == ["IZ043"]


async def test_a_provider_that_is_away_is_told_and_the_password_works(house, ada, set_up, provider):
    provider.metadata = {"issuer": "http://127.0.0.1:1"}
    async with house.client() as client:
        answer = await client.post("/x/sign-in/sso", json={"iysCode": IYS_CODE})
    assert (answer.status_code, codes(answer)) == (503, ["IZ084"])
    async with await sign_in(house, ada) as client:
        assert (await client.get("/x/me")).status_code == 200


async def test_a_slow_provider_holds_few_calls(house, ada, set_up, provider, monkeypatch):
    monkeypatch.setattr("izin.member.elsewhere.AT_ONCE_MAX", 2)
    provider.slow = asyncio.Event()
    async with house.client() as client:
        calls = [
            asyncio.create_task(client.post("/x/sign-in/sso", json={"iysCode": IYS_CODE}))
            for _ in range(3)
        ]
        first, others = await asyncio.wait(
            calls, timeout=SECONDS_MAX - 1, return_when=asyncio.FIRST_COMPLETED
        )
        assert [codes(each.result()) for each in first] == [["IZ084"]]
        provider.slow.set()
        assert [(await each).status_code for each in others] == [200, 200]
    assert "token" in (await comes_in(house)).json()


@pytest.mark.parametrize("endpoint", ["token_endpoint", "jwks_uri"])
async def test_a_provider_that_goes_away_in_the_midst_is_told(
    house, ada, set_up, provider, endpoint
):
    started = await begun(house)
    answer = await brought(house, started["url"])
    provider.metadata = {endpoint: "http://127.0.0.1:1/"}
    away = await finish(house, started["signIn"], answer)
    assert (away.status_code, codes(away)) == (503, ["IZ084"])


async def test_who_is_stopped_meanwhile_is_not_let_in(house, ada, boss, set_up):
    started = await begun(house)
    answer = await brought(house, started["url"])
    assert (await boss.post(f"/x/members/{ada.member_id}/stop")).status_code == 200
    assert codes(await finish(house, started["signIn"], answer)) == ["IZ083"]


async def test_nobody_is_bound_to_a_provider_that_is_taken_away_at_that_moment(
    house, ada, set_up, owner
):
    started = await begun(house)
    answer = await brought(house, started["url"])
    waiting = "select exists (select from pg_locks where locktype = 'advisory' and not granted)"

    async def is_waiting() -> bool:
        return await owner.fetchval(waiting)

    async with owner.transaction():
        held = "select pg_advisory_xact_lock(hashtextextended($1, 1))"
        await owner.execute(held, of_company().party)
        await owner.execute("delete from sign_on")
        finishing = asyncio.create_task(finish(house, started["signIn"], answer))
        await until(is_waiting)
    assert codes(await finishing) == ["IZ083"]
    assert await owner.fetchval("select count(subject_tag) from member") == 0


async def test_what_is_taken_away_meanwhile_lets_nobody_in(house, ada, boss, set_up):
    started = await begun(house)
    answer = await brought(house, started["url"])
    assert (await boss.delete("/x/sign-on")).status_code == 204
    assert codes(await finish(house, started["signIn"], answer)) in (["IZ082"], ["IZ083"])
    async with house.client() as client:
        gone = await client.post("/x/sign-in/sso", json={"iysCode": IYS_CODE})
    assert (gone.status_code, codes(gone)) == (404, ["IZ082"])
    assert codes(await boss.delete("/x/sign-on")) == ["IZ082"]
    assert codes(await boss.get("/x/sign-on")) == ["IZ082"]


async def test_the_secret_is_never_shown(boss, set_up, provider, owner):
    shown = await boss.get("/x/sign-on")
    assert CLIENT_SECRET not in shown.text
    assert shown.json() | {"setAt": ""} == {
        "issuer": provider.issuer,
        "clientId": CLIENT_ID,
        "domains": ["firma.example"],
        "mfaAcrs": [],
        "trustsMfa": True,
        "redirectUri": BACK,
        "setAt": "",
    }
    kept = await owner.fetchval("select secret_sealed from sign_on")
    assert CLIENT_SECRET.encode() not in kept


async def test_a_partners_people_come_in_by_their_own_provider(house, given, provider):
    await given.partner()
    of = of_partner(PARTNER_CODE)
    boss = await sign_in(house, await someone(given, house, of=of))
    await someone(given, house, of=of, role=Role.VIEWER, email="ada@firma.example")
    provider.claims |= {"amr": [], "acr": "phr"}
    for acrs, given_back in ((["other"], "factors"), (["phr"], "token")):
        put = await boss.put("/x/sign-on", json=wanted(provider, mfaAcrs=acrs))
        assert put.status_code == 200, put.text
        async with house.client() as client:
            answer = await client.post("/x/sign-in/sso", json={"partnerCode": PARTNER_CODE})
        started = answer.json()
        answer = await brought(house, started["url"])
        assert given_back in (await finish(house, started["signIn"], answer)).json()


async def test_what_is_set_up_goes_on_in_a_lesser_package(house, given, ada, set_up):
    await given.subscription(level=1)
    assert "token" in (await comes_in(house)).json()


async def test_without_the_module_there_is_none_and_taking_away_passes(
    house, given, boss, provider, set_up
):
    await given.subscription(level=1)
    answer = await boss.put("/x/sign-on", json=wanted(provider))
    assert (answer.status_code, codes(answer)) == (403, ["IZ078"])
    assert (await boss.delete("/x/sign-on")).status_code == 204


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("issuer", "ftp://x.example"),
        ("issuer", "http://u:p@x.example"),
        ("issuer", 5),
        ("clientId", ""),
        ("clientSecret", "x" * 501),
        ("domains", []),
        ("domains", [5]),
        ("domains", "firma.example"),
        ("mfaAcrs", [""] * 11),
        ("trustsMfa", "yes"),
        ("more", 1),
    ],
)
async def test_what_is_no_provider_is_refused(boss, provider, field, value):
    answer = await boss.put("/x/sign-on", json=wanted(provider, **{field: value}))
    assert (answer.status_code, codes(answer)) == (422, ["IZ011"])


async def test_only_an_owner_sets_it_up(house, ada, provider):
    async with await sign_in(house, ada) as client:
        answer = await client.put("/x/sign-on", json=wanted(provider))
    assert (answer.status_code, codes(answer)) == (403, ["H353"])
