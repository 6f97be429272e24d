"""What proves a consent that the registry took, and the paper that shows it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from builders.house import ago
from builders.stamps import read, unpacked, verifies
from builders.via import Post, a_start, code_in
from builders.via_wire import OWN, PHONE, VIA, code_of, confirm

from izin.consent.event import commitment_of, decode_body

TOLD = {"what": "Kasada anlatıldı", "where": "Kızılay"}


async def answered(ours, post: Post, body) -> tuple[str, str, list[dict[str, str]]]:
    """A request with what was told before, answered: its id, the code, what was recorded."""
    begun_ = await ours.post(OWN, json=body | {"informed": TOLD | {"at": ago(minutes=1)}})
    assert begun_.status_code == 200, begun_.text
    request_id = begun_.json()["message"]["requestId"]
    assert code_of(await ours.get(f"{OWN}/{request_id}/evidence")) == (400, "H1028")
    await post.carry()
    await post.arrive()
    code = code_in(await post.next())
    return request_id, code, (await confirm(ours, request_id, code)).json()["message"]


async def test_what_proves_it_is_fixed_by_the_movement(ours, theirs, post, form, house):
    assert code_of(await ours.post(OWN, json=a_start(form, PHONE))) == (422, "IZ011")
    request_id, code, given = await answered(ours, post, a_start(form, PHONE))
    evidence = f"{OWN}/{request_id}/evidence"
    proven = (await ours.get(evidence)).json()
    assert proven["informed"].endswith("Kızılay: Kasada anlatıldı")
    assert [each["text"] for each in proven["messages"]] == ["via_notice", "via_code_etk"]
    notice, code_ = proven["messages"][:2]
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
        assert body.evidence_hash == proven["evidenceHash"]
        assert commitment_of(body) == row["commitment"]
    assert code_of(await theirs.get(evidence)) == (403, "H1040")
    assert code_of(await ours.post(f"{OWN}/{request_id}/withdraw")) == (400, "H1032")


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
