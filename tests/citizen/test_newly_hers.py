"""A number that was another's is hers as if it never had been: she adds, and undoes her own."""

import re
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from builders.heart import a_key, a_proposal
from builders.parties import BRAND_CODE, OTHER_BRAND_CODE, RETAILER_CODE
from builders.visitor import ME, RECEIPT, Visitor

from izin.citizen.acts import Act
from izin.citizen.refuse import Scope, refuse_all
from izin.citizen.undo import Stays, undo
from izin.core.clock import beginning_of, day_of, utc_now
from izin.core.terms import Channel, Status

THEIRS, NOBODYS = "0599 000 00 07", "0599 000 00 08"
LONG_AGO = timedelta(days=900)
SINCE = beginning_of(day_of(utc_now() - timedelta(days=400)))
HERE = f"/brands/{BRAND_CODE}/add"
BOTH = {"way_MESAJ": "1", "way_ARAMA": "1", "recipient": "BIREYSEL"}


async def let_in(visitor, address: str, owned: str = "month") -> None:
    await visitor.get("/consents")
    await visitor.send("/sign-in", address=address)
    await visitor.send("/sign-in/code", code=await visitor.code())
    month = {"month": str(SINCE.month), "year": str(SINCE.year)}
    await visitor.send("/notice", owned=owned, **month)


@pytest.fixture
async def theirs(app, given, heart) -> None:
    """What whoever had a number before left: an approval taken by a dealer, and a refusal."""
    await given.retailer(title="Çarşı Bayii")
    dealer = {"retailer_code": RETAILER_CODE, "retailer_access": (RETAILER_CODE,)}
    called = a_key(7, channel=Channel.ARAMA)
    await heart.record(
        a_proposal(key=a_key(7), ago=LONG_AGO, **dealer),
        a_proposal(key=called, ago=LONG_AGO, **dealer),
    )
    refused = a_proposal(key=called, status=Status.RET, ago=timedelta(days=800))
    await heart.record(refused)
    await heart.number_and_project()


async def seen_by(visitor) -> list[str]:
    """What her pages say of it, whenever it was."""
    paths = (HERE, f"/brands/{BRAND_CODE}", f"/brands/{BRAND_CODE}/history", "/acts", "/consents")
    said = [(await visitor.get(path)).text.split("<main")[1] for path in paths]
    taken = (await visitor.client.get("/data/izinlerim.json")).text
    return [_without_what_differs(each) for each in (*said, taken)]


def _without_what_differs(text: str) -> str:
    """Marks of forms, ids, receipts, moments, and whose number it is."""
    for pattern in (r'name="mark" value="\w+"', r"[0-9a-f-]{36}", RECEIPT.pattern):
        text = re.sub(pattern, "", text)
    text = re.sub(r"\d\d:\d\d(?::[\d.]+)?|\+90599\d{7}", "", text)
    return re.sub(r'<p class="once">.*?</p>', "", text)  # of hers is told how many are not shown


@pytest.mark.parametrize("is_claimed", [False, True])
async def test_she_adds_a_brand_as_if_nobody_had_had_the_number(
    app, visitor, theirs, heart, is_claimed
):
    owner, other = visitor.owner, Visitor(app, visitor.owner, visitor.keyring)
    await let_in(visitor, THEIRS, "new" if is_claimed else "month")
    if is_claimed:
        await visitor.send("/number", sure="1")
        await heart.number_and_project()
    await let_in(other, NOBODYS)
    for one in (visitor, other):
        await one.get(HERE)
        assert "kaydınız var" not in one.page
        await one.send(HERE, **BOTH)
        assert "Onay kaydedildi." in one.page
    await heart.number_and_project()
    rows = await owner.fetch(
        "select tag, status::text, retailer_siv from provider_consent"
        " join source on id = source where code = 'IYS_WEB_YENI'"
    )
    assert Counter(row["tag"] for row in rows).most_common()[0][1] == 2
    assert [(row["status"], row["retailer_siv"]) for row in rows] == [("ONAY", None)] * 4
    assert await owner.fetchval("select count(*) from consent_retailer") == 0
    if not is_claimed:
        assert await seen_by(visitor) == await seen_by(other)
    await other.client.aclose()


async def test_of_forms_at_once_one_adds_it_whatever_stood(visitor, owner, theirs):
    await let_in(visitor, THEIRS)
    await visitor.get(HERE)
    before = await owner.fetchval("select count(*) from consent_event")
    pages = await visitor.at_once(HERE, BOTH, BOTH, BOTH)
    assert sum("Onay kaydedildi." in page for page in pages) == 1
    assert sum("kaydınız zaten vardı" in page for page in pages) == 2
    assert await owner.fetchval("select count(*) from consent_event") == before + 2


@pytest.fixture
async def old(app, given, heart) -> None:
    """Under her number there is a brand's approval that is older than she has had it."""
    await given.brand(OTHER_BRAND_CODE, name="Işık Ev")
    await heart.record(a_proposal(key=a_key(1, brand_code=OTHER_BRAND_CODE), ago=LONG_AGO))
    await heart.number_and_project()


async def statuses(owner) -> Counter[str]:
    rows = await owner.fetch("select status::text as status from provider_consent")
    return Counter(row["status"] for row in rows)


@pytest.mark.parametrize("rows_max", [1000, 1])
async def test_an_undo_leaves_refused_what_is_not_hers(doors, owner, old, rows_max):
    """It had made the approval of whoever had the number before hers, and named it."""
    refused = await doors.do(partial(refuse_all, scope=Scope()))
    assert refused.asked == 4
    undoing = partial(undo, named=str(refused.act_id), now=refused.at, rows_max=rows_max)
    assert isinstance(await doors.do(undoing, since=SINCE), Act)
    await doors.work_all()
    assert await statuses(owner) == {"ONAY": 4, "RET": 1}
    undone = (await doors.acts())[0]
    assert (undone.asked, await doors.came_to(undone)) == (3, 3)
    assert await doors.do(undoing, since=SINCE) is Stays.UNDONE_BEFORE


async def test_where_nothing_of_it_is_hers_nothing_is_taken_back(doors, owner, old):
    refused = await doors.do(partial(refuse_all, scope=Scope(brand=OTHER_BRAND_CODE)))
    undoing = partial(undo, named=str(refused.act_id), now=refused.at)
    assert await doors.do(undoing, since=SINCE) is Stays.NOT_HERS
    assert await statuses(owner) == {"ONAY": 4, "RET": 1}
    assert isinstance(await doors.do(undoing), Act), "it was hers from the beginning"


async def test_the_page_says_how_many_were_left(visitor, old):
    await let_in(visitor, ME, "always")
    await visitor.send("/refuse")
    act = re.search(r'action="(/acts/[^"]+)/undo"', visitor.page)[1]
    await visitor.get("/number")
    month = {"month": str(SINCE.month), "year": str(SINCE.year)}
    await visitor.send("/number/since", owned="month", **month)
    await visitor.get(act)
    assert "önce verilmiş onaylar Ret olarak kalır" in visitor.page
    await visitor.send(f"{act}/undo")
    assert "Geri alındı." in visitor.page
    assert "Reddedilenlerden 1 izin olduğu gibi bırakıldı" in visitor.page
    await visitor.get("/consents")
    assert "Işık Ev" not in visitor.page.split("<table")[1]


async def test_what_an_undo_can_do_nothing_for_offers_none(visitor, old):
    """It had been offered for a day, and was there still once it had done nothing."""
    await let_in(visitor, ME, "always")
    await visitor.send("/refuse", brand=str(OTHER_BRAND_CODE))
    act = re.search(r'action="(/acts/[^"]+)/undo"', visitor.page)[1]
    await visitor.get("/number")
    month = {"month": str(SINCE.month), "year": str(SINCE.year)}
    await visitor.send("/number/since", owned="month", **month)
    await visitor.get(act)
    assert RECEIPT.search(visitor.page)
    assert "/undo" not in visitor.page
