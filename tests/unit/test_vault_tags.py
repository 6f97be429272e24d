"""Tags tell nothing, and nothing that differs shares one."""

import hashlib
import hmac
import pickle
import re
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.core.address import AddressKind
from izin.core.codes import BrandCode, IysCode
from izin.core.identity import Tckn
from izin.core.terms import Channel, RecipientType
from izin.vault.framing import framed, framed_number, framed_text
from izin.vault.pseudonym import CitizenPseudonyms, CitizenTagSecrets, Pseudonyms, TagSecrets
from izin.vault.secret import KeyedHash, Secret

ONE = Secret(bytes(32))
SAME_KEY = Pseudonyms(TagSecrets(*[ONE] * 7), epoch=1)
CITIZENS = CitizenPseudonyms(CitizenTagSecrets(*[ONE] * 3), epoch=1)
addresses = st.text(min_size=1, max_size=300)
iys_codes = st.integers(10_000, 99_999_999).map(IysCode)


@given(st.binary(max_size=64), st.binary(max_size=200), st.binary(max_size=200))
def test_the_keyed_hash_is_hmac(material, prefix, message):
    expected = hmac.digest(material, prefix + message, "sha256")
    keyed = KeyedHash(material)
    assert keyed.digest(prefix + message) == expected
    assert keyed.begun(prefix).digest(message) == expected
    assert keyed.begun(prefix).digests([message, b"", message])[2] == expected


def test_a_key_longer_than_a_block_is_no_key():
    with pytest.raises(ValueError, match=r"^$"):
        KeyedHash(bytes(65))


@given(iys_codes, st.lists(addresses, max_size=5))
def test_many_tags_are_the_tags_of_each(iys_code, texts):
    assert SAME_KEY.provider_tags(iys_code, texts) == [
        SAME_KEY.provider_tag(iys_code, text) for text in texts
    ]


@given(addresses)
def test_even_under_one_key_no_two_kinds_of_tag_agree(address):
    tags = [
        SAME_KEY.provider_tag(IysCode(100001), address)[0],
        SAME_KEY.brand_ref(BrandCode(100001)),
        CITIZENS.citizen_tag(address)[0],
        CITIZENS.slot(address, BrandCode(100001), Channel.ARAMA, RecipientType.TACIR),
        SAME_KEY.client_tag(address),
        SAME_KEY.person_tag(IysCode(100001), Tckn(address)),
        SAME_KEY.token_tag(address),
        SAME_KEY.tin_tag(address),
        SAME_KEY.address_pool(IysCode(100001), IysCode(100001), AddressKind.PHONE),
        SAME_KEY.file_tag(BrandCode(100001), address.encode()),
    ]
    assert all(one != other for one, other in combinations(tags, 2))


@pytest.mark.parametrize(
    ("address", "brand_code", "channel", "recipient_type"),
    [
        ("b@a.example", 100001, Channel.EPOSTA, RecipientType.BIREYSEL),
        ("a@a.example", 100002, Channel.EPOSTA, RecipientType.BIREYSEL),
        ("a@a.example", 100001, Channel.MESAJ, RecipientType.BIREYSEL),
        ("a@a.example", 100001, Channel.EPOSTA, RecipientType.TACIR),
    ],
)
def test_each_part_of_a_record_moves_its_slot(address, brand_code, channel, recipient_type):
    slot = CITIZENS.slot("a@a.example", BrandCode(100001), Channel.EPOSTA, RecipientType.BIREYSEL)
    assert CITIZENS.slot(address, BrandCode(brand_code), channel, recipient_type) != slot


def test_an_address_has_another_tag_at_each_provider():
    one, other = IysCode(100001), IysCode(100002)
    address = "+905990000001"
    assert SAME_KEY.provider_tag(one, address)[0] != SAME_KEY.provider_tag(other, address)[0]


def test_a_field_cannot_borrow_from_its_neighbour():
    # without lengths, 10000 with "1…" and 100001 with "…" would be one message
    assert (
        SAME_KEY.provider_tag(IysCode(10000), "1@a.example")[0]
        != SAME_KEY.provider_tag(IysCode(100001), "@a.example")[0]
    )


@given(st.lists(st.binary(max_size=600), max_size=4), st.lists(st.binary(max_size=600), max_size=4))
def test_two_lists_of_fields_never_frame_alike(left, right):
    same = b"".join(map(framed, left)) == b"".join(map(framed, right))
    assert same is (left == right)


def test_text_and_numbers_frame_as_their_bytes():
    assert framed_text("ş") == b"\0\0\0\2\xc5\x9f"
    assert framed_number(100001) == b"\0\0\0\x06100001"
    assert framed(b"a" * 600) == b"\0\0\2\x58" + b"a" * 600


@given(iys_codes, addresses)
def test_a_tag_is_an_ordinary_uuid_and_a_bucket_fits_its_column(iys_code, address):
    tag, bucket = SAME_KEY.provider_tag(iys_code, address)
    twin = UUID(bytes=tag.bytes)
    assert type(tag) is UUID
    assert (tag, hash(tag), str(tag)) == (twin, hash(twin), str(twin))
    assert tag.is_safe is twin.is_safe
    assert pickle.loads(pickle.dumps(tag)) == twin
    assert -(2**15) <= bucket < 2**15


@given(st.lists(iys_codes, min_size=200, max_size=200, unique=True))
def test_buckets_use_both_signs(codes):
    buckets = [SAME_KEY.provider_tag(code, "a@a.example")[1] for code in codes]
    assert min(buckets) < 0 < max(buckets)


class TestASecret:
    def test_prints_nothing(self):
        shown = repr(Secret(b"k" * 32)) + str(Secret(b"k" * 32))
        assert not re.search("kk|6b6b", shown)

    def test_does_not_leave_the_process(self):
        with pytest.raises(TypeError):
            pickle.dumps(Secret.draw())

    @pytest.mark.parametrize("length", [0, 31, 33, 64])
    def test_has_one_length(self, length):
        with pytest.raises(ValueError, match=r"^$"):
            Secret(bytes(length))

    def test_is_new_each_time(self):
        assert Secret.draw().keyed_hash().digest(b"") != Secret.draw().keyed_hash().digest(b"")

    def test_hashes_under_its_bytes(self):
        expected = hmac.new(b"k" * 32, b"m", hashlib.sha256).digest()
        assert Secret(b"k" * 32).keyed_hash().digest(b"m") == expected
