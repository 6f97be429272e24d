"""A new integration's tokens, check by check over HTTP: what is let through, and what is not.

Source: FAPI 2.0 Security Profile 5.3.2, RFC 9700, RFC 9449, RFC 8705, RFC 8707.
"""

import asyncio
import random
import secrets
import uuid
from datetime import UTC, datetime

import httpx2
import pytest
import pytest_asyncio
from builders.holder import (
    ISSUER,
    TOKEN_URL,
    Certificate,
    Holder,
    an_ec_key,
    public,
    signed,
    unsigned,
)
from builders.members import of_company, of_partner, owners
from builders.oauth_rows import ASSERTIONS, PROOFS, UNKNOWN
from builders.parties import PARTNER_CODE, PASSWORD
from builders.registry import (
    BRAND_CODES,
    IYS_CODES,
    PARTNER,
    Registry,
    open_registry,
    username,
)
from joserfc.jwk import OKPKey, RSAKey

from izin.access.jose import ALGORITHMS
from izin.access.nonce import SPAN, Nonces
from izin.i18n import catalogue

OURS = f"/sps/{IYS_CODES['ours']}/brands/{BRAND_CODES['ours']}"
CHANGES = f"{OURS}/consents/changes"
PROXY, STRANGER = "192.0.2.10", "192.0.2.99"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def registry(new_database, passwords, tmp_path_factory):
    """A registry behind one proxy that ends TLS."""
    folder = tmp_path_factory.mktemp("profile")
    opened = open_registry(new_database(), passwords, folder, trusted_proxies=f"{PROXY}/32")
    async with opened as registry:
        yield registry


@pytest_asyncio.fixture(loop_scope="module")
async def door(registry):
    """Nobody's client, through the proxy."""
    async with a_client(registry, PROXY) as client:
        yield client


def a_client(registry: Registry, address: str) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=registry.app, client=(address, 40_000))
    return httpx2.AsyncClient(transport=transport, base_url="http://izin.example")


async def entered(registry: Registry, who: str = "ours", **key) -> Holder:
    """An account of somebody's, with a key or a certificate."""
    of = of_partner(PARTNER_CODE) if who == PARTNER else of_company(IYS_CODES[who])
    token = await registry.token_of(await owners(registry, who, of))
    headers = {"authorization": f"Bearer {token}"}
    async with a_client(registry, PROXY) as client:
        added = await client.post("/x/clients", json={}, headers=headers)
        assert added.status_code == 201, added.text
        holder = Holder(added.json()["clientId"])
        body = key or {"jwk": public(holder.key)}
        kept = await client.post(f"/x/clients/{holder.client_id}/keys", json=body, headers=headers)
        assert kept.status_code == 201, kept.text
    return holder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def holder(registry) -> Holder:
    """Our company's account, which knows the nonce."""
    holder = await entered(registry)
    async with a_client(registry, PROXY) as client:
        await holder.told_nonce(client)
    return holder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def token(registry, holder) -> str:
    async with a_client(registry, PROXY) as client:
        return await holder.token(client)


def assert_refused(answer: httpx2.Response, key: str, word: str | None = None) -> None:
    words = catalogue.oauth_keys()[key]
    expected = None if word is None else catalogue.expected()[word].tr
    told = {"error": words.error, "error_description": words.tr.format(expected=expected)}
    assert answer.json() == told
    assert answer.status_code == (401 if words.error == "invalid_client" else 400)


def assert_nonce(registry: Registry, answer: httpx2.Response) -> None:
    nonces = Nonces(registry.parts.keyring.pseudonyms.token_tag)
    assert nonces.stands(answer.headers["dpop-nonce"], datetime.now(UTC))


# the assertion ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASSERTIONS)
async def test_an_assertion(holder, door, name):
    make, key = ASSERTIONS[name]
    answer = await holder.ask(door, client_assertion=make(holder))
    if key is None:
        assert answer.status_code == 200, answer.text
    else:
        assert_refused(answer, key)


@pytest.mark.parametrize("changes", [{"client_id": "x"}, {"client_id": str(uuid.uuid4())}])
async def test_who_says_two_names_is_nobody(holder, door, changes):
    assert_refused(await holder.ask(door, **changes), UNKNOWN)


async def test_the_same_name_twice_is_one(holder, door):
    assert (await holder.ask(door, client_id=holder.client_id)).status_code == 200


@pytest.mark.parametrize("kind", [None, "", "urn:ietf:params:oauth:client-assertion-type:saml2"])
async def test_an_assertion_of_another_type(holder, door, kind):
    assert_refused(await holder.ask(door, client_assertion_type=kind), "assertion_type")


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (OKPKey.generate_key("Ed25519"), "Ed25519"),
        (RSAKey.generate_key(2048), "PS256"),
    ],
    ids=["Ed25519", "PS256"],
)
async def test_each_kind_of_key_signs_in(registry, door, key, algorithm):
    account = await entered(registry, jwk=public(key))
    account.key, account.algorithm = key, algorithm
    token = await account.token(door)
    assert (await account.call(door, token, CHANGES)).status_code == 204


async def test_the_older_name_of_ed25519_is_taken(registry, door):
    key = OKPKey.generate_key("Ed25519")
    account = await entered(registry, jwk=public(key))
    account.key, account.algorithm = key, "EdDSA"
    token = await account.token(door)
    assert (await account.call(door, token, CHANGES)).status_code == 204


async def test_rs256_is_refused_of_a_registered_rsa_key(registry, door):
    key = RSAKey.generate_key(2048)
    account = await entered(registry, jwk=public(key))
    account.nonce = None
    good = Holder(account.client_id)  # its proofs are by another key, as they may be
    await good.told_nonce(door)
    account.key = key
    refused = await good.ask(door, client_assertion=account.assertion(_alg="RS256"))
    assert_refused(refused, UNKNOWN)
    taken = await good.ask(door, client_assertion=account.assertion(_alg="PS256"))
    assert taken.status_code == 200


async def test_an_assertion_works_once(holder, door):
    assertion = holder.assertion()
    assert (await holder.ask(door, client_assertion=assertion)).status_code == 200
    assert_refused(await holder.ask(door, client_assertion=assertion), "assertion_again")


async def test_its_id_works_once_whatever_else_it_says(holder, door):
    assert (await holder.ask(door, client_assertion=holder.assertion(jti="same"))).is_success
    again = holder.assertion(jti="same", exp=None, nbf=0)
    assert_refused(await holder.ask(door, client_assertion=again), "assertion_time")
    again = holder.assertion(jti="same", aud=TOKEN_URL)
    assert_refused(await holder.ask(door, client_assertion=again), "assertion_again")


async def test_an_id_is_its_clients_own(registry, holder, door):
    other = await entered(registry)
    for each in (holder, other):
        assertion = each.assertion(jti="shared")
        assert (await each.ask(door, client_assertion=assertion)).status_code == 200


async def test_who_is_told_another_nonce_has_used_up_nothing(registry, holder, door):
    body = holder.asking()
    stale = await door.post("/oauth2/token", data=body, headers={"dpop": holder.proof(nonce="x")})
    assert_refused(stale, "nonce_wanted")
    assert_nonce(registry, stale)
    good = await door.post("/oauth2/token", data=body, headers={"dpop": holder.proof()})
    assert good.status_code == 200


async def test_of_twenty_equal_assertions_at_once_one_is_taken(holder, door):
    assertion = holder.assertion()
    answers = await asyncio.gather(
        *(holder.ask(door, client_assertion=assertion) for _ in range(20))
    )
    assert sorted(each.status_code for each in answers) == [200, *[401] * 19]


async def test_another_accounts_key_does_not_sign_for_this_one(registry, holder, door):
    other = await entered(registry)
    forged = other.assertion(iss=holder.client_id, sub=holder.client_id)
    assert_refused(await holder.ask(door, client_assertion=forged), UNKNOWN)


async def test_nothing_that_shows_who_it_is(holder, door):
    answer = await holder.ask(door, client_assertion=None, client_id=holder.client_id)
    assert_refused(answer, "client_missing")


async def test_a_password_is_no_way_to_a_bound_token(holder, door):
    pair = {"client_id": holder.client_id, "client_secret": "x", "client_assertion": None}
    assert_refused(await holder.ask(door, **pair), "client_missing")


async def test_what_is_mangled_is_refused_and_never_breaks_it(holder, door):
    rng = random.Random(6749)
    for _ in range(30):
        assertion, proof = holder.assertion(), holder.proof()
        answer = await holder.ask(door, client_assertion=mangled(rng, assertion))
        assert answer.status_code in (200, 400, 401), answer.text
        headers = [(b"dpop", mangled(rng, proof).encode("latin-1"))]
        answer = await door.post("/oauth2/token", data=holder.asking(), headers=headers)
        assert answer.status_code in (200, 400), answer.text


def mangled(rng: random.Random, text: str) -> str:
    """Characters put in, taken out, doubled and moved."""
    for _ in range(rng.randint(1, 4)):
        at, other = sorted(rng.sample(range(len(text)), 2))
        text = (
            rng.choice(
                (
                    text[:at] + rng.choice('.=A~é{"') + text[at + 1 :],
                    text[:at] + text[at + 1 :],
                    text[:at] + text[at:other] + text[at:],
                    text[:at] + text[other:] or "x",
                    text[other:] + text[:other],
                )
            )[:8_000]
            or "x"
        )
    return text


# the proof, where a token is asked for --------------------------------------------------------


def a_proof(holder: Holder, changes, **good) -> str:
    """A proof with a row's changes."""
    if changes == "private":
        return holder.proof(**good, _jwk=holder.key.as_dict(private=True))
    told = {n: value() if callable(value) else value for n, value in changes.items()}
    if told.get("_jwk") == "short":
        told["_jwk"] = {"kty": "RSA", "n": "3Q" * 80, "e": "AQAB"}
    if None not in [value for name, value in told.items() if name.startswith("_")]:
        return holder.proof(**good | told)
    kept = {"typ": "dpop+jwt", "alg": holder.algorithm, "jwk": public(holder.key)}
    header = {name: value for name, value in kept.items() if f"_{name}" not in told}
    return signed(header, {}, holder.key)


@pytest.mark.parametrize("name", PROOFS)
async def test_a_proof(registry, holder, door, name):
    changes, word = PROOFS[name]
    headers = {"dpop": a_proof(holder, changes)}
    answer = await door.post("/oauth2/token", data=holder.asking(), headers=headers)
    if word is None:
        assert answer.status_code == 200, answer.text
    elif word == "nonce":
        assert_refused(answer, "nonce_wanted")
        assert_nonce(registry, answer)
    else:
        assert_refused(answer, "proof_unfit", word)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "..", "é", "A" * 9_000])
async def test_what_is_no_proof(holder, door, text):
    headers = [(b"dpop", text.encode())]
    answer = await door.post("/oauth2/token", data=holder.asking(), headers=headers)
    assert_refused(answer, "proof_unfit", "proof_shape")


async def test_a_proof_without_a_signature(holder, door):
    header = {"typ": "dpop+jwt", "alg": "none", "jwk": public(holder.key)}
    headers = {"dpop": unsigned(header, {"htm": "POST", "htu": TOKEN_URL})}
    answer = await door.post("/oauth2/token", data=holder.asking(), headers=headers)
    assert_refused(answer, "proof_unfit", "proof_shape")


async def test_two_proofs_are_none(holder, door):
    headers = [("dpop", holder.proof()), ("dpop", holder.proof())]
    answer = await door.post("/oauth2/token", data=holder.asking(), headers=headers)
    assert_refused(answer, "unbound")


async def test_without_a_proof_or_a_certificate_there_is_no_token(holder, door):
    assert_refused(await door.post("/oauth2/token", data=holder.asking()), "unbound")


async def test_a_proof_works_once(holder, door):
    headers = {"dpop": holder.proof()}
    first = await door.post("/oauth2/token", data=holder.asking(), headers=headers)
    again = await door.post("/oauth2/token", data=holder.asking(), headers=headers)
    assert first.status_code == 200
    assert_refused(again, "proof_unfit", "proof_again")


async def test_of_twenty_equal_proofs_at_once_one_is_taken(holder, door):
    headers = {"dpop": holder.proof()}
    bodies = [holder.asking() for _ in range(20)]
    answers = await asyncio.gather(
        *(door.post("/oauth2/token", data=body, headers=headers) for body in bodies)
    )
    assert sorted(each.status_code for each in answers) == [200, *[400] * 19]


# what the token is for ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "is_given"),
    [
        (ISSUER, True),
        (ISSUER + "/", True),
        (f"{ISSUER}/sps/{IYS_CODES['ours']}", True),
        (f"{ISSUER}/sps/{IYS_CODES['theirs']}", False),
        (f"{ISSUER}/sps/999999999", False),
        (f"{ISSUER}/sps/0{IYS_CODES['ours']}", False),
        (f"{ISSUER}/sps/{IYS_CODES['ours']}/brands/1", False),
        (f"{ISSUER}.other.example", False),
        ("https://other.example", False),
        ("", False),
    ],
)
async def test_a_token_is_for_the_registry_or_for_ones_own_company(
    holder, door, resource, is_given
):
    answer = await holder.ask(door, resource=resource)
    if is_given:
        assert answer.status_code == 200, answer.text
    else:
        assert_refused(answer, "target_unknown")


async def test_a_list_of_resources_is_none(holder, door):
    headers = {"dpop": holder.proof()}
    body = holder.asking(resource=[ISSUER])
    assert_refused(await door.post("/oauth2/token", json=body, headers=headers), "target_unknown")


async def test_a_partners_token_can_be_for_one_company_only(registry, door):
    partner = await entered(registry, PARTNER)
    resource = f"{ISSUER}/sps/{IYS_CODES['ours']}"
    narrow, wide = await partner.token(door, resource=resource), await partner.token(door)
    everywhere, here = (f"/integrator/{PARTNER_CODE}/sps", f"{OURS}/consents/changes")
    for path in (everywhere, f"{everywhere}/{IYS_CODES['ours']}", here, "/info/cities"):
        assert (await partner.call(door, wide, path)).is_success, path
    for path in (f"{everywhere}/{IYS_CODES['ours']}", here, "/info/cities"):
        assert (await partner.call(door, narrow, path)).is_success, path
    for path in (everywhere, "/x/clients", f"{everywhere}/{IYS_CODES['theirs']}"):
        assert_code(await partner.call(door, narrow, path), 403, "H353")
    foreign = await partner.ask(door, resource=f"{ISSUER}/sps/{IYS_CODES['theirs']}")
    assert_refused(foreign, "target_unknown")


async def test_a_companys_token_for_itself_does_all_that_it_may(holder, door):
    token = await holder.token(door, resource=f"{ISSUER}/sps/{IYS_CODES['ours']}")
    for path in (CHANGES, "/x/company"):
        assert (await holder.call(door, token, path)).is_success, path
    foreign = CHANGES.replace(str(IYS_CODES["ours"]), str(IYS_CODES["theirs"]))
    assert_code(await holder.call(door, token, foreign), 403, "H353")


# the door -------------------------------------------------------------------------------------


def assert_code(answer: httpx2.Response, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert [each["code"] for each in answer.json()["errors"]] == [code]


async def test_a_bound_token_works_with_a_proof_for_each_call(holder, token, door):
    asked = {"recipient": "+905990000001", "recipientType": "BIREYSEL", "type": "MESAJ"}
    path = f"{OURS}/consents/status"
    answer = await holder.call(door, token, path, method="POST", json=asked)
    assert answer.status_code == 200, answer.text
    answer = await holder.call(door, token, f"{CHANGES}?limit=5")
    assert answer.status_code == 204, answer.text
    answer = await holder.call(door, token, CHANGES, method="HEAD")
    assert answer.status_code == 204


@pytest.mark.parametrize("name", [n for n, (_, word) in PROOFS.items() if word is not None])
async def test_a_proof_that_does_not_fit_opens_no_door(registry, holder, token, door, name):
    changes, word = PROOFS[name]
    if name == "htm is GET":  # it is, here
        changes = {"htm": "POST"}
    proof = a_proof(holder, changes, htm="GET", htu=ISSUER + CHANGES, token=token)
    answer = await holder.call(door, token, CHANGES, proof=proof)
    if word == "nonce":
        assert_code(answer, 401, "IZ062")
        assert_nonce(registry, answer)
        assert 'error="use_dpop_nonce"' in answer.headers["www-authenticate"]
        return
    assert_code(answer, 401, "IZ061")
    assert catalogue.expected()[word].tr in answer.json()["errors"][0]["message"]
    assert answer.headers["www-authenticate"].startswith('DPoP error="invalid_dpop_proof"')


@pytest.mark.parametrize("ath", [None, "", "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo", 1])
async def test_a_proof_names_its_token(holder, token, door, ath):
    proof = holder.proof("GET", ISSUER + CHANGES, ath=ath)
    assert_code(await holder.call(door, token, CHANGES, proof=proof), 401, "IZ061")


async def test_a_proof_by_another_key_opens_no_door_and_is_told(registry, door, caplog):
    caplog.set_level("WARNING")
    holder = await entered(registry)
    token = await holder.token(door)
    thief = Holder(holder.client_id, an_ec_key())
    thief.nonce = holder.nonce
    for _ in range(3):
        assert_code(await thief.call(door, token, CHANGES), 401, "IZ061")
    told = [each for each in caplog.messages if holder.client_id in each]
    assert told == [f"a bound token of API account {holder.client_id} came with another key"]


async def test_an_older_nonce_works_and_is_renewed_with_the_answer(registry, holder, token, door):
    nonces = Nonces(registry.parts.keyring.pseudonyms.token_tag)
    now = datetime.now(UTC)
    for nonce, status in ((nonces.current(now - SPAN), 204), (nonces.current(now - 3 * SPAN), 401)):
        proof = holder.proof("GET", ISSUER + CHANGES, token, nonce=nonce)
        answer = await holder.call(door, token, CHANGES, proof=proof)
        assert answer.status_code == status, answer.text
        assert nonces.stands(answer.headers["dpop-nonce"], now)
    older = {"dpop": holder.proof(nonce=nonces.current(now - SPAN))}
    given = await door.post("/oauth2/token", data=holder.asking(), headers=older)
    assert given.status_code == 200
    assert nonces.stands(given.headers["dpop-nonce"], now)
    newest = nonces.current(datetime.now(UTC))
    proof = holder.proof("GET", ISSUER + CHANGES, token, nonce=newest)
    assert "dpop-nonce" not in (await holder.call(door, token, CHANGES, proof=proof)).headers


async def test_a_proof_opens_the_door_once(holder, token, door):
    proof = holder.proof("GET", ISSUER + CHANGES, token)
    assert (await holder.call(door, token, CHANGES, proof=proof)).status_code == 204
    assert_code(await holder.call(door, token, CHANGES, proof=proof), 401, "IZ061")


async def test_of_twenty_equal_proofs_at_the_door_one_is_taken(holder, token, door):
    proof = holder.proof("GET", ISSUER + CHANGES, token)
    answers = await asyncio.gather(
        *(holder.call(door, token, CHANGES, proof=proof) for _ in range(20))
    )
    assert sorted(each.status_code for each in answers) == [204, *[401] * 19]


async def test_a_stolen_bound_token_is_worth_nothing(holder, token, door):
    for scheme in ("Bearer", "DPoP"):
        answer = await door.get(CHANGES, headers={"authorization": f"{scheme} {token}"})
        assert_code(answer, 401, "IZ060")
        said = answer.headers["www-authenticate"]
        assert said == f'DPoP error="invalid_token", algs="{" ".join(ALGORITHMS)}"'
    proof = holder.proof("GET", ISSUER + CHANGES, token)
    headers = {"authorization": f"Bearer {token}", "dpop": proof}
    assert_code(await door.get(CHANGES, headers=headers), 401, "IZ060")


async def test_a_token_is_taken_from_the_header_alone(holder, token, door):
    proof = holder.proof("GET", ISSUER + CHANGES, token)
    path = f"{CHANGES}?access_token={token}"
    assert_code(await door.get(path, headers={"dpop": proof}), 401, "H351")


async def test_a_password_token_stays_as_it_is(registry, holder, door):
    bearer = await registry.token_of("ours")
    for headers in ({}, {"dpop": "x"}):
        good = {"authorization": f"Bearer {bearer}"} | headers
        assert (await door.get(CHANGES, headers=good)).status_code == 204
    as_proven = {"authorization": f"DPoP {bearer}"}
    assert_code(await door.get(CHANGES, headers=as_proven), 401, "H351")


@pytest.mark.parametrize("language", ["tr", "en"])
@pytest.mark.parametrize("code", ["IZ060", "IZ061", "IZ062"])
async def test_each_refusal_is_told_in_the_callers_language(holder, token, door, code, language):
    proofs = {"IZ060": None, "IZ061": "x", "IZ062": holder.proof("GET", ISSUER + CHANGES, token)}
    nonce, holder.nonce = holder.nonce, None
    proofs["IZ062"] = holder.proof("GET", ISSUER + CHANGES, token)
    holder.nonce = nonce
    headers = {"authorization": f"DPoP {token}", "accept-language": language}
    if proofs[code] is not None:
        headers["dpop"] = proofs[code]
    answer = await door.get(CHANGES, headers=headers)
    assert_code(answer, 401, code)
    words = catalogue.codes()[code]
    sentence = words.tr if language == "tr" else words.en
    assert answer.json()["errors"][0]["message"].startswith(sentence.partition("{")[0])


# a client certificate -----------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="module")
async def certified(registry):
    """An account that signs in by a certificate."""
    certificate = Certificate()
    account = await entered(registry, certificate=certificate.pem)
    return account, certificate


def by_certificate(account: Holder, **changes: object) -> dict[str, object]:
    body = {"grant_type": "client_credentials", "client_id": account.client_id} | changes
    return {name: value for name, value in body.items() if value is not None}


async def test_a_certificate_gets_a_token_that_it_alone_may_use(certified, door):
    account, certificate = certified
    shown = {"client-cert": certificate.header}
    answer = await door.post("/oauth2/token", data=by_certificate(account), headers=shown)
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "Bearer"
    bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await door.get(CHANGES, headers=bearer | shown)).status_code == 204
    other = {"client-cert": Certificate().header}
    for headers in (bearer, bearer | other, bearer | {"client-cert": ":AA==:"}):
        refused = await door.get(CHANGES, headers=headers)
        assert_code(refused, 401, "IZ060")
        assert refused.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    as_proven = {"authorization": bearer["authorization"].replace("Bearer", "DPoP")} | shown
    assert_code(await door.get(CHANGES, headers=as_proven), 401, "IZ060")


async def test_a_certificate_is_believed_of_our_own_proxy_only(registry, certified, door):
    account, certificate = certified
    shown = {"client-cert": certificate.header}
    async with a_client(registry, STRANGER) as stranger:
        answer = await stranger.post("/oauth2/token", data=by_certificate(account), headers=shown)
        assert_refused(answer, "unbound")
        given = await door.post("/oauth2/token", data=by_certificate(account), headers=shown)
        bearer = {"authorization": f"Bearer {given.json()['access_token']}"}
        assert_code(await stranger.get(CHANGES, headers=bearer | shown), 401, "IZ060")


@pytest.mark.parametrize("changes", [{"client_id": None}, {"client_id": str(uuid.uuid4())}])
async def test_a_certificate_of_no_account(certified, door, changes):
    account, certificate = certified
    body = by_certificate(account, **changes)
    shown = {"client-cert": certificate.header}
    assert_refused(await door.post("/oauth2/token", data=body, headers=shown), UNKNOWN)


async def test_another_certificate_does_not_sign_in(certified, door):
    account, _ = certified
    shown = {"client-cert": Certificate().header}
    answer = await door.post("/oauth2/token", data=by_certificate(account), headers=shown)
    assert_refused(answer, UNKNOWN)


@pytest.mark.parametrize("header", ["", "x", "::", ":!:", ":AAA:", '"AAAA"', ":AA==: ;x", "AAAA"])
async def test_what_is_no_certificate(certified, door, header):
    account, _ = certified
    answer = await door.post(
        "/oauth2/token", data=by_certificate(account), headers={"client-cert": header}
    )
    assert_refused(answer, "unbound")


async def test_an_assertion_over_a_certificate_binds_to_that(holder, door):
    shown = {"client-cert": Certificate().header}
    answer = await door.post("/oauth2/token", data=holder.asking(), headers=shown)
    assert answer.json()["token_type"] == "Bearer"
    bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
    assert (await door.get(CHANGES, headers=bearer | shown)).status_code == 204
    assert_code(await door.get(CHANGES, headers=bearer), 401, "IZ060")


# grants, metadata ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "grant",
    [
        "authorization_code",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:device_code",
    ],
)
async def test_other_grants_are_not_given(holder, door, grant):
    answer = await holder.ask(door, grant_type=grant)
    assert_refused(answer, "grant_type_unsupported")


async def test_a_bound_token_has_no_refresh_token(holder, door):
    body = (await holder.ask(door)).json()
    assert set(body) == {"access_token", "token_type", "expires_in"}
    again = {"grant_type": "refresh_token", "refresh_token": body["access_token"]}
    assert_refused(await door.post("/oauth2/token", data=again), "refresh_token_invalid")


async def test_the_metadata_says_what_is_true(holder, door):
    answer = await door.get("/.well-known/oauth-authorization-server")
    told = answer.json()
    assert told["issuer"] == ISSUER
    assert told["token_endpoint"] == TOKEN_URL
    assert "client_secret_basic" not in told["token_endpoint_auth_methods_supported"]
    assert {"none", "HS256", "RS256"}.isdisjoint(told["dpop_signing_alg_values_supported"])
    for name in ("token", "revocation", "introspection"):
        path = told[f"{name}_endpoint"].removeprefix(ISSUER)
        assert (await door.post(path, data={"x": "y"})).status_code != 404


# its end, and what it is -------------------------------------------------------------------------


async def test_who_has_a_token_may_end_it(holder, door):
    token = await holder.token(door)
    assert (await holder.call(door, token, CHANGES)).is_success  # and so it is remembered here
    for _ in range(2):
        ended = await door.post("/oauth2/revoke", data={"token": token})
        assert (ended.status_code, ended.json()) == (200, {})
    assert_code(await holder.call(door, token, CHANGES), 401, "H351")


@pytest.mark.parametrize("text", ["x", "izin_", "eyJhbGciOiJub25lIn0.e30."])
async def test_what_is_no_token_is_ended_all_the_same(door, text):
    assert (await door.post("/oauth2/revoke", data={"token": text})).status_code == 200


@pytest.mark.parametrize("body", [{}, {"token": ""}, {"token": 7}])
async def test_a_call_without_a_token_is_told_so(door, body):
    assert_refused(await door.post("/oauth2/revoke", json=body), "token_missing")


async def test_a_refresh_token_ends_with_its_family(registry, door):
    asked = {"grant_type": "password", "username": username("ours"), "password": PASSWORD}
    pair = (await door.post("/oauth2/token", json=asked)).json()
    bearer = {"authorization": f"Bearer {pair['access_token']}"}
    assert (await door.get(CHANGES, headers=bearer)).status_code == 204
    await door.post("/oauth2/revoke", data={"token": pair["refresh_token"]})
    assert_code(await door.get(CHANGES, headers=bearer), 401, "H351")
    again = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    assert_refused(await door.post("/oauth2/token", json=again), "refresh_token_invalid")


@pytest_asyncio.fixture(loop_scope="module")
async def taking(registry) -> Holder:
    """An account that an operator has marked as a server's that takes our tokens."""
    account = await entered(registry, "theirs")
    await registry.owner.execute(
        "insert into resource_server (user_id) values ($1)", uuid.UUID(account.client_id)
    )
    return account


async def asked_about(taking: Holder, door, token: str) -> httpx2.Response:
    own = await taking.token(door)
    path, body = "/oauth2/introspect", {"token": token}
    return await taking.call(door, own, path, method="POST", data=body)


async def test_a_server_that_takes_tokens_is_told_what_one_is(registry, taking, holder, door):
    resource = f"{ISSUER}/sps/{IYS_CODES['ours']}"
    token = await holder.token(door, resource=resource)
    told = (await asked_about(taking, door, token)).json()
    assert told.pop("exp") - told.pop("iat") == 600
    jkt = holder.key.thumbprint()
    assert told == {
        "active": True,
        "client_id": holder.client_id,
        "sub": holder.client_id,
        "token_type": "DPoP",
        "iss": ISSUER,
        "aud": resource,
        "cnf": {"jkt": jkt},
    }
    password = (await asked_about(taking, door, await registry.token_of("ours"))).json()
    assert (password["active"], password["token_type"]) == (True, "Bearer")
    assert "cnf" not in password


async def test_it_learns_nothing_of_what_is_not_good(taking, holder, door):
    ended = await holder.token(door)
    await door.post("/oauth2/revoke", data={"token": ended})
    for text in ("x", ended, f"izin_{secrets.token_hex(25)}"):
        assert (await asked_about(taking, door, text)).json() == {"active": False}


async def test_a_stopped_accounts_token_is_not_good_from_then_on(registry, taking, door):
    stopped = await entered(registry)
    token = await stopped.token(door)
    assert (await asked_about(taking, door, token)).json()["active"] is True
    await registry.owner.execute(
        "update api_user set is_active = false where user_id = $1", uuid.UUID(stopped.client_id)
    )
    assert (await asked_about(taking, door, token)).json() == {"active": False}


async def test_a_certificates_token_is_told_with_it(taking, certified, door):
    account, certificate = certified
    shown = {"client-cert": certificate.header}
    given = await door.post("/oauth2/token", data=by_certificate(account), headers=shown)
    told = (await asked_about(taking, door, given.json()["access_token"])).json()
    assert told["cnf"] == {"x5t#S256": certificate.thumbprint}


async def test_nobody_else_may_ask(holder, token, door):
    answer = await holder.call(
        door, token, "/oauth2/introspect", method="POST", data={"token": token}
    )
    assert_code(answer, 403, "H353")
    nobody = await door.post("/oauth2/introspect", data={"token": token})
    assert_code(nobody, 401, "H351")


def test_the_profile_has_its_eighty_checks():
    assert len(ASSERTIONS) + 2 * len(PROOFS) >= 80
