"""The body of createRetailer: every fault of every field, at once."""

import pytest
from builders.dealers import a_dealer, a_tckn, a_vkn

from izin.core.errors import Refused
from izin.core.provinces import PROVINCES
from izin.retailer.intake import Entry, parse_retailer
from izin.retailer.model import RetailerStatus


def read(body) -> Entry:
    entry = parse_retailer(body, sandbox=True)
    assert isinstance(entry, Entry), entry
    return entry


def faults(body) -> list[tuple[str, tuple]]:
    refused = parse_retailer(body, sandbox=True)
    assert isinstance(refused, tuple)
    assert all(isinstance(each, Refused) for each in refused)
    return [(each.code, each.location) for each in refused]


def test_a_whole_dealer_is_read():
    entry = read(a_dealer(7))
    kadikoy = PROVINCES[34].towns[entry.facts.town_code]
    assert (entry.facts.city_code, kadikoy) == (34, "Kadıköy")
    assert entry.facts.title == "Kurgu Ticaret 7"
    assert entry.facts.status is RetailerStatus.ACTIVE
    assert (entry.person.tckn.clear, entry.person.tin) == (a_tckn(7), a_vkn(7))
    assert a_tckn(7) not in repr(entry.person.tckn)


def test_optional_fields_may_be_left_out():
    entry = read(a_dealer(mersis=None, alias=None, mobile=None))
    assert (entry.facts.mersis, entry.facts.alias, entry.person.mobile) == (None, None, None)


def test_numbers_may_be_numbers():
    asked = a_dealer(tckn=int(a_tckn()), city={"code": 34, "name": "ISTANBUL"})
    assert read(asked).person.tckn.clear == a_tckn()


def test_the_districts_own_code_is_taken_and_another_of_the_province_contradicts():
    kadikoy = read(a_dealer()).facts.town_code
    other = next(code for code in PROVINCES[34].towns if code != kadikoy)
    assert read(a_dealer(town={"code": str(kadikoy), "name": "KADIKÖY"})).facts.town_code == kadikoy
    assert faults(a_dealer(town={"code": other, "name": "Kadıköy"})) == [("H016", ("town",))]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": None}, [("H214", ("title",))]),
        ({"title": ""}, [("H214", ("title",))]),
        ({"title": "x" * 256}, [("H017", ("title",))]),
        ({"title": "<b>"}, [("H229", ("title",))]),
        ({"title": "=HYPERLINK(1)"}, [("H229", ("title",))]),
        ({"title": "a\u202eb"}, [("H229", ("title",))]),
        ({"title": "- , -"}, [("H229", ("title",))]),
        ({"title": 5}, [("H229", ("title",))]),
        ({"name": None}, [("H215", ("name",))]),
        ({"name": "a\nb"}, [("H229", ("name",))]),
        ({"tckn": None}, [("H216", ("tckn",))]),
        ({"tckn": "1"}, [("H226", ("tckn",))]),
        ({"tckn": True}, [("H226", ("tckn",))]),
        ({"tckn": "10000000147"}, [("H225", ("tckn",))]),
        ({"city": None}, [("H217", ("city",))]),
        ({"city": {"name": "İstanbul"}}, [("H218", ("city", "code"))]),
        ({"city": {"code": "34"}}, [("H219", ("city", "name"))]),
        ({"city": {}}, [("H218", ("city", "code")), ("H219", ("city", "name"))]),
        ({"city": "34"}, [("H016", ("city",))]),
        ({"city": {"code": "35", "name": "İstanbul"}}, [("H016", ("city",))]),
        ({"city": {"code": [], "name": "İstanbul"}}, [("H016", ("city",))]),
        ({"town": None}, [("H220", ("town",))]),
        ({"town": {"name": "Kadıköy"}}, [("H221", ("town", "code"))]),
        ({"town": {"code": "01"}}, [("H222", ("town", "name"))]),
        ({"town": {"code": "01", "name": "Seyhan"}}, [("H016", ("town",))]),
        ({"tin": None}, [("H288", ("tin",))]),
        ({"tin": "123456789"}, [("H244", ("tin",))]),
        ({"tin": "8450525471"}, [("H243", ("tin",))]),
        ({"mersis": ""}, [("H267", ("mersis",))]),
        ({"mersis": 56518556720}, [("H228", ("mersis",))]),
        ({"mersis": "0845052547100015"}, [("H227", ("mersis",))]),
        ({"alias": ""}, [("H267", ("alias",))]),
        ({"alias": "*"}, [("H229", ("alias",))]),
        ({"mobile": "0599"}, [("H224", ("mobile",))]),
        ({"status": "deleted"}, [("H201", ("status",))]),
        ({"status": ["active"]}, [("H201", ("status",))]),
        ({"retailerCode": 1}, [("H016", ("retailerCode",))]),
    ],
)
def test_a_fault_of_one_field(fields, expected):
    assert faults(a_dealer(**fields)) == expected


@pytest.mark.parametrize("body", [None, [], "x", 5])
def test_what_is_no_object(body):
    assert faults(body) == [("H016", ())]


def test_all_faults_come_at_once():
    found = [code for code, _ in faults({"colour": "red", "alias": ""})]
    assert found == ["H016", "H214", "H215", "H216", "H217", "H220", "H288", "H267"]
