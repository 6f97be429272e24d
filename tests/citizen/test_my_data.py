"""What she may take away: all of it, of her address alone, and nothing in it runs."""

import csv
import json
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO

from builders.heart import a_key, a_proposal, phone
from builders.parties import BRAND_CODE, OTHER_BRAND_CODE

from izin.citizen import mine
from izin.citizen.call import Call
from izin.consent.model import Recorded
from izin.consent.record import Recorder
from izin.core.terms import Source, Status
from izin.i18n.catalogue import Language
from izin.web.citizen.paper import document


async def test_she_takes_away_everything_of_her_address(visitor, given, heart):
    await given.brand(OTHER_BRAND_CODE, name="=Işık & Ev")
    await heart.record(a_proposal(key=a_key(1, brand_code=OTHER_BRAND_CODE)))
    await heart.number_and_project()
    await visitor.sign_in()
    await visitor.change("RET")
    await visitor.get("/data")
    assert "izinlerim.pdf?part=1" in visitor.page
    answer = await visitor.client.get("/data/izinlerim.json")
    assert answer.headers["content-disposition"].startswith('attachment; filename="izinlerim-2')
    assert answer.headers["cache-control"] == "no-store"
    document = json.loads(answer.content)
    assert document["address"] == phone(1).clear
    assert len(document["records"]) == 4
    refused = [each for each in document["records"] if each["status"] == "RET"]
    [record] = refused
    steps = [(line["before"], line["after"], line["source"]) for line in record["history"]]
    assert steps == [("ONAY", "RET", "IYS_WEB"), (None, "ONAY", "HS_WEB")]
    holders = [line["evidenceHolder"] for line in record["history"]]
    assert holders == ["İleti İzin Kaydı", "Işık Giyim A.Ş."]
    [change] = document["changes"]
    answer = await visitor.client.get("/data/izinlerim.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Ne", "Tarih", "Firma"]
    assert len(rows) == 1 + 5 + 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert rows[-1][rows[0].index("Belge no")] == change["receipt"]
    assert "599000000" not in answer.text.replace(phone(1).clear[1:], "")


async def test_a_receipt_stands_beside_what_it_is_of_and_an_act_names_its_brand(visitor):
    await visitor.sign_in()
    await visitor.change("RET")
    document = (await visitor.client.get("/data/izinlerim.json")).json()
    [change] = document["changes"]
    assert (change["brand"], change["brandCode"]) == ("Işık Giyim", BRAND_CODE)
    [record] = [each for each in document["records"] if each["status"] == "RET"]
    assert [line["receipt"] for line in record["history"]] == [change["receipt"], None]
    answer = await visitor.client.get("/data/izinlerim.csv")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[-1][rows[0].index("Marka")] == "Işık Giyim"
    held = [row[0] for row in rows if row[rows[0].index("Belge no")] == change["receipt"]]
    assert held == ["İzin hareketi", "İzin değiştirildi"]


async def test_what_is_for_paper_is_tagged_and_sets_names_as_they_are(visitor, given, heart):
    await given.brand(OTHER_BRAND_CODE, name="#Işık Ğ *Ş* =Ev")
    await heart.record(a_proposal(key=a_key(1, brand_code=OTHER_BRAND_CODE)))
    await heart.number_and_project()
    await visitor.sign_in()
    await visitor.change("RET")
    printed = await visitor.client.get("/data/izinlerim.pdf?part=1")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in printed.content, "tagged: it can be read aloud"
    assert b"/Lang(tr)" in printed.content.replace(b" ", b"")


async def test_nobody_else_takes_it(visitor):
    for path in ("/data", "/data/izinlerim.json", "/data/izinlerim.csv"):
        assert "Telefonunuz ya da e-postanız" in (await visitor.get(path)).text
    await visitor.sign_in()
    for part in ("0", "2", "x", "-1", "99999999"):
        assert (await visitor.client.get(f"/data/izinlerim.pdf?part={part}")).status_code == 404


async def moves(heart, times: int) -> None:
    """Her first record, refused and approved again by turns, `times` movements more."""
    for turn in range(times):
        status = Status.ONAY if turn % 2 else Status.RET
        [verdict] = await heart.record(a_proposal(key=a_key(1), status=status, ago=timedelta()))
        assert isinstance(verdict, Recorded)


async def test_a_long_history_is_whole_in_the_files_and_said_to_be_cut_on_paper(visitor, heart):
    await moves(heart, 120)
    await visitor.sign_in()
    document = (await visitor.client.get("/data/izinlerim.json")).json()
    histories = sorted(len(each["history"]) for each in document["records"])
    assert histories == [1, 1, 121]
    [long] = [each["history"] for each in document["records"] if len(each["history"]) > 1]
    assert [line["after"] for line in long] == ["ONAY", "RET"] * 60 + ["ONAY"]
    assert long[-1]["before"] is None
    table = (await visitor.client.get("/data/izinlerim.csv")).content.decode("utf-8-sig")
    assert len(list(csv.reader(StringIO(table), delimiter=";"))) == 1 + 123


async def test_paper_says_how_much_does_not_fit_it(app, citizen_database, keeper_keyring, heart):
    await moves(heart, 4)

    @asynccontextmanager
    async def opening():
        async with citizen_database.connection() as connection:
            yield Call(
                connection=connection,
                keyring=keeper_keyring,
                recorder=Recorder(keeper_keyring),
                address=phone(1),
                source=Source.IYS_WEB,
            )

    given = await mine.sheet(opening, 1, now=datetime.now(UTC), lines_max=4)
    assert given is not None
    assert (given.parts, len(given.lines)) == (1, 4)
    assert given.cut in (1, 2, 3)
    words = document(given, Language.TR)["movements"]
    assert words["is_cut"]
    assert words["cut"].startswith(f"Bu belgeye 4 hareket sığdı; {given.cut} kaydın")
    whole = await mine.sheet(opening, 1, now=datetime.now(UTC), lines_max=7)
    assert whole is not None
    assert (len(whole.lines), whole.cut) == (7, 0)
    assert await mine.sheet(opening, 2, now=datetime.now(UTC), lines_max=7) is None


async def test_a_long_history_is_shown_page_by_page(visitor, heart):
    """Each movement once, whatever came meanwhile, by an address that is nobody else's."""
    await moves(heart, 60)
    await visitor.sign_in()
    path = f"/brands/{BRAND_CODE}/history"
    await visitor.get(path)
    first = lines_of(visitor.page)
    older = re.search(r'href="([^"]+\?older=[^"]+)"', visitor.page)[1]
    assert str(phone(1).clear)[-7:] not in older
    await moves(heart, 1)
    await visitor.get(older)
    second = lines_of(visitor.page)
    assert (len(first), len(second)) == (50, 13), "61 of one record, and two others' first"
    assert 'rel="next"' not in visitor.page
    assert second[-1].startswith("İlk kayıt")
    for other in (older[:-4] + "AAAA", older.split("=")[0] + "=x"):
        assert (await visitor.client.get(other)).status_code == 404
    await visitor.send("/sign-out")
    await visitor.sign_in()
    assert (await visitor.client.get(older)).status_code == 404, "another session's"


def lines_of(page: str) -> list[str]:
    """What each movement of a shown history says."""
    listed = page.split('<ol class="timeline">')[1].split("</ol>", maxsplit=1)[0]
    return [each.split("<br>")[1].strip() for each in listed.split("<li>")[1:]]


async def test_help_stands_in_the_same_place_on_every_page(visitor):
    await visitor.sign_in()
    for path in ("/", "/verify", "/help", "/help/accessibility", "/consents", "/acts", "/data"):
        page = (await visitor.get(path)).text
        foot = page.split("<footer>")[1]
        assert foot.index('href="/help"') < foot.index('href="/help/accessibility"'), path
