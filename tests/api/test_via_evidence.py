"""What proves a consent that the registry took, and the paper that shows it."""

import copy
import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from functools import reduce
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
from builders.house import ago
from builders.parties import IYS_CODE
from builders.stamps import read, unpacked, verifies
from builders.via import Post, a_kvk, a_start, code_in
from builders.via_wire import OWN, PHONE, VIA, begun, code_of, confirm

from izin.brand import lookup as brands
from izin.consent.event import commitment_of, decode_body
from izin.core.codes import company
from izin.i18n.catalogue import Phrase
from izin.i18n.letters import texts
from izin.via.model import Title
from izin.via.paper import facts_of
from izin.via.read import request_of
from izin.via.request import open_body, seal_body
from izin.via.told import HIDDEN

CHECK = Path(__file__).parents[2] / "tools" / "check_evidence.py"
HOLDS = "Everything holds.\n"
TOLD = {"what": "Kasada anlatıldı", "where": "Kızılay"}


async def answered(ours, post: Post, body) -> tuple[str, str, list[dict[str, str]]]:
    """A request with what was told before, answered: its id, the code, what was recorded."""
    begun_ = await ours.post(OWN, json=body | {"informed": TOLD | {"at": ago(minutes=1)}})
    assert begun_.status_code == 200, begun_.text
    request_id = begun_.json()["message"]["requestId"]
    assert code_of(await ours.get(f"{OWN}/{request_id}/evidence")) == (400, "H1072")
    await post.carry()
    await post.arrive()
    code = code_in(await post.next())
    return request_id, code, (await confirm(ours, request_id, code)).json()["message"]


async def test_what_proves_it_is_fixed_by_the_movement(ours, theirs, post, form, house):
    assert code_of(await ours.post(OWN, json=a_start(form, PHONE))) == (422, "IZ011")
    for at in ("1990-01-01 10:00:00", ago(hours=24 * 367), ago(minutes=-5)):
        never = await ours.post(OWN, json=a_start(form, PHONE, informed=TOLD | {"at": at}))
        assert code_of(never) == (422, "IZ011"), at
    request_id, code, given = await answered(ours, post, a_start(form, PHONE))
    evidence = f"{OWN}/{request_id}/evidence"
    proven = (await ours.get(evidence)).json()
    assert proven["informed"].endswith("Kızılay: Kasada anlatıldı")
    [of_etk] = proven["evidence"]
    notice, code_, _ = of_etk["messages"]
    assert [each["text"] for each in of_etk["messages"]] == [
        *("via_notice", "via_code_etk", "via_recorded_etk")
    ]
    assert notice["sentAt"] <= notice["arrivedAt"] <= code_["sentAt"], "the code follows its notice"
    assert notice["supplierAt"]
    assert code not in str(proven)
    assert [each["transactionId"] for each in proven["answers"]] == [
        each["transactionId"] for each in given
    ]
    async with house.parts.database.connection() as connection:
        rows = await connection.fetch("select event_id, commitment, body_sealed from consent_event")
    opener = await house.parts.keyring.openers([row["body_sealed"] for row in rows])
    for row in rows:
        place = ("consent_event", "body_sealed", row["event_id"].bytes)
        body = decode_body(opener.open(row["body_sealed"], *place))
        assert body.evidence_hash == of_etk["evidenceHash"]
        assert commitment_of(body) == row["commitment"]
    assert code_of(await theirs.get(evidence)) == (403, "H1040")
    assert code_of(await ours.post(f"{OWN}/{request_id}/withdraw")) == (400, "H1032")


async def test_what_she_was_sent_is_quoted_and_never_written_anew(
    ours, post, form, owner, house, monkeypatch
):
    request_id, code, _ = await answered(ours, post, a_start(form, PHONE))
    await post.carry()
    sent = [each.body.replace(code, HIDDEN) for each in post.took]
    evidence = f"{OWN}/{request_id}/evidence"
    before = (await ours.get(evidence)).json()
    [of_etk] = before["evidence"]
    assert [each["body"] for each in of_etk["messages"]] == sent
    keyring = house.parts.keyring

    async def paper() -> dict[str, str]:
        async with house.parts.database.acting_for(company(IYS_CODE)) as connection:
            request = await request_of(connection, keyring, UUID(request_id))
            today = await brands.some(connection, request.body.asked.etk.brands)
        return facts_of(request, ("Bugünkü AŞ", today), pages="http://localhost:8002")

    was = await paper()
    assert was["message"] == "\n".join(sent)
    await owner.execute("update brand set name = 'Yeni Ad'")
    await owner.execute("update provider set title = 'Yeni Unvan AŞ'")
    later = {
        name: msgspec.structs.replace(
            each, version=each.version + 1, sms=each.sms and Phrase(tr="BAŞKA", en="OTHER")
        )
        for name, each in texts().items()
    }
    monkeypatch.setattr("izin.i18n.letters.texts", lambda: later)
    assert await paper() == was
    assert "Yeni Ad" not in str(was)
    assert (await ours.get(evidence)).json() == before


async def test_a_text_that_is_altered_does_not_fit_its_hash(ours, post, form, owner, house):
    request_id, *_ = await answered(ours, post, a_start(form, PHONE))
    evidence, keyring = f"{OWN}/{request_id}/evidence", house.parts.keyring
    [of_etk] = (await ours.get(evidence)).json()["evidence"]
    row = await owner.fetchrow("select body_sealed from via_request")
    body = await open_body(keyring, UUID(request_id), row["body_sealed"])
    etk = body.given[Title.ETK]
    text = msgspec.structs.replace(etk.texts[0], body=etk.texts[0].body.replace("onay", "ONAY"))
    altered = msgspec.structs.replace(etk, texts=(text, *etk.texts[1:]))
    body = msgspec.structs.replace(body, given={Title.ETK: altered})
    sealed = seal_body(keyring, UUID(request_id), body)
    await owner.execute("update via_request set body_sealed = $1", sealed)
    [shown] = (await ours.get(evidence)).json()["evidence"]
    assert shown["evidenceHash"] != of_etk["evidenceHash"], "which every movement's commitment has"


ALTERED = (
    ("form",),
    ("informed",),
    *[("evidence", of, name) for of in (0, 1) for name in ("salt", "canonical", "evidenceHash")],
    ("evidence", 0, "messages", 0, "body"),
    *[("answers", of, "transactionId") for of in (0, 2)],
)


def altered(evidence: object, way: tuple[str | int, ...]) -> object:
    """The same, with one bit of one of its texts turned round."""
    found = copy.deepcopy(evidence)
    *inner, last = way
    place = reduce(lambda within, key: within[key], inner, found)
    place[last] = chr(ord(place[last][0]) ^ 1) + place[last][1:]
    return found


def altered_record(packed: bytes, request_id: str) -> bytes:
    """The same, with one bit of the paper turned round."""
    pdf, stamp = unpacked(packed, request_id)
    middle = len(pdf) // 2
    again = BytesIO()
    with zipfile.ZipFile(again, "w") as file:
        file.writestr(f"{request_id}.pdf", turned(pdf, middle))
        file.writestr(f"{request_id}.tsr", stamp)
    return again.getvalue()


def turned(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


async def test_anybody_checks_it_offline_and_one_altered_bit_fails(ours, post, form, tmp_path):
    body = a_start(form, PHONE)
    body["consentTypes"].append(a_kvk("ACIK_RIZA_METNI"))
    request_id = await begun(ours, body)
    await post.carry()
    await post.arrive()
    await post.next()
    await post.carry()
    for sent, title in zip(post.took[1:], ("ETK", "KVK"), strict=True):
        assert (await confirm(ours, request_id, code_in(sent), title=title)).status_code == 200
    packed = (await ours.get(f"{VIA}/via/clarification/{request_id}/file")).content
    evidence = (await ours.get(f"{OWN}/{request_id}/evidence")).json()
    record, shown, pem = (tmp_path / each for each in ("record.zip", "evidence.json", "tsa.pem"))
    pem.write_bytes((await ours.get("/x/tsa.pem")).content)

    def said(packed: bytes, evidence: object) -> str:
        record.write_bytes(packed)
        shown.write_text(json.dumps(evidence), encoding="utf-8")
        asked = [sys.executable, CHECK, record, shown, pem]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) == (done.stdout == HOLDS), done.stderr
        return done.stdout

    assert said(packed, evidence) == HOLDS
    for way in ALTERED:
        assert said(packed, altered(evidence, way)) != HOLDS, way
    assert "time stamp" in said(altered_record(packed, request_id), evidence)


async def test_its_record_is_a_paper_with_its_time_stamp(ours, post, form, owner):
    request_id, *_ = await answered(ours, post, a_start(form, PHONE))
    packed = await ours.get(f"{VIA}/via/clarification/{request_id}/file")
    assert packed.headers["content-type"] == "application/zip", packed.text
    pdf, stamp = unpacked(packed.content, request_id)
    assert pdf.startswith(b"%PDF")
    assert verifies(pdf, stamp, (await ours.get("/x/tsa.pem")).content)
    given_at = await owner.fetchval("select clock_timestamp()")
    stamped_at = next(each for each in read(stamp).splitlines() if each.startswith("Time stamp:"))
    at = datetime.strptime(stamped_at, "Time stamp: %b %d %H:%M:%S %Y GMT").replace(tzinfo=UTC)
    assert given_at - timedelta(minutes=1) < at <= given_at
    if folder := os.environ.get("SCREENS"):
        (Path(folder) / "via.pdf").write_bytes(pdf)
    assert code_of(await ours.get(f"{VIA}/via/clarification/{uuid4()}/file")) == (400, "H1072")
