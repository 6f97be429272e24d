"""An application is read whole, or every fault is said with its place and no person's number."""

import pytest
from builders.companies import a_signatory, an_application
from builders.dealers import a_tckn, a_vkn

from izin.application.intake import parse_application
from izin.core.errors import RefusalError
from izin.provider.model import ProviderKind


def read(body: object):
    return parse_application(body, sandbox=True)


def faults(body: object) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(RefusalError) as refused:
        read(body)
    assert {each.code for each in refused.value.refused} == {"IZ011"}
    return [(each.location, dict(each.facts)["expected"]) for each in refused.value.refused]


def test_a_company_s_application_is_read():
    entry = read(
        an_application(isJointSignature=True, signatories=[a_signatory(1), a_signatory(2)])
    )
    assert entry.facts.kind is ProviderKind.TACIR
    assert entry.facts.is_joint
    assert [person.tckn.clear for person in entry.signatories] == [a_tckn(701), a_tckn(702)]
    assert entry.contact.tin == a_vkn(501)


@pytest.mark.parametrize("tin", [a_tckn(9), a_vkn(9)])
def test_a_tradesman_pays_taxes_under_either_number_and_needs_no_mersis(tin):
    entry = read(an_application(kind="ESNAF", mersis=None, tin=tin))
    assert entry.facts.mersis is None
    assert entry.contact.tin == tin


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "DERNEK"}, [(("kind",), "one_of")]),
        ({"title": " "}, [(("title",), "words")]),
        ({"brandName": None}, [(("brandName",), "words")]),
        ({"mersis": None}, [(("mersis",), "mersis")]),
        ({"mersis": "0845052547100015"}, [(("mersis",), "mersis")]),
        ({"tin": a_tckn(9)}, [(("tin",), "vkn")]),
        ({"tin": "8450525471"}, [(("tin",), "vkn")]),
        ({"kind": "ESNAF", "tin": "1"}, [(("tin",), "tin")]),
        ({"mobile": "0599"}, [(("mobile",), "phone")]),
        ({"email": "örnek@firma.example"}, [(("email",), "email")]),
        ({"isJointSignature": "evet"}, [(("isJointSignature",), "truth")]),
        ({"isJointSignature": True}, [(("signatories",), "signatories")]),
        ({"signatories": []}, [(("signatories",), "signatories")]),
        ({"signatories": [a_signatory(n) for n in range(6)]}, [(("signatories",), "signatories")]),
        ({"signatories": [5]}, [(("signatories", 0), "object")]),
        (
            {"signatories": [a_signatory(1), a_signatory(2, tckn=a_tckn(701))]},
            [(("signatories", 1, "tckn"), "other_person")],
        ),
        (
            {"signatories": [a_signatory(1, tckn="1", name="", mobile=5, colour="red")]},
            [
                (("signatories", 0, "colour"), "known"),
                (("signatories", 0, "name"), "words"),
                (("signatories", 0, "tckn"), "tckn"),
                (("signatories", 0, "mobile"), "phone"),
            ],
        ),
        ({"iysCode": 1}, [(("iysCode",), "known")]),
    ],
)
def test_each_fault_is_said_where_it_stands(fields, expected):
    found = faults(an_application(**fields))
    assert [each for each in expected if each not in found] == []
    assert found[0] == expected[0]


@pytest.mark.parametrize("body", [None, [], "x", 5])
def test_what_is_no_object_is_said(body):
    assert faults(body)[0] == ((), "object")


def test_no_number_that_came_is_echoed():
    with pytest.raises(RefusalError) as refused:
        read(an_application(tin="8450525471", signatories=[a_signatory(1, tckn="10000000147")]))
    assert "8450525471" not in repr(refused.value.refused)
    assert "10000000147" not in repr(refused.value.refused)
