"""Operator, mail server and replica are away: refusals get through, and no yes does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from builders.command import free_port
from builders.heart import until
from builders.house import BRAND, a_row, ago
from builders.parties import BRAND_CODE, IYS_CODE
from builders.via import a_form_in_force, a_start
from builders.visitor import ME, Visitor

from izin.consent.record import Recorder
from izin.core.address import Address, AddressKind
from izin.message import write
from izin.shortcode.answer import Tools, answer
from izin.wiring.citizen import open_citizens
from izin.wiring.courier import courier_of
from izin.wiring.parts import open_message_parts
from izin.wiring.settings import Settings

PHONE, MAIL = "+905990000001", "isik.okur@posta.example"
OTHERS = "+905990000002"


@pytest.fixture
def settings(fresh_database, tmp_path, root) -> Settings:
    """Everything outside is named, and nothing of it answers."""
    return Settings(
        database_url=fresh_database,
        replica_database_url=f"postgresql://nobody@127.0.0.1:{free_port()}/izin",
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        smpp_urls=f"smpp://izin:gizli@127.0.0.1:{free_port()}",
        smtp_urls=f"smtp://127.0.0.1:{free_port()}",
        pool_size=7,
    )


@pytest.fixture
async def courier(settings, house) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with open_message_parts(settings) as parts:
        working = asyncio.create_task(courier_of(parts, settings, stop).run())
        yield
        stop.set()
        await working


@pytest.fixture
async def visitor(settings, house, owner, keyring) -> AsyncIterator[Visitor]:
    async with open_citizens(settings) as app:
        one = Visitor(app, owner, keyring)
        yield one
        await one.client.aclose()


async def consents(ours, house) -> None:
    rows = [
        a_row(1),
        a_row(1, type="ARAMA"),
        a_row(2),
        a_row(1, recipient=MAIL, type="EPOSTA"),
    ]
    for row in rows:
        answer = await ours.post(f"{BRAND}/consents", json=row)
        assert answer.status_code == 200, answer.text
    await house.numbered(len(rows))


async def allowed(ours, recipient: str, channel: str) -> bool:
    body = {"recipients": [recipient], "type": channel, "recipientType": "BIREYSEL"}
    answer = await ours.post(f"/x/brands/{BRAND_CODE}/ask", json=body)
    assert answer.status_code == 200, answer.text
    [told] = answer.json()["list"]
    return told["allowed"] is True


@pytest.mark.usefixtures("courier")
async def test_she_refuses_by_every_way_that_is_left(ours, house, visitor):
    await consents(ours, house)
    await visitor.sign_in(ME)  # by what was written for her before; it reaches nobody now
    await visitor.change("RET")
    assert "Ret kaydedildi." in visitor.page
    assert not await allowed(ours, PHONE, "MESAJ")

    rows = [{"recipient": MAIL, "recipientType": "BIREYSEL"}]
    made = await ours.post(f"{BRAND}/via-hash-links", json={"recipients": rows})
    [link] = made.json()
    click = await visitor.client.post(link["url"], data={"List-Unsubscribe": "One-Click"})
    assert click.status_code == 200
    assert not await allowed(ours, MAIL, "EPOSTA")

    refusal = a_row(1, type="ARAMA", status="RET", source="HS_CAGRI_MERKEZI", consentDate=ago())
    assert (await ours.post(f"{BRAND}/consents", json=refusal)).status_code == 200
    assert not await allowed(ours, PHONE, "ARAMA")

    keys = house.parts.keyring
    sender = Address(OTHERS, AddressKind.PHONE)
    sent = (house.parts.database, Tools(keys, Recorder(keys)), sender, f"RET {BRAND_CODE}")
    assert "RET kaydedildi" in (await answer(*sent, now=datetime.now(UTC)) or "")
    assert not await allowed(ours, OTHERS, "MESAJ")


@pytest.mark.usefixtures("courier")
async def test_no_code_goes_out_so_nobody_says_yes(ours, house, operator_database, owner):
    form_id = await a_form_in_force(ours, operator_database)
    answer = await ours.post(f"/via/sps/{IYS_CODE}/consent", json=a_start(form_id, PHONE))
    assert answer.status_code == 200, answer.text

    async def was_tried() -> bool:
        tries = "select max(attempts) from job where name = $1"
        return (await owner.fetchval(tries, write.JOB) or 0) > 1

    await until(was_tried)
    assert await owner.fetchval("select array_agg(state) from message") == ["WAITING"], "the notice"
    assert await owner.fetchval("select count(*) from proof") == 0
    assert await owner.fetchval("select count(*) from consent_event") == 0
    assert not await allowed(ours, PHONE, "MESAJ")
