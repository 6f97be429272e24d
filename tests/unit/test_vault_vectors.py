"""The formulas give what docs/vectors.md says: the numbers were made by another program."""

import json
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from izin.core.address import AddressKind
from izin.core.codes import BrandCode, IysCode, RetailerCode
from izin.core.identity import Tckn
from izin.core.terms import Channel, RecipientType, Side
from izin.vault.commitment import Leaf, commit, dealers_hash, recipient_commitment
from izin.vault.cursor import Cursor, Cursors
from izin.vault.pseudonym import CitizenPseudonyms, CitizenTagSecrets, Pseudonyms, TagSecrets
from izin.vault.retailer import RetailerView
from izin.vault.sealing import CitizenSealer, Sealer
from izin.vault.secret import Secret
from izin.vault.tokens import Tokens

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/tags.json").read_text("utf-8"))


def secret(name):
    return Secret(bytes.fromhex(VECTORS["keys"][name]))


def secrets(of):
    return of(*(secret(name) for name in of.__struct_fields__))


@pytest.fixture
def pseudonyms():
    return Pseudonyms(secrets(TagSecrets), epoch=3)


@pytest.fixture
def citizens():
    return CitizenPseudonyms(secrets(CitizenTagSecrets), epoch=4)


@pytest.mark.parametrize("row", VECTORS["tags"], ids=lambda row: row["channel"])
class TestTags:
    def test_a_providers_tag_and_bucket(self, pseudonyms, row):
        expected = (UUID(row["provider_tag"]), row["provider_bucket"])
        code = IysCode(row["iys_code"])
        assert pseudonyms.provider_tag(code, row["address"]) == expected
        assert pseudonyms.provider_tags(code, [row["address"]] * 2) == [expected] * 2

    def test_a_citizens_tag_and_bucket(self, citizens, row):
        expected = (UUID(row["citizen_tag"]), row["citizen_bucket"])
        assert citizens.citizen_tag(row["address"]) == expected

    def test_the_slot_of_a_record(self, citizens, row):
        slot = citizens.slot(
            row["address"],
            BrandCode(row["brand_code"]),
            Channel(row["channel"]),
            RecipientType(row["recipient_type"]),
        )
        assert slot == UUID(row["slot"])

    def test_the_reference_of_a_brand(self, pseudonyms, row):
        assert pseudonyms.brand_ref(BrandCode(row["brand_code"])) == UUID(row["brand_ref"])


def test_the_tags_of_a_token_and_of_a_network_address(pseudonyms):
    other = VECTORS["other"]
    assert Tokens(pseudonyms.token_tag).tag_of(other["token"]) == UUID(other["token_tag"])
    assert pseudonyms.client_tag(other["client"]) == UUID(other["client_tag"])


def test_the_tag_of_a_dealers_person(pseudonyms):
    other = VECTORS["other"]
    tag = pseudonyms.person_tag(IysCode(other["person_iys_code"]), Tckn(other["person"]))
    assert tag == UUID(other["person_tag"])


def test_the_tag_of_who_writes(citizens):
    other = VECTORS["other"]
    assert citizens.sender_tag(other["sender"]) == UUID(other["sender_tag"])
    assert citizens.doer_tag(other["sender"]) == UUID(other["doer_tag"])


def test_the_tags_of_a_citizen_s_account(citizens):
    other = VECTORS["other"]
    assert citizens.holder_tag(other["sender"]) == UUID(other["holder_tag"])
    assert citizens.number_tag(other["sender"]) == UUID(other["number_tag"])
    assert citizens.seen_tag(other["sender"]) == UUID(other["seen_tag"])
    whom = other["gateway_issuer"], other["gateway_subject"]
    assert citizens.gateway_tag(*whom) == UUID(other["gateway_tag"])


def test_the_tag_of_a_tax_number(pseudonyms):
    other = VECTORS["other"]
    assert pseudonyms.tin_tag(other["tin"]) == UUID(other["tin_tag"])


def test_the_pool_of_a_companys_addresses(pseudonyms):
    other = VECTORS["other"]
    codes = IysCode(other["pool_iys_code"]), IysCode(other["pool_tag_code"])
    pool = pseudonyms.address_pool(*codes, AddressKind(other["pool_kind"]))
    assert pool == UUID(other["pool"])


def test_the_tag_of_a_file(pseudonyms):
    other = VECTORS["other"]
    digest = bytes.fromhex(other["file"])
    tag = pseudonyms.file_tag(BrandCode(other["file_brand_code"]), digest)
    assert tag == UUID(other["file_tag"])


def test_the_epochs_are_those_of_the_keys(pseudonyms, citizens):
    assert (pseudonyms.epoch, citizens.epoch) == (3, 4)


@pytest.mark.parametrize("case", VECTORS["sealed"], ids=lambda case: case["table"])
def test_a_sealed_value_opens(case):
    sealer = Sealer(case["key_id"], secret(case["key"]).gcm_siv())
    place = (case["table"], case["column"], bytes.fromhex(case["row"]))
    opened = sealer.open(bytes.fromhex(case["envelope"]), *place)
    assert opened.decode() == case["plaintext"]


def test_a_citizens_row_opens():
    case = VECTORS["citizen"]
    sealer = CitizenSealer(case["key_id"], secret("citizen_seal"))
    row = bytes.fromhex(case["row"])
    opened = sealer.open(bytes.fromhex(case["envelope"]), case["bucket"], row)
    assert opened.decode() == case["plaintext"]


def test_a_dealers_code_in_both_views():
    case = VECTORS["retailer"]
    code = RetailerCode(case["retailer_code"])
    for view in ("provider", "citizen"):
        retailers = RetailerView(view, case["key_id"], secret(f"retailer_{view}"))
        assert retailers.seal(code).hex() == case[view]


def test_a_cursor():
    case = VECTORS["cursor"]
    place = Cursor(BrandCode(case["brand_code"]), Side(case["side"]), case["idx"])
    cursors = Cursors(secret("cursor"))
    assert cursors.seal_cursor(place.brand_code, place.side, place.idx) == case["text"]
    assert cursors.open_cursor(case["text"]) == place


def test_a_commitment():
    case = VECTORS["commitment"]
    salts = bytes.fromhex(case["salts"])
    recipient = recipient_commitment(case["address"], salts)
    assert recipient == case["recipient_commitment"]
    leaf = msgspec.convert({**case["body"], "C_rcpt": recipient}, Leaf)
    assert leaf.canonical().decode() == case["canonical"]
    assert commit(leaf, salts).hex() == case["commitment"]


@pytest.mark.parametrize("case", VECTORS["dealers"])
def test_who_may_use_a_consent_is_fixed(case):
    assert dealers_hash(case["taker"], reversed(case["listed"])) == case["hash"]


def _leaves(value):
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in _leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in _leaves(each)]
    return [value]


def test_the_page_of_vectors_shows_every_value():
    page = (ROOT / "docs/vectors.md").read_text("utf-8")
    salts = VECTORS["commitment"]["salts"]
    shown = {leaf for leaf in _leaves(VECTORS) if leaf is not None and leaf != salts}
    assert [leaf for leaf in shown if str(leaf) not in page] == []
