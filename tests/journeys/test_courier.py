"""The courier between the registry and the outside world: real SMPP, real SMTP, one database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from builders.heart import until

from izin.core.address import Address, AddressKind
from izin.i18n.catalogue import Language
from izin.message import lookup, write
from izin.message.heard import JOB, opened
from izin.message.model import MessageState, Rendered
from izin.message.write import Letter, Meant
from izin.simulator.inbox import Inbox, listening
from izin.simulator.smsc import Smsc, SmscSettings
from izin.wiring.courier import courier_of
from izin.wiring.parts import MessageParts, open_message_parts
from izin.wiring.settings import Settings

PHONE = "+905990000071"
AYSE = "ayse@posta.example"


@asynccontextmanager
async def an_operator(port: int = 0) -> AsyncIterator[Smsc]:
    smsc = Smsc(SmscSettings(system_id="izin", password="gizli", port=port, retry_seconds=0.05))
    await smsc.start()
    try:
        yield smsc
    finally:
        await smsc.stop()


@pytest.fixture
async def operators() -> AsyncIterator[tuple[Smsc, Smsc]]:
    async with an_operator() as first, an_operator() as second:
        yield first, second


@pytest.fixture
async def inbox() -> AsyncIterator[tuple[Inbox, int]]:
    kept = Inbox()
    async with listening(kept) as port:
        yield kept, port


@pytest.fixture
def settings(fresh_database, tmp_path, root, operators, inbox) -> Settings:
    urls = [f"smpp://izin:gizli@127.0.0.1:{each.port}" for each in operators]
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        smpp_urls=",".join(urls),
        smtp_urls=f"smtp://127.0.0.1:{inbox[1]}",
    )


@asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[MessageParts]:
    stop = asyncio.Event()
    async with open_message_parts(settings) as parts:
        working = asyncio.create_task(courier_of(parts, settings, stop).run())
        try:
            yield parts
        finally:
            stop.set()
            await working


async def text(database, keyring, body: str = "Merhaba", to: str = PHONE) -> UUID:
    rendered = Rendered(to=Address(to, AddressKind.PHONE), body=body)
    meant = Meant("reply", 1, timedelta(minutes=5))
    async with database.transaction() as connection:
        written = await write.put(
            connection, keyring.message_sealer, rendered, meant, now=datetime.now(UTC)
        )
    assert written is not None
    return written


async def until_it_is(database, message_id: UUID, state: MessageState) -> None:
    async def is_so() -> bool:
        async with database.connection() as connection:
            return (await lookup.standing(connection, [message_id]))[message_id].state is state

    await until(is_so)


async def test_a_text_arrives_and_its_receipt_comes_back(settings, database, keyring, operators):
    async with at_work(settings):
        sent = await text(database, keyring, "Şifreniz değişti: çağrı merkezini arayın")
        await until_it_is(database, sent, MessageState.DELIVERED)
    [arrived] = operators[0].inbox(PHONE)
    assert arrived.text == "Şifreniz değişti: çağrı merkezini arayın"
    assert arrived.sender == "3338"


async def test_a_long_text_is_one_message_with_one_receipt(settings, database, keyring, operators):
    async with at_work(settings):
        sent = await text(database, keyring, "uzun " * 100)
        await until_it_is(database, sent, MessageState.DELIVERED)
    [arrived] = operators[0].inbox(PHONE)
    assert arrived.text == "uzun " * 100


async def test_the_second_operator_takes_over(settings, database, keyring, operators):
    first, second = operators
    async with at_work(settings):
        await first.stop()
        sent = await text(database, keyring)
        await until_it_is(database, sent, MessageState.DELIVERED)
        assert len(second.inbox(PHONE)) == 1
        await first.start()  # for the fixture's end


async def test_a_number_that_no_operator_has_ends_it(settings, database, keyring, operators):
    async with at_work(settings):
        sent = await text(database, keyring, to="+905321234567")
        await until_it_is(database, sent, MessageState.REFUSED)


async def test_a_mail_arrives(settings, database, keyring, inbox):
    async with at_work(settings):
        told = Letter(
            to=Address(AYSE, AddressKind.EMAIL),
            words="sign_in_code",
            values={"code": "123456"},
            language=Language.EN,
            good_for=timedelta(minutes=3),
        )
        async with database.transaction() as connection:
            await write.write(connection, keyring.message_sealer, told, now=datetime.now(UTC))
        [came] = await asyncio.wait_for(inbox[0].until(AYSE), 20)
    assert came.mail["subject"] == "Your sign-in code"
    assert "123456" in came.mail.get_content()


async def test_what_people_write_is_kept_before_the_operator_is_told_so(
    settings, keyring, operators, owner
):
    async with at_work(settings):
        assert await operators[0].write(PHONE, "3338", "RET ÖRNEK")
        payload = await owner.fetchval("select payload from job where name = $1", JOB)
    written = opened(keyring.message_sealer, payload)
    assert (written.sender, written.text) == (PHONE, "RET ÖRNEK")
    assert PHONE.encode() not in payload


async def test_nothing_is_said_to_be_kept_before_it_is(settings, operators, owner):
    async with at_work(settings):
        async with owner.transaction():
            await owner.execute("lock table job in access exclusive mode")
            writing = asyncio.create_task(operators[0].write(PHONE, "3338", "RET ÖRNEK"))
            done, _ = await asyncio.wait({writing}, timeout=0.5)
            assert not done
        assert await asyncio.wait_for(writing, 20)
        assert await owner.fetchval("select count(*) from job where name = $1", JOB) >= 1


async def test_without_a_supplier_a_message_waits(settings, database, keyring, owner):
    alone = msgspec.structs.replace(settings, smpp_urls="", smtp_urls="")
    sent = await text(database, keyring)

    async def was_tried() -> bool:
        return await owner.fetchval("select max(attempts) from job") > 1

    async with at_work(alone):
        await until(was_tried)
    await until_it_is(database, sent, MessageState.WAITING)
