"""What she may take away: all of it, of her address alone, and nothing in it runs."""

import csv
import json
from datetime import UTC, datetime
from io import StringIO

from builders.heart import a_key, a_proposal, phone
from builders.parties import OTHER_BRAND_CODE

from izin.citizen.call import Call
from izin.citizen.mine import mine
from izin.consent.record import Recorder
from izin.core.terms import Channel, Source, Status


async def test_she_takes_away_everything_of_her_address(visitor, given, heart):
    await given.brand(OTHER_BRAND_CODE, name="=Işık & Ev")
    await heart.record(a_proposal(key=a_key(1, brand_code=OTHER_BRAND_CODE)))
    await heart.number_and_project()
    await visitor.sign_in()
    await visitor.change("RET")
    await visitor.get("/data")
    assert "izinlerim.csv?part=1" in visitor.page
    answer = await visitor.client.get("/data/izinlerim.json?part=1")
    assert answer.headers["content-disposition"].startswith('attachment; filename="izinlerim-2')
    assert answer.headers["cache-control"] == "no-store"
    document = json.loads(answer.content)
    assert document["address"] == phone(1).clear
    assert (document["part"], document["parts"], len(document["records"])) == (1, 1, 4)
    refused = [each for each in document["records"] if each["status"] == "RET"]
    [record] = refused
    steps = [(line["before"], line["after"], line["source"]) for line in record["history"]]
    assert steps == [("ONAY", "RET", "IYS_WEB"), (None, "ONAY", "HS_WEB")]
    assert [line["evidenceHolder"] for line in record["history"]] == [None, "Işık Giyim A.Ş."]
    [change] = document["changes"]
    answer = await visitor.client.get("/data/izinlerim.csv?part=1")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Ne", "Tarih", "Firma"]
    assert len(rows) == 1 + 5 + 1
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert rows[-1][-1] == change["receipt"]
    assert "599000000" not in answer.text.replace(phone(1).clear[1:], "")


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
        assert (await visitor.client.get(f"/data/izinlerim.json?part={part}")).status_code == 404


async def test_much_comes_in_parts(app, citizen_database, keeper_keyring, heart):
    await heart.record(a_proposal(key=a_key(1), status=Status.RET))
    async with citizen_database.connection() as connection:
        call = Call(
            connection=connection,
            keyring=keeper_keyring,
            recorder=Recorder(keeper_keyring),
            address=phone(1),
            source=Source.IYS_WEB,
        )
        now = datetime.now(UTC)
        given = [await mine(call, part, now=now, records_max=2) for part in (1, 2, 3)]
    assert [None if each is None else (each.parts, len(each.records)) for each in given] == [
        (2, 2),
        (2, 1),
        None,
    ]
    channels = [each.record.key.channel for part in given[:2] for each in part.records]
    assert sorted(channels) == [Channel.ARAMA, Channel.MESAJ, Channel.MESAJ]


async def test_help_stands_in_the_same_place_on_every_page(visitor):
    await visitor.sign_in()
    for path in ("/", "/verify", "/help", "/help/accessibility", "/consents", "/acts", "/data"):
        page = (await visitor.get(path)).text
        foot = page.split("<footer>")[1]
        assert foot.index('href="/help"') < foot.index('href="/help/accessibility"'), path
