"""The scan for addresses finds each kind of them: so finding none says something."""

import base64
import hashlib
import os
import random

import pytest
from builders.canaries import DIGESTS, Watch, forms

PHONE, EMAIL = "+905991234567", "kanarya.kusu@orman.example"
BOTH = [PHONE, EMAIL]
WATCH = Watch(BOTH)
AROUND = b"\x00\x00\x00\x10row \xfe"


def hidden(word: bytes) -> bytes:
    """A word in the midst of a row, where no border tells of it."""
    return AROUND + word + AROUND


CODINGS = {
    "raw": bytes,
    "hex": lambda digest: digest.hex().encode(),
    "HEX": lambda digest: digest.hex().upper().encode(),
    "base64": base64.b64encode,
    "base64url": base64.urlsafe_b64encode,
    "base64 without padding": lambda digest: base64.b64encode(digest).rstrip(b"="),
}


@pytest.mark.parametrize("coding", CODINGS.values(), ids=CODINGS)
@pytest.mark.parametrize("length", [8, 16, None])
@pytest.mark.parametrize("kind", DIGESTS)
def test_a_digest_is_found_however_it_is_written(kind, length, coding):
    for address in BOTH:
        for form in forms(address):
            planted = coding(DIGESTS[kind](form.encode())[:length])
            assert any(each.startswith(kind) for each in WATCH.kinds(hidden(planted))), form


@pytest.mark.parametrize(
    "written",
    [
        *(PHONE, PHONE[1:], f"0{PHONE[3:]}", PHONE[3:], "0090 599 123 45 67", "(0599) 123-45-67"),
        *(EMAIL, EMAIL.upper(), f"<{EMAIL}>", EMAIL.replace("@", "%40")),
    ],
)
@pytest.mark.parametrize(
    "coding",
    [
        str.encode,
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.encode().hex().encode(),
        lambda text: text.encode().hex().upper().encode(),
        lambda text: base64.b64encode(text.encode()),
        lambda text: base64.urlsafe_b64encode(text.encode()).rstrip(b"="),
    ],
    ids=["clear", "UTF-16LE", "UTF-16BE", "hex", "HEX", "base64", "base64url"],
)
def test_an_address_in_clear_is_found_even_if_nobody_said_that_it_is_used(written, coding):
    assert Watch().kinds(hidden(coding(written)))


def test_a_phone_stored_as_a_number_is_found():
    assert "a number" in WATCH.kinds(hidden(int(PHONE).to_bytes(8, "big")))


def test_what_is_found_never_says_the_address():
    found = WATCH.kinds(hidden(hashlib.md5(PHONE.encode()).digest()) + EMAIL.encode())
    assert found == {"md5", "e-mail in clear"}


def test_what_tells_of_nobody_is_left_alone():
    rng = random.Random(1)
    assert WATCH.kinds(os.urandom(200_000)) == set()
    assert WATCH.kinds(rng.randbytes(200_000).hex().encode()) == set()
    assert WATCH.kinds(b"1599123456712 +90***67 [phone] [e-mail] 2026-02-11 09:30:00") == set()
    assert WATCH.kinds(hashlib.md5(b"+905991234568").digest()) == set()


@pytest.mark.parametrize(
    "drawn",
    ["3fd1c599-1234-567a-8e2b-0c1d2e3f4a5b", "0a1b2c3d4e5f05991234567f", "8F05991234567FACE0123"],
)
def test_figures_of_a_drawn_id_are_no_phone(drawn):
    assert WATCH.kinds(hidden(drawn.encode())) == set()
    assert WATCH.kinds(hidden(f"{drawn} 05991234568".encode())) == {"phone in clear"}


def test_a_digest_under_a_key_is_no_hit():
    assert WATCH.kinds(hashlib.blake2b(PHONE.encode(), key=b"a key").digest()) == set()
