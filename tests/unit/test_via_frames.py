"""On which pages a form may stand, and by which keys such a page speaks."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from izin.core.codes import BrandCode, IysCode
from izin.core.terms import Channel, Source
from izin.vault.proof import ProofKeys
from izin.vault.secret import Secret
from izin.via.frame import (
    KEYS_LIFE,
    WORK_BITS,
    Keys,
    Page,
    are_keys,
    draw_keys,
    draw_nonce,
    form_of,
    hash_of,
    host_of,
    is_domain,
    is_nonce,
    is_work,
    widget_of,
    work_id,
)
from izin.via.model import Draft, FormKind, Texts, Words
from izin.via.rules import Verification

KEYS = ProofKeys(Secret(bytes(range(32))))
OTHERS = ProofKeys(Secret(bytes(32)))
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = Page(widget=widget_of(IysCode(731001), 1000), domain="magaza.example", network="192.0.2.7")


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("https://magaza.example", "magaza.example"),
        ("https://www.magaza.example", "www.magaza.example"),
        ("http://magaza.example", ""),
        ("https://magaza.example:8443", ""),
        ("https://magaza.example@kotu.example", ""),
        ("https://kotu.example/magaza.example", ""),
        ("https://magaza.example/", ""),
        ("https://[::1", ""),
        ("https://magaza.example:x", ""),
        ("http://localhost:8003", ""),
        ("file://", ""),
        ("null", ""),
        ("", ""),
    ],
)
def test_a_page_is_known_by_its_origin_alone(origin, host):
    assert host_of(origin, sandbox=False) == host


def test_this_machines_pages_count_in_the_sandbox_alone():
    assert host_of("http://localhost:8003", sandbox=True) == "localhost"
    assert host_of("http://127.0.0.1:8003", sandbox=True) == "127.0.0.1"
    assert host_of("http://magaza.example", sandbox=True) == ""


def test_a_domain_is_a_hosts_name_and_nothing_around_it():
    assert all(map(is_domain, ("magaza.example", "a.b.c-d.example", "xn--maaza-vib.example")))
    for text in (
        *("", "example", "https://magaza.example", "magaza.example/", "magaza.example:443"),
        *("Magaza.example", "mağaza.example", "*.example", "-a.example", "192.0.2.7", "a..example"),
        *("magaza.example\n", f"{'a' * 64}.example", ".".join(["a" * 60] * 5)),
    ):
        assert not is_domain(text), text


def test_a_widget_names_its_form_and_a_slip_of_the_pen_does_not():
    for of, form_id in ((1, 1), (731001, 1000), (2**31 - 1, 2**31 - 1)):
        widget = widget_of(IysCode(of), form_id)
        assert (widget.version, widget.variant) == (8, "specified in RFC 4122")
        assert form_of(str(widget).upper()) == (widget, of, form_id)
        for bit in range(128):
            assert form_of(str(UUID(int=widget.int ^ 1 << bit))) is None
    for text in ("", "x", "1000", str(uuid4())):
        assert form_of(text) is None


def test_a_nonce_is_of_its_page_and_network_for_half_an_hour():
    nonce = draw_nonce(KEYS, PAGE, NOW)
    assert len(nonce) == 64
    assert is_nonce(KEYS, PAGE, nonce, NOW)
    assert is_nonce(KEYS, PAGE, nonce, NOW + KEYS_LIFE)
    assert not is_nonce(KEYS, PAGE, nonce, NOW + KEYS_LIFE + timedelta(seconds=1))
    assert not is_nonce(KEYS, PAGE, nonce, NOW - timedelta(minutes=1))
    assert not is_nonce(OTHERS, PAGE, nonce, NOW)
    for field in ({"domain": "kotu.example"}, {"network": "192.0.2.8"}, {"widget": uuid4()}):
        assert not is_nonce(KEYS, msgspec.structs.replace(PAGE, **field), nonce, NOW)
    other = "0" if nonce[10] != "0" else "1"
    for text in (
        "",
        nonce[:-2],
        nonce.upper(),
        nonce[:10] + other + nonce[11:],
        "ğ" * 64,
        "zz" * 32,
    ):
        assert text == nonce or not is_nonce(KEYS, PAGE, text, NOW)


def test_keys_hold_together():
    nonce = draw_nonce(KEYS, PAGE, NOW)
    one, other = draw_keys(KEYS, PAGE, nonce), draw_keys(KEYS, PAGE, nonce)
    assert one != other, "each load of the script has its own"
    assert are_keys(KEYS, PAGE, one)
    mixed = Keys(nonce=nonce, cookie=one.cookie, csrf=other.csrf)
    assert not are_keys(KEYS, PAGE, mixed)
    assert not are_keys(KEYS, msgspec.structs.replace(PAGE, domain="kotu.example"), one)
    assert not are_keys(KEYS, PAGE, msgspec.structs.replace(one, csrf="ğ"))
    assert len({hash_of(KEYS, each) for each in (one, other, mixed)}) == 3
    assert nonce not in repr(one)
    assert PAGE.network not in repr(PAGE)


def test_work_is_of_one_nonce():
    nonce, other = (draw_nonce(KEYS, PAGE, NOW) for _ in range(2))
    cid = str(work_id(KEYS, nonce))
    answer = next(
        str(n)
        for n in range(2**24)
        if hashlib.sha256(f"{nonce}:{n}".encode()).digest()[: WORK_BITS // 8] == b"\0\0"
    )
    assert is_work(KEYS, nonce, cid, answer)
    assert not is_work(KEYS, other, str(work_id(KEYS, other)), answer)
    assert not is_work(KEYS, nonce, str(work_id(KEYS, other)), answer)
    assert not is_work(KEYS, nonce, cid, "")
    assert not is_work(KEYS, nonce, cid, answer + "0" * 40)


def test_domains_are_a_part_of_what_is_approved_and_older_forms_keep_their_digest():
    said = Words("a", "b")
    draft = Draft(
        kind=FormKind.OTP,
        brands=(BrandCode(731001),),
        channels=(Channel.MESAJ,),
        texts=Texts(informed=said, short=said, notice=said, consent=said),
    )
    old = msgspec.json.encode(
        {"kind": "OTP", "brands": [731001], "channels": ["MESAJ"], "texts": draft.texts}
    )
    assert draft.digest() == hashlib.sha256(old).digest()
    there = msgspec.structs.replace(draft, domains=("magaza.example",))
    assert there.digest() != draft.digest()


def test_what_a_page_obtains_has_a_source_of_its_own():
    assert Verification.SMS_OTP.source_of_frames is Source.IYS_FRAME_SMS
    assert Verification.SMS_SHORTURL.source_of_frames is Source.IYS_FRAME_SMS
    assert Verification.EPOSTA_OTP.source_of_frames is Source.IYS_FRAME_EPOSTA
