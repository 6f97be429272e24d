"""The root key's file: its owner's alone, whole, and never in production."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.core.codes import RetailerCode
from izin.core.errors import StartRefusedError, UnavailableError
from izin.vault.errors import KeyLostError
from izin.vault.provider import FileKeyProvider, is_private
from izin.vault.purpose import CITIZEN_PURPOSES, OWN_PURPOSES, PROVIDER_PURPOSES, Purpose
from izin.vault.secret import Secret
from izin.vault.vault import Vault

LABEL = b"a label"
REGISTRY = (Purpose.CURSOR, "", "1")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "root.json"


@pytest.fixture
def provider(path):
    return FileKeyProvider(path, production=False)


def same(one, other):
    return one.keyed_hash().digest(b"m") == other.keyed_hash().digest(b"m")


class TestTheFile:
    def test_is_made_for_its_owner_alone(self, provider, path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert list(path.parent.iterdir()) == [path]

    def test_is_kept_when_it_is_there(self, provider, path):
        wrapped = provider.wrap(secret := provider.generate(), LABEL)
        content = path.read_bytes()
        assert same(FileKeyProvider(path, production=False).unwrap(wrapped, LABEL), secret)
        assert path.read_bytes() == content

    def test_is_one_when_many_start_together(self, path):
        with ThreadPoolExecutor(8) as pool:
            started = list(pool.map(lambda _: FileKeyProvider(path, production=False), range(8)))
        wrapped = started[0].wrap(Secret.draw(), LABEL)
        assert all(each.unwrap(wrapped, LABEL) for each in started)
        assert list(path.parent.iterdir()) == [path]

    def test_is_refused_in_production(self, path):
        with pytest.raises(StartRefusedError, match="development only"):
            FileKeyProvider(path, production=True)
        assert not path.exists()

    def test_needs_a_folder_that_is_there(self, path):
        with pytest.raises(StartRefusedError, match="Make the folder"):
            FileKeyProvider(path.parent / "none" / "root.json", production=False)

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o777])
    def test_is_refused_when_others_could_reach_it(self, provider, path, mode):
        path.chmod(mode)
        with pytest.raises(StartRefusedError, match="chmod 600"):
            FileKeyProvider(path, production=False)

    def test_is_refused_behind_a_link(self, provider, path):
        link = path.with_name("link.json")
        link.symlink_to(path)
        with pytest.raises(StartRefusedError, match="cannot be read"):
            FileKeyProvider(link, production=False)

    @pytest.mark.parametrize(
        ("user_id", "mode", "verdict"),
        [
            (1000, stat.S_IFREG | 0o600, True),
            (1000, stat.S_IFREG | 0o400, True),
            (0, stat.S_IFREG | 0o600, True),
            (1001, stat.S_IFREG | 0o600, False),
            (1000, stat.S_IFREG | 0o640, False),
            (1000, stat.S_IFIFO | 0o600, False),
        ],
    )
    def test_is_private_to_its_owner_or_root(self, user_id, mode, verdict):
        status = os.stat_result((mode, 0, 0, 1, user_id, 0, 0, 0, 0, 0))
        assert is_private(status, 1000) is verdict

    @pytest.mark.parametrize(
        "change",
        [
            {"version": 2},
            {"current": "00000000"},
            {"roots": {}},
            {"more": 1},
            {"current": "x", "roots": {"x": "A" * 43 + "="}},
            {"current": "00000000", "roots": {"00000000": "AAAA"}},
            {"roots": "not a table"},
        ],
        ids=str,
    )
    def test_is_refused_when_damaged(self, provider, path, change):
        path.write_text(json.dumps(json.loads(path.read_text()) | change))
        with pytest.raises(StartRefusedError, match="damaged"):
            FileKeyProvider(path, production=False)

    def test_is_refused_when_half_written(self, provider, path):
        path.write_bytes(path.read_bytes()[:40])
        with pytest.raises(StartRefusedError, match="damaged"):
            FileKeyProvider(path, production=False)

    def test_that_went_away_is_ill_health(self, provider, path):
        provider.health()
        path.unlink()
        with pytest.raises(UnavailableError):
            provider.health()


class TestWrapping:
    def test_a_wrapped_key_opens_under_its_label(self, provider):
        secret = provider.generate()
        wrapped = provider.wrap(secret, LABEL)
        assert same(provider.unwrap(wrapped, LABEL), secret)
        assert wrapped != provider.wrap(secret, LABEL)

    def test_the_key_is_not_seen_in_it(self, provider):
        assert b"k" * 4 not in provider.wrap(Secret(b"k" * 32), LABEL)

    def test_another_label_does_not_open_it(self, provider):
        with pytest.raises(KeyLostError, match="does not open"):
            provider.unwrap(provider.wrap(Secret.draw(), LABEL), b"another")

    @pytest.mark.parametrize("at", range(6 + 12 + 32 + 16))
    def test_a_changed_byte_loses_it(self, provider, at):
        wrapped = bytearray(provider.wrap(Secret.draw(), LABEL))
        wrapped[at] ^= 1
        with pytest.raises(KeyLostError):
            provider.unwrap(bytes(wrapped), LABEL)

    @pytest.mark.parametrize("length", [0, 1, 5, 6, 17, 18, 20, 65])
    def test_a_shortened_one_is_lost(self, provider, length):
        with pytest.raises(KeyLostError):
            provider.unwrap(provider.wrap(Secret.draw(), LABEL)[:length], LABEL)

    def test_another_root_does_not_open_it(self, provider, tmp_path):
        other = FileKeyProvider(tmp_path / "other.json", production=False)
        with pytest.raises(KeyLostError, match="does not have"):
            other.unwrap(provider.wrap(Secret.draw(), LABEL), LABEL)

    def test_a_former_root_still_opens_what_it_wrapped(self, provider, path):
        wrapped = provider.wrap(Secret.draw(), LABEL)
        content = json.loads(path.read_text())
        content["roots"]["0badcafe"] = "A" * 43 + "="
        path.write_text(json.dumps(content | {"current": "0badcafe"}))
        rotated = FileKeyProvider(path, production=False)
        secret = rotated.unwrap(wrapped, LABEL)
        assert same(rotated.unwrap(rotated.wrap(secret, LABEL), LABEL), secret)
        assert rotated.wrap(secret, LABEL)[2:6].hex() == "0badcafe"


class TestTheVault:
    def test_lends_what_it_adopted(self, provider):
        vault = Vault(provider)
        wrapped = vault.create(Purpose.BRAND_SEAL, "a brand", "2026Q4")
        vault.adopt(5, Purpose.BRAND_SEAL, "a brand", "2026Q4", wrapped)
        blob = vault.sealer(Purpose.BRAND_SEAL, 5).seal("t", "c", b"r", b"content")
        passing = Vault(provider).sealer_of(5, Purpose.BRAND_SEAL, "a brand", "2026Q4", wrapped)
        assert passing.open(blob, "t", "c", b"r") == b"content"

    @pytest.mark.parametrize(
        "other",
        [
            (Purpose.TOKEN, "", "1"),
            (Purpose.CURSOR, "a brand", "1"),
            (Purpose.CURSOR, "", "2"),
        ],
    )
    def test_does_not_adopt_a_key_from_another_row(self, provider, other):
        vault = Vault(provider)
        wrapped = vault.create(*REGISTRY)
        with pytest.raises(KeyLostError, match="key 5"):
            vault.adopt(5, *other, wrapped)

    def test_lends_a_key_for_its_purpose_only(self, provider):
        vault = Vault(provider)
        vault.adopt(5, *REGISTRY, vault.create(*REGISTRY))
        assert vault.cursors({Purpose.CURSOR: 5})
        with pytest.raises(KeyLostError, match="not adopted"):
            vault.sealer(Purpose.BRAND_SEAL, 5)

    def test_lends_each_side_what_it_needs(self, provider):
        vault, own = adopting(provider, OWN_PURPOSES)
        citizen = vault.citizen_keys(own, epoch=2)
        assert (vault.pseudonyms(own, epoch=1).epoch, citizen.pseudonyms.epoch) == (1, 2)
        code = RetailerCode(10000001)
        for retailers in (vault.retailers(own), citizen.retailers):
            assert retailers.open(retailers.seal(code)) == code
        blob = citizen.sealer.seal(1, b"row", b"content")
        assert citizen.sealer.open(blob, 1, b"row") == b"content"

    @pytest.mark.parametrize("lacking", CITIZEN_PURPOSES)
    def test_lends_nothing_of_the_citizens_side_if_one_key_of_it_is_not_there(
        self, provider, lacking
    ):
        vault, own = adopting(provider, [each for each in OWN_PURPOSES if each is not lacking])
        with pytest.raises(KeyLostError, match=f"{lacking}.* was not adopted"):
            vault.citizen_keys(own | {lacking: 99}, epoch=1)

    def test_serves_providers_without_any_key_of_the_citizens_side(self, provider):
        vault, own = adopting(provider, PROVIDER_PURPOSES)
        assert vault.pseudonyms(own, epoch=1)
        assert vault.retailers(own)
        assert vault.cursors(own)
        assert vault.sealer(Purpose.BATCH_SEAL, own[Purpose.BATCH_SEAL])

    def test_has_every_purpose_on_one_side(self):
        sides = [*PROVIDER_PURPOSES, *CITIZEN_PURPOSES, Purpose.BRAND_SEAL]
        assert sorted(sides) == sorted(Purpose)

    def test_does_not_hold_a_key_that_passes_through(self, provider):
        vault = Vault(provider)
        wrapped = vault.create(Purpose.BRAND_SEAL, "a brand", "2026Q4")
        vault.sealer_of(5, Purpose.BRAND_SEAL, "a brand", "2026Q4", wrapped)
        with pytest.raises(KeyLostError, match="not adopted"):
            vault.sealer(Purpose.BRAND_SEAL, 5)

    @given(st.text(max_size=9), st.text(max_size=9), st.text(max_size=9), st.text(max_size=9))
    def test_no_two_rows_share_a_label(self, scope, period, other_scope, other_period):
        vault = Vault(WrapsNothing())
        one = vault.create(Purpose.BRAND_SEAL, scope, period)
        other = vault.create(Purpose.BRAND_SEAL, other_scope, other_period)
        assert (one == other) is ((scope, period) == (other_scope, other_period))


def adopting(provider, purposes):
    """A vault with a key for each purpose, and their numbers."""
    vault, ids = Vault(provider), {purpose: number for number, purpose in enumerate(purposes, 1)}
    for purpose, number in ids.items():
        vault.adopt(number, purpose, "", "1", vault.create(purpose, "", "1"))
    return vault, ids


class WrapsNothing:
    """A key provider whose wrapped keys are their labels."""

    def generate(self):
        return Secret(bytes(32))

    def wrap(self, secret, label):
        return label

    def unwrap(self, wrapped, label):
        return Secret(bytes(32))

    def health(self):
        return None
