"""A whole conversation with a real provider, and what is not believed of one that lies."""

import asyncio
import ipaddress
import secrets
import ssl
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import msgspec
import pytest
from builders.dealers import a_tckn
from builders.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, identity_provider
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from izin.core.identity import Tckn
from izin.oidc.client import OidcClient
from izin.oidc.fetch import BYTES_MAX, Fetch, is_public
from izin.oidc.model import Fault, NotSignedInError, Registration, SignedIn, Started, Wish

WHO = Wish()
HERE = {"may_reach": lambda address: address == "127.0.0.1", "schemes": ("http",)}


@pytest.fixture
async def provider():
    async with identity_provider() as found:
        yield found


@pytest.fixture
def client() -> OidcClient:
    return OidcClient(Fetch(**HERE))


def known_at(provider: IdentityProvider, **facts) -> Registration:
    given = {
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": "https://izin.example/back",
    }
    return Registration(**(given | facts))


async def begun(client: OidcClient, at: Registration, wish: Wish = WHO) -> Started:
    drawn = tuple(secrets.token_urlsafe(32) for _ in range(3))
    return await client.begin(at, drawn=drawn, wish=wish)


async def came_back(started: Started) -> dict[str, str]:
    """The query with which the browser comes back."""
    async with httpx2.AsyncClient() as browser:
        answer = await browser.get(started.url)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


async def signed_in(client: OidcClient, provider: IdentityProvider, **facts) -> SignedIn:
    at = known_at(provider, **facts)
    started = await begun(client, at)
    return await client.finish(at, started, await came_back(started), now=datetime.now(UTC))


async def wished(
    client: OidcClient, provider: IdentityProvider, now: datetime | None = None, **wish
) -> SignedIn:
    at, asked = known_at(provider), Wish(**wish)
    started = await begun(client, at, asked)
    answer = await came_back(started)
    return await client.finish(at, started, answer, now=now or datetime.now(UTC), wish=asked)


async def refused(client: OidcClient, provider: IdentityProvider, fault: Fault) -> None:
    with pytest.raises(NotSignedInError) as error:
        await signed_in(client, provider)
    assert error.value.fault is fault


async def test_who_signs_in_there_is_told_here(client, provider):
    found = await signed_in(client, provider)
    assert (found.subject, found.email, found.has_mfa) == ("ada-1", "ada@firma.example", True)
    assert "ada" not in repr(found)


@pytest.mark.parametrize("verified", [False, None, "true", 1])
async def test_an_email_that_is_not_verified_is_none(client, provider, verified):
    provider.claims["email_verified"] = verified
    assert (await signed_in(client, provider)).email is None


@pytest.mark.parametrize(
    ("claims", "acrs", "has_mfa"),
    [
        ({"amr": ["pwd"]}, (), False),
        ({"amr": "mfa"}, (), False),
        ({"amr": None, "acr": "phr"}, (), False),
        ({"amr": None, "acr": "phr"}, ("phr",), True),
    ],
)
async def test_a_second_factor_is_what_the_provider_says_it_is(
    client, provider, claims, acrs, has_mfa
):
    provider.claims |= claims
    found = await signed_in(client, provider, mfa_acrs=frozenset(acrs))
    assert found.has_mfa is has_mfa


async def test_another_browsers_return_is_not_taken(client, provider):
    at = known_at(provider)
    mine, thiefs = await begun(client, at), await begun(client, at)
    answer = await came_back(thiefs)
    with pytest.raises(NotSignedInError, match=Fault.STATE):
        await client.finish(at, mine, answer, now=datetime.now(UTC))
    # nor with the state put right: the verifier and the nonce are of another sign-in
    with pytest.raises(NotSignedInError, match=Fault.CODE):
        await client.finish(at, mine, answer | {"state": mine.state}, now=datetime.now(UTC))


async def test_a_code_works_once(client, provider):
    at = known_at(provider)
    started = await begun(client, at)
    answer = await came_back(started)
    await client.finish(at, started, answer, now=datetime.now(UTC))
    with pytest.raises(NotSignedInError, match=Fault.CODE):
        await client.finish(at, started, answer, now=datetime.now(UTC))


@pytest.mark.parametrize("named", ["https://other.example", ""])
async def test_a_mixed_up_issuer_is_not_taken(client, provider, named):
    provider.answer["iss"] = named
    await refused(client, provider, Fault.ISSUER)


async def test_metadata_of_another_issuer_is_not_taken(client, provider):
    provider.metadata["issuer"] = "https://other.example"
    await refused(client, provider, Fault.METADATA)


@pytest.mark.parametrize(
    "endpoint", ["https://other.example/token", "file:///etc/passwd", "http://a:b@127.0.0.1/", None]
)
async def test_an_endpoint_that_is_not_called_is_not_taken(client, provider, endpoint):
    provider.metadata["token_endpoint"] = endpoint
    await refused(client, provider, Fault.METADATA)


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another client"},
        {"aud": [CLIENT_ID, "another client"]},
        {"azp": "another client"},
        {"iss": "https://other.example"},
        {"exp": NOW - 3600},
        {"exp": None},
        {"iat": NOW - 3600},
        {"iat": NOW + 3600},
        {"iat": 10**400},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
    ],
)
async def test_a_token_that_does_not_fit_is_not_taken(client, provider, claims):
    provider.claims |= claims
    await refused(client, provider, Fault.TOKEN)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("access_denied", Fault.DENIED),
        ("temporarily_unavailable", Fault.AWAY),
        ("server_error", Fault.AWAY),
        ("unmet_authentication_requirements", Fault.ACR),
        ("invalid_scope", Fault.REFUSED),
        ("", Fault.REFUSED),
    ],
)
async def test_what_the_person_says_is_told_from_what_the_provider_says(
    client, provider, said, fault
):
    at = known_at(provider)
    started = await begun(client, at)
    answer = {"state": started.state, "iss": at.issuer, "error": said}
    with pytest.raises(NotSignedInError) as error:
        await client.finish(at, started, answer, now=datetime.now(UTC))
    assert error.value.fault is fault


async def test_what_is_wished_for_is_asked(client, provider):
    asked = Wish(scopes=("tckn",), max_age_s=60, acrs=("a", "b"))
    query = parse_qs(urlsplit((await begun(client, known_at(provider), asked)).url).query)
    assert query["scope"] == ["openid tckn"]
    assert (query["max_age"], query["acr_values"]) == (["60"], ["a b"])
    plain = parse_qs(urlsplit((await begun(client, known_at(provider))).url).query)
    assert plain["scope"] == ["openid email"]
    assert not {"max_age", "acr_values"} & plain.keys()


@pytest.mark.parametrize(
    ("said", "is_believed"),
    [
        (0, True),
        (-119, True),
        (-125, False),
        (3600, False),
        (None, False),
        ("1", False),
        (True, False),
        (float("nan"), False),
        (10**400, False),
    ],
)
async def test_an_age_that_is_asked_for_is_held_to(client, provider, said, is_believed):
    """Two minutes: one is asked for, and clocks may differ by one."""
    now = datetime.now(UTC)
    is_offset = type(said) is int and abs(said) < 10**6
    provider.claims["auth_time"] = int(now.timestamp()) + said if is_offset else said
    if not is_believed:
        with pytest.raises(NotSignedInError, match=Fault.STALE):
            await wished(client, provider, now, max_age_s=60)
        return
    found = await wished(client, provider, now, max_age_s=60)
    assert found.auth_at.timestamp() == provider.claims["auth_time"]
    assert (await wished(client, provider)).auth_at is None, "nobody has asked"


@pytest.mark.parametrize("acr", ["low", None, 7, ["high"]])
async def test_a_way_of_signing_in_that_is_not_enough_is_not_taken(client, provider, acr):
    provider.claims["acr"] = acr
    with pytest.raises(NotSignedInError, match=Fault.ACR):
        await wished(client, provider, acrs=("high",))
    provider.claims["acr"] = "high"
    assert (await wished(client, provider, acrs=("high",))).acr == "high"


async def test_a_number_is_let_through_only_where_it_was_asked_for(client, provider):
    provider.claims["tckn"] = a_tckn(7)
    assert (await wished(client, provider)).tckn is None
    found = await wished(client, provider, scopes=("tckn",))
    assert found.tckn == Tckn(a_tckn(7))
    for bad in ("10000000147", 10000000146, None, [a_tckn(7)]):
        provider.claims["tckn"] = bad
        assert (await wished(client, provider, scopes=("tckn",))).tckn is None


@pytest.mark.parametrize("nonce", ["another", None, 7])
async def test_a_token_of_another_sign_in_is_not_taken(client, provider, nonce):
    provider.claims["nonce"] = nonce
    await refused(client, provider, Fault.NONCE)


async def test_a_token_that_nobody_signed_or_somebody_else_is_not_taken(client, provider):
    claims = {"iss": provider.issuer, "aud": CLIENT_ID, "sub": "x", "iat": NOW, "exp": NOW + 99}
    none = (
        "eyJhbGciOiJub25lIn0."
        + jwt.encode({"alg": "HS256"}, claims, OctKey.generate_key(256)).split(".")[1]
    )
    for signed in (
        none + ".",
        jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET * 5)),
        jwt.encode({"alg": "ES256", "kid": "first"}, claims, ECKey.generate_key("P-256")),
        "x" * 20_000,
        "a.b.c",
    ):
        provider.signed = signed
        await refused(client, provider, Fault.TOKEN)


async def test_what_is_too_long_or_too_slow_or_leads_elsewhere_is_given_up(provider):
    quick = OidcClient(Fetch(**HERE, seconds=0.3))
    provider.size = BYTES_MAX * 4
    await refused(quick, provider, Fault.AWAY)
    provider.size, provider.redirects_to = 0, f"{provider.issuer}/keys"
    await refused(quick, provider, Fault.AWAY)
    provider.redirects_to, provider.slow = "", asyncio.Event()
    await refused(quick, provider, Fault.AWAY)


def _key_and_certificate(host: str) -> bytes:
    """A server's, which it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, today = x509.Name([]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + made.public_bytes(Encoding.PEM)


@pytest.mark.parametrize(
    ("host", "is_believed", "is_called"),
    [("127.0.0.1", True, True), ("127.0.0.1", False, False), ("127.0.0.2", True, False)],
)
async def test_a_server_is_called_whose_certificate_is_believed_and_is_of_its_name(
    tmp_path, host, is_believed, is_called
):
    (tmp_path / "tls.pem").write_bytes(_key_and_certificate(host))
    believed = ssl.create_default_context(cafile=tmp_path / "tls.pem") if is_believed else None
    fetch = Fetch(may_reach=HERE["may_reach"], tls=believed)
    async with identity_provider(tmp_path / "tls.pem") as provider:
        keys = f"{provider.issuer}/keys"
        if is_called:
            assert [each["kid"] for each in (await fetch.document(keys))["keys"]] == ["first"]
            return
        with pytest.raises(NotSignedInError, match=Fault.AWAY):
            await fetch.document(keys)


async def test_our_own_network_is_not_called_whatever_its_name(provider):
    """The provider is there, and would answer."""
    guarded = OidcClient(Fetch(schemes=("http",)))
    port = urlsplit(provider.issuer).port
    for host in ("127.0.0.1", "localhost"):
        at = known_at(provider, issuer=f"http://{host}:{port}")
        with pytest.raises(NotSignedInError, match=Fault.AWAY):
            await begun(guarded, at)
    strict = OidcClient(Fetch())
    with pytest.raises(NotSignedInError, match=Fault.METADATA):
        await begun(strict, known_at(provider))


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        *(
            (each, False)
            for each in (
                *("127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254"),
                *("100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "fd00::1"),
                *("::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "fec0::1"),
                # an address of another kind within: NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056)
                *("64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1"),
            )
        ),
    ],
)
def test_an_address_of_the_internet_is_told_from_our_own(address, public):
    assert is_public(address) is public


def test_no_secret_is_printed():
    at = Registration(
        issuer="https://a.example", client_id="c", client_secret="s3", redirect_uri=""
    )
    started = Started(url="u", state="s3", nonce="s3", verifier="s3")
    assert "s3" not in f"{at!r} {started!r} {msgspec.structs.replace(at)!r}"
