"""Known answers, tried at every start: a wrong library must not write a single row.

Source  RFC 4231 (HMAC), RFC 5869 (HKDF), RFC 8452 (GCM-SIV), RFC 5297 (SIV); the last two are ours
"""

from collections.abc import Callable, Sequence

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV, AESSIV

from izin.core.codes import IysCode
from izin.core.errors import StartRefusedError
from izin.vault.commitment import Leaf, commit, recipient_commitment
from izin.vault.pseudonym import Pseudonyms, TagSecrets
from izin.vault.secret import KeyedHash, Secret


class KnownAnswer(msgspec.Struct, frozen=True):
    """One primitive, what goes in and what must come out, in hex."""

    name: str
    compute: Callable[..., bytes]
    inputs: tuple[str, ...]
    answer: str


def _hmac(material: bytes, message: bytes) -> bytes:
    return KeyedHash(material).digest(message)


def _hkdf_expand(prk: bytes, info: bytes) -> bytes:
    return KeyedHash(prk).expand(info).wrap_with(bytes)


def _gcm_siv(material: bytes, nonce: bytes, plaintext: bytes, bound: bytes) -> bytes:
    return AESGCMSIV(material).encrypt(nonce, plaintext, bound)


def _siv(material: bytes, plaintext: bytes, bound: bytes) -> bytes:
    return AESSIV(material).encrypt(plaintext, [bound])


def _provider_tag(material: bytes, address: bytes) -> bytes:
    secret = Secret(material)
    pseudonyms = Pseudonyms(TagSecrets(*[secret] * 7), epoch=1)
    return pseudonyms.provider_tag(IysCode(100001), address.decode())[0].bytes


def _commitment(salts: bytes, address: bytes) -> bytes:
    leaf = Leaf(
        recipient=recipient_commitment(address.decode(), salts),
        actor_class="PROVIDER",
        brand_code=200001,
        channel="ARAMA",
        consent_date=None,
        event_id="0",
        iys_code=100001,
        kind="consent",
        received_at="0",
        recipient_type="BIREYSEL",
        source=None,
        status="ONAY",
        version=1,
    )
    return commit(leaf, salts)


KNOWN_ANSWERS: Sequence[KnownAnswer] = (
    KnownAnswer(
        "HMAC-SHA-256",
        _hmac,
        ("4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    KnownAnswer(
        "HKDF-Expand",
        _hkdf_expand,
        (
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
            "f0f1f2f3f4f5f6f7f8f9",
        ),
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
    ),
    KnownAnswer(
        "AES-256-GCM-SIV",
        _gcm_siv,
        ("01".ljust(64, "0"), "03".ljust(24, "0"), "0200000000000000", "01"),
        "1de22967237a813291213f267e3b452f02d01ae33e4ec854",
    ),
    KnownAnswer(
        "AES-SIV",
        _siv,
        (
            "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
            "112233445566778899aabbccddee",
            "101112131415161718191a1b1c1d1e1f2021222324252627",
        ),
        "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c",
    ),
    KnownAnswer(
        "provider tag",
        _provider_tag,
        (bytes(range(32)).hex(), "2b393035393930303030303031"),
        "8405da1e1d5fa10ab67a8b09c0f81560",
    ),
    KnownAnswer(
        "commitment",
        _commitment,
        (bytes(range(64)).hex(), "2b393035393930303030303031"),
        "3c6da672396747a32feb02437813ef07defb1e4bbdf589fcdd6e1f2f74c59b66",
    ),
)


def self_test(known_answers: Sequence[KnownAnswer] = KNOWN_ANSWERS) -> None:
    """Pass if this machine computes what the standards say.

    Raises  StartRefusedError: one answer is wrong, or the library lacks an algorithm
    Cost    0.1 ms
    """
    for known in known_answers:
        inputs = [bytes.fromhex(each) for each in known.inputs]
        try:
            found = known.compute(*inputs).hex()
        except UnsupportedAlgorithm as error:
            raise StartRefusedError(
                f"The installed cryptography library has no {known.name}; use its own wheel."
            ) from error
        if found != known.answer:
            raise StartRefusedError(
                f"{known.name} gives a wrong answer on this machine; reinstall cryptography."
            )
