"""The document's example requests of a form on a page are taken, or refused for a reason."""

import pytest
from builders import collecting as at

from . import frame as of
from .envelopes import read
from .official import FRAME, OPERATIONS, places
from .provocations import TABLE


def test_it_is_there_whole():
    assert set(of.FRAME) == FRAME


@pytest.mark.parametrize("name", of.FRAME)
def test_it_stands_where_the_document_has_it(name):
    row, ours = OPERATIONS[name], TABLE[name]
    assert (ours.method, ours.path) == (row["method"], row["path"])
    assert [each.name for each in ours.query] == row["query"]


async def test_a_request_is_begun_and_ended_as_the_examples_do_it(registry):
    stand = of.a_stand(registry)
    start = of.starting(registry, stand)
    assert [sorted(places(start.body))] == OPERATIONS[of.START]["asked"]
    done = await of.coded(registry, stand)
    assert [sorted(places(done.body))] == OPERATIONS[of.COMPLETE]["asked"]
    assert (await registry.send(done)).status_code == 200


@pytest.mark.parametrize("field", ["etkTypes", "captchaText", "cid", "widgetUUID", "citizenName"])
async def test_what_the_schema_asks_for_and_a_page_may_lack_is_left_out(registry, field):
    """Its own words say of some that they are not compulsory."""
    asked = {"kvkTypes": ["ACIK_RIZA_METNI"]} if field == "etkTypes" else {}
    name = {"citizenName": "Aslı Can"} if asked else {}
    assert field in OPERATIONS[of.START]["request"]["required"]
    less = of.starting(registry, of.a_stand(registry), **(asked | name | {field: None}))
    assert await of.begun(registry, less)


async def test_one_code_for_two_things_as_in_the_example_is_refused(registry):
    """A consent to messages is no word on personal data: each has its code."""
    both = {"kvkTypes": ["ACIK_RIZA_METNI"], "citizenName": "Aslı Can"}
    done = await of.coded(registry, of.a_stand(registry), **both)
    one = {name: each for name, each in done.body.items() if name != "kvkOtpCode"}
    answer = await registry.send(of.changed(done, body=one))
    assert (answer.status_code, [each.code for each in read(answer.json())]) == (400, ["H1005"])
    assert (await registry.send(done)).status_code == 200


async def test_a_link_is_ended_in_the_way_that_it_was_begun(registry):
    stand = of.a_stand(registry, form=at.PAGE_LINK_FORM)
    way = {"verificationType": "SMS_SHORTURL"}
    request_id = await of.begun(registry, of.starting(registry, stand, **way))
    other = of.completing(stand, requestId=request_id, verificationType="EPOSTA_SHORTURL")
    answer = await registry.send(other)
    assert (answer.status_code, [each.code for each in read(answer.json())]) == (400, ["H1064"])
