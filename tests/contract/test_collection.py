"""The document's example requests of İYS Yolu and ViA PASS are taken, or refused for a reason."""

import itertools
from typing import Any

import pytest
from builders import collecting as at
from builders.collecting import API, a_pass, an_etk, confirming
from builders.registry import IYS_CODES, Attempt, Registry
from builders.via import a_kvk

from . import collection as of
from .envelopes import read
from .official import COLLECTION, DOCUMENT, OPERATIONS, places
from .provocations import TABLE

WAYS = {
    "SMS_OTP": at.FORMS["ours"],
    "EPOSTA_OTP": at.FORMS["ours"],
    "SMS_SHORTURL": at.LINK_FORM,
    "EPOSTA_SHORTURL": at.LINK_FORM,
    "EPOSTA_APPROVALURL": at.MAIL_FORM,
}
TITLES = ("ETK", "KVK", "ETK KVK")


def an_example(registry: Registry, way: str, titles: str) -> dict[str, Any]:
    """What the document sends by a way for these titles, to nobody's address."""
    is_sms = way.startswith("SMS")
    phone = registry.phone()
    etk = an_etk(types=["MESAJ", "ARAMA"] if is_sms else ["EPOSTA"])
    asked = {"ETK": etk, "KVK": a_kvk(*at.KVK_KINDS)}
    return {
        "formId": str(WAYS[way]),
        "recipient": phone if is_sms else f"kisi{phone[1:]}@posta.example",
        "verificationType": way,
        "consentTypes": [asked[each] for each in titles.split()],
    }


def test_an_example_of_each_documented_form_is_sent(registry):
    sent = {
        of.START: [an_example(registry, "SMS_OTP", titles) for titles in TITLES],
        of.CONFIRM: [confirming("…", {"ETK": "1"}).body],
        of.SEARCH: [{"type": "AYDINLATMA_METNI", "recipient": "…"}],
    }
    for name in COLLECTION:
        documented = OPERATIONS[name]["asked"]
        found = [sorted(places(each)) for each in sent.get(name, ())]
        assert sorted(found) == sorted(documented), name


@pytest.mark.parametrize(("way", "titles"), list(itertools.product(WAYS, TITLES)))
async def test_a_request_may_be_begun_as_the_examples_begin_it(registry, way, titles):
    body = an_example(registry, way, titles)
    assert await at.begun(registry, body)
    # the schema draws the form's number as a number, its examples as a text
    again = an_example(registry, way, titles) | {"formId": WAYS[way]}
    assert await at.begun(registry, again)


async def test_an_identity_number_of_ten_digits_as_in_one_example_is_refused(registry):
    body = an_example(registry, "SMS_SHORTURL", "KVK")
    body["consentTypes"][0]["personData"]["recipientIdNumber"] = "1" * 10
    path = f"/via/sps/{IYS_CODES['ours']}/consent"
    answer = await registry.send(Attempt(method="POST", path=path, body=body))
    assert (answer.status_code, [each.code for each in read(answer.json())]) == (400, ["H1096"])


@pytest.mark.parametrize("titles", TITLES)
async def test_a_request_is_confirmed_as_the_examples_confirm_it(registry, titles):
    body = an_example(registry, "EPOSTA_OTP", titles)
    request_id, codes = await at.coded(registry, body)
    told = dict(zip(titles.split(), codes, strict=True))
    in_another_order = dict(reversed(told.items()))
    answer = await registry.send(confirming(request_id, in_another_order))
    assert answer.status_code == 200, answer.text
    asked = [each["types"] for each in body["consentTypes"]]
    given = [each["type"] for each in answer.json()["message"]]
    assert given == [kind for kinds in asked for kind in kinds]


@pytest.mark.parametrize("name", of.STARTS)
async def test_a_verification_is_begun_with_the_fields_that_the_document_requires(registry, name):
    reference = OPERATIONS[name]["request"]["$ref"].rpartition("/")[2]
    body = a_pass(registry, of.STARTS[name])
    assert set(body) == set(DOCUMENT["schemas"][reference]["required"])
    path = TABLE[name].path.format(iysCode=IYS_CODES["ours"])
    answer = await registry.send(Attempt(method="POST", path=path, body=body))
    assert answer.status_code == 200, answer.text
    for field in body:
        less = {key: value for key, value in body.items() if key != field}
        answer = await registry.send(Attempt(method="POST", path=path, body=less))
        assert answer.json()["errorCode"] == "ERR-VLD-001"
        assert [each["field"] for each in answer.json()["data"]] == [field]


async def test_a_history_is_paged_as_the_document_names_it(registry):
    assert OPERATIONS[of.HISTORY]["query"] == [each.name for each in TABLE[of.HISTORY].query]
    request_id, code = await at.passing_code(registry, "SMS")
    await registry.send(at.completing("SMS", request_id, code))
    path = f"{API}/request-history?page=2&pageSize=1"
    asked = Attempt(method="POST", path=path, body={"requestId": request_id})
    answer = (await registry.send(asked)).json()
    assert [each["status"] for each in answer["content"]] == ["SUCCESS"]
    assert answer["pagination"]["totalPages"] == 2


@pytest.mark.parametrize("name", sorted(COLLECTION))
def test_it_stands_where_the_document_has_it(name):
    row = OPERATIONS[name]
    assert (TABLE[name].method, TABLE[name].path) == (row["method"], row["path"])
