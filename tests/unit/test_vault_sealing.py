"""A sealed value opens in its own place, under its own key, unchanged, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.core.codes import RetailerCode
from izin.vault.errors import KeyLostError, SealBrokenError
from izin.vault.retailer import RetailerView
from izin.vault.sealing import (
    PADDED_BYTES,
    CitizenSealer,
    Opener,
    Sealer,
    key_id_of,
    padded,
    unpadded,
)
from izin.vault.secret import Secret

SECRET = Secret(bytes(range(32)))
SEALER = Sealer(7, SECRET.gcm_siv())
PLACE = ("provider_consent", "recipient", bytes(16))
CITIZENS = CitizenSealer(9, SECRET)

plaintexts = st.binary(min_size=1, max_size=600)
names = st.text(max_size=20)
rows = st.binary(max_size=40)
codes = st.integers(10_000_000, 99_999_999).map(RetailerCode)


@given(names, names, rows, plaintexts)
def test_what_was_sealed_opens_in_its_place(table, column, row, plaintext):
    blob = SEALER.seal(table, column, row, plaintext)
    assert SEALER.open(blob, table, column, row) == plaintext
    assert key_id_of(blob) == 7
    assert len(blob) == 1 + 1 + 4 + 12 + len(plaintext) + 16


@given(st.tuples(names, names, rows), st.tuples(names, names, rows))
def test_it_opens_in_no_other_place(place, other):
    blob = SEALER.seal(*place, b"content")
    if place == other:
        assert SEALER.open(blob, *other) == b"content"
        return
    with pytest.raises(SealBrokenError):
        SEALER.open(blob, *other)


@pytest.mark.parametrize(
    "other",
    [
        ("citizen_consent", "recipient", bytes(16)),
        ("provider_consent", "retailer", bytes(16)),
        ("provider_consent", "recipient", bytes(15) + b"\1"),
        ("provider_consentr", "ecipient", bytes(16)),
    ],
)
def test_moving_it_to_another_table_column_or_row_breaks_it(other):
    blob = SEALER.seal(*PLACE, b"content")
    with pytest.raises(SealBrokenError):
        SEALER.open(blob, *other)


@given(plaintexts, st.data())
def test_changing_any_bit_breaks_it(plaintext, data):
    blob = bytearray(SEALER.seal(*PLACE, plaintext))
    at = data.draw(st.integers(0, len(blob) * 8 - 1))
    blob[at // 8] ^= 1 << at % 8
    with pytest.raises((SealBrokenError, KeyLostError)):
        SEALER.open(bytes(blob), *PLACE)


@pytest.mark.parametrize("dropped", range(1, 42))
def test_a_shortened_value_is_broken(dropped):
    blob = SEALER.seal(*PLACE, b"content")
    with pytest.raises(SealBrokenError):
        SEALER.open(blob[:-dropped], *PLACE)


def test_another_number_for_the_same_key_breaks_it():
    blob = SEALER.seal(*PLACE, b"content")
    renamed = blob[:2] + (8).to_bytes(4, "big") + blob[6:]
    with pytest.raises(SealBrokenError):
        Sealer(8, SECRET.gcm_siv()).open(renamed, *PLACE)


def test_the_same_number_for_another_key_breaks_it():
    with pytest.raises(SealBrokenError):
        Sealer(7, Secret.draw().gcm_siv()).open(SEALER.seal(*PLACE, b"content"), *PLACE)


def test_a_sealer_says_which_key_it_lacks():
    with pytest.raises(KeyLostError, match="key 8"):
        SEALER.open(Sealer(8, SECRET.gcm_siv()).seal(*PLACE, b"content"), *PLACE)


@given(st.lists(st.tuples(rows, plaintexts), max_size=5))
def test_a_column_sealed_at_once_opens_row_by_row(pairs):
    keys, texts = [row for row, _ in pairs], [text for _, text in pairs]
    blobs = SEALER.seal_many("batch", "body", keys, texts)
    assert [SEALER.open(b, "batch", "body", r) for b, r in zip(blobs, keys, strict=True)] == texts


def test_equal_values_never_look_equal():
    blobs = SEALER.seal_many("batch", "body", [b"row"] * 50, [b"content"] * 50)
    blobs += [SEALER.seal("batch", "body", b"row", b"content") for _ in range(50)]
    assert len({blob[6:18] for blob in blobs}) == len({blob[18:] for blob in blobs}) == 100


def test_a_column_needs_a_value_for_each_row():
    with pytest.raises(ValueError, match="zip"):
        SEALER.seal_many("batch", "body", [b"row"], [])


def test_an_opener_picks_the_key_that_a_value_names():
    other = Sealer(8, Secret.draw().gcm_siv())
    opener = Opener({7: SEALER, 8: other})
    assert opener.open(SEALER.seal(*PLACE, b"one"), *PLACE) == b"one"
    assert opener.open(other.seal(*PLACE, b"two"), *PLACE) == b"two"
    with pytest.raises(KeyLostError, match="key 7"):
        Opener({8: other}).open(SEALER.seal(*PLACE, b"one"), *PLACE)


@pytest.mark.parametrize("head", ["020100000007", "010200000007", "010100000007"])
def test_an_envelope_of_another_kind_is_not_opened(head):
    blob = bytes.fromhex(head) + (b"" if head.startswith("0101") else bytes(40))
    with pytest.raises(SealBrokenError, match="envelope"):
        key_id_of(blob)


class TestCitizensRows:
    @given(st.integers(-(2**15), 2**15 - 1), rows, st.binary(max_size=600))
    def test_a_row_opens_in_its_bucket(self, bucket, row, plaintext):
        blob = CITIZENS.seal(bucket, row, plaintext)
        assert CITIZENS.open(blob, bucket, row) == plaintext

    def test_rows_of_any_content_have_one_length(self):
        lengths = {len(CITIZENS.seal(1, b"row", bytes(size))) for size in (0, 1, 100, 255)}
        assert lengths == {6 + 12 + PADDED_BYTES + 16}

    @pytest.mark.parametrize(("bucket", "row"), [(2, b"row"), (-1, b"row"), (1, b"other")])
    def test_a_row_opens_in_no_other_bucket_and_no_other_row(self, bucket, row):
        with pytest.raises(SealBrokenError):
            CITIZENS.open(CITIZENS.seal(1, b"row", b"content"), bucket, row)

    def test_another_epochs_key_does_not_open_it(self):
        with pytest.raises(KeyLostError):
            CitizenSealer(10, SECRET).open(CITIZENS.seal(1, b"row", b"content"), 1, b"row")

    @given(st.binary(max_size=800) | st.just(b"\x80") | st.just(b"\x80\0\0"))
    def test_padding_comes_off_as_it_went_on(self, plaintext):
        assert unpadded(padded(plaintext)) == plaintext
        assert len(padded(plaintext)) % PADDED_BYTES == 0
        assert len(padded(plaintext)) - len(plaintext) <= PADDED_BYTES

    @pytest.mark.parametrize("text", [b"", b"\0" * 256, b"a" * 256])
    def test_what_was_never_padded_is_refused(self, text):
        with pytest.raises(SealBrokenError, match="padded"):
            unpadded(text)


class TestDealersCodes:
    PROVIDER = RetailerView("provider", 1, SECRET)
    CITIZEN = RetailerView("citizen", 2, Secret.draw())
    # the worst case: somebody gave both views one key and one number
    CITIZEN_OF_ONE_KEY = RetailerView("citizen", 1, SECRET)

    @given(codes)
    def test_a_code_looks_the_same_within_a_view_and_opens_there(self, code):
        for view in (self.PROVIDER, self.CITIZEN):
            assert view.seal(code) == view.seal(code)
            assert view.open(view.seal(code)) == code

    @given(codes)
    def test_the_two_views_never_share_a_value(self, code):
        for citizen in (self.CITIZEN, self.CITIZEN_OF_ONE_KEY):
            assert self.PROVIDER.seal(code)[6:] != citizen.seal(code)[6:]

    @given(codes, codes)
    def test_codes_that_differ_look_different(self, one, other):
        same = self.PROVIDER.seal(one) == self.PROVIDER.seal(other)
        assert same is (one == other)

    def test_a_view_does_not_open_the_others(self):
        code = RetailerCode(10000001)
        with pytest.raises(KeyLostError):
            self.CITIZEN.open(self.PROVIDER.seal(code))
        with pytest.raises(SealBrokenError):
            self.CITIZEN_OF_ONE_KEY.open(self.PROVIDER.seal(code))

    @pytest.mark.parametrize("at", range(30))
    def test_a_changed_code_is_not_read(self, at):
        blob = bytearray(self.PROVIDER.seal(RetailerCode(10000001)))
        blob[at] ^= 1
        with pytest.raises((SealBrokenError, KeyLostError)):
            self.PROVIDER.open(bytes(blob))
