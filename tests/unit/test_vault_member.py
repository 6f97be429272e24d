"""Members' tags, and one-time codes as RFC 6238 has them."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from izin.core.address import Address, AddressKind
from izin.vault.errors import SealBrokenError
from izin.vault.member import STEP_S, MemberKeys
from izin.vault.sealing import Sealer
from izin.vault.secret import Secret

MEMBER, OTHER = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 3, 2, 9, 0, 15, tzinfo=UTC)


@pytest.fixture
def keys():
    return MemberKeys(Secret(bytes(32)), Sealer(7, Secret(bytes(range(32))).gcm_siv()))


def app_of(uri: str) -> TOTP:
    """An authenticator app that has read the URI."""
    secret = parse_qs(urlsplit(uri).query)["secret"][0]
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return TOTP(key, 6, SHA1(), STEP_S)


def code_at(app: TOTP, at: datetime) -> str:
    return app.generate(int(at.timestamp())).decode()


# RFC 6238, appendix B, the SHA-1 rows, their last six digits
@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(keys, second, code):
    sealed = keys.sealer.seal("member", "totp_sealed", MEMBER.bytes, b"12345678901234567890")
    at = datetime.fromtimestamp(second, UTC)
    assert keys.totp_step(sealed, MEMBER, code, at) == second // STEP_S
    assert keys.totp_step(sealed, MEMBER, f"{int(code) ^ 1:06}", at) is None


def test_the_codes_beside_the_running_one_count_too_and_no_others(keys):
    sealed, uri = keys.draw_totp(MEMBER, "ayse@firma.example", "İzin")
    app, step = app_of(uri), int(NOON.timestamp()) // STEP_S
    for away in (-1, 0, 1):
        code = code_at(app, NOON + away * timedelta(seconds=STEP_S))
        assert keys.totp_step(sealed, MEMBER, code, NOON) == step + away
    for away in (-2, 2, 100):
        code = code_at(app, NOON + away * timedelta(seconds=STEP_S))
        assert keys.totp_step(sealed, MEMBER, code, NOON) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\ud800"])
def test_what_is_no_code_is_none(keys, code):
    sealed, _ = keys.draw_totp(MEMBER, "a@firma.example", "İzin")
    assert keys.totp_step(sealed, MEMBER, code, NOON) is None


def test_a_secret_opens_for_its_member_alone(keys):
    sealed, uri = keys.draw_totp(MEMBER, "a@firma.example", "İzin")
    with pytest.raises(SealBrokenError):
        keys.totp_step(sealed, OTHER, code_at(app_of(uri), NOON), NOON)


def test_tags_differ_by_kind_and_content(keys):
    mail = Address("a@firma.example", AddressKind.EMAIL)
    tags = {
        keys.email_tag(mail),
        keys.try_tag(mail.clear),
        keys.try_tag(mail.clear, ""),
        keys.try_tag("a@firma", ".example"),
        keys.email_tag(Address("b@firma.example", AddressKind.EMAIL)),
    }
    assert len(tags) == 5
    assert keys.email_tag(mail) == keys.email_tag(mail)
