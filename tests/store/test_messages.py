"""What the registry sends goes with its cause, at least once, by whichever supplier works."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from builders.clock import FakeClock
from builders.heart import until

from izin.core.address import Address, AddressKind
from izin.core.errors import NotThisOneError, UnavailableError, UndeliverableError
from izin.i18n.catalogue import Language
from izin.i18n.letters import texts
from izin.keyring import open_message_sealer
from izin.message import lookup, note, write
from izin.message.model import Medium, MessageState, Receipt, Rendered
from izin.message.send import Sending
from izin.message.switch import REST_S, Switch
from izin.message.write import Letter
from izin.queue.queue import Queue
from izin.storage.database import Database

NOW = datetime.now(UTC)
AYSE = Address("ayse@posta.example", AddressKind.EMAIL)
VALUES = {"code": "271828"}


class Carrier:
    """A supplier that keeps what it takes, or fails as it is told."""

    def __init__(self, name: str = "birinci") -> None:
        self.name = name
        self.took: list[Rendered] = []
        self.asked = 0
        self.error: Exception | None = None

    async def send(self, message_id: UUID, rendered: Rendered) -> str:
        self.asked += 1
        if self.error is not None:
            raise self.error
        self.took.append(rendered)
        return f"ref-{len(self.took)}"


def a_letter(**facts) -> Letter:
    known = {
        "to": AYSE,
        "words": "sign_in_code",
        "values": VALUES,
        "language": Language.TR,
        "good_for": timedelta(days=7),
    }
    return Letter(**(known | facts))


@pytest.fixture
async def courier_database(fresh_database):
    opened = await Database.open(fresh_database, role="izin_courier")
    yield opened
    await opened.close()


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
async def queue(courier_database, keyring, root, carrier) -> Queue:
    """The courier's own, with its own key and role; the registry's keys are there before."""
    sealer = await open_message_sealer(courier_database, root)
    ways = {Medium.EMAIL: Switch([carrier]), Medium.SMS: Switch([])}
    handlers = {write.JOB: Sending(sealer, ways), note.JOB: note.note_later}
    return Queue(courier_database, handlers)


async def left(database, keyring, **facts) -> UUID | None:
    async with database.transaction() as connection:
        return await write.write(connection, keyring.message_sealer, a_letter(**facts), now=NOW)


async def worked(queue: Queue) -> int:
    jobs = await queue.claim(10)
    for job in jobs:
        await queue.work(job)
    return len(jobs)


async def state(database, message_id: UUID) -> MessageState:
    async with database.connection() as connection:
        return (await lookup.standing(connection, [message_id]))[message_id].state


async def test_a_message_goes_with_its_cause_and_leaves_nothing_behind(
    database, keyring, queue, carrier, owner
):
    message_id = await left(database, keyring)
    before = await owner.fetchrow("select * from message")
    assert b"ayse" not in before["sealed"]
    assert await worked(queue) == 1
    [rendered] = carrier.took
    assert rendered.to == AYSE
    assert "271828" in rendered.body
    assert rendered.subject == "Giriş kodunuz"
    row = await owner.fetchrow("select * from message where message_id = $1", message_id)
    assert (row["state"], row["supplier"], row["supplier_ref"]) == ("SENT", "birinci", "ref-1")
    assert (row["sealed"], row["words"], row["words_version"]) == (None, "sign_in_code", 2)
    assert await worked(queue) == 0
    assert len(carrier.took) == 1


async def test_what_is_not_committed_is_never_sent(database, keyring, queue, carrier):
    async def told_and_failed() -> None:
        async with database.transaction() as connection:
            await write.write(connection, keyring.message_sealer, a_letter(), now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await told_and_failed()
    assert await worked(queue) == 0
    assert not carrier.took


async def test_one_key_is_one_message(database, keyring, queue, carrier):
    once = uuid4()
    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(left(database, keyring, once=once)) for _ in range(8)]
    assert sum(each.result() is not None for each in tries) == 1
    assert await worked(queue) == 1
    assert len(carrier.took) == 1


async def test_what_no_supplier_takes_now_is_tried_again(database, keyring, queue, carrier, owner):
    message_id = await left(database, keyring)
    carrier.error = UnavailableError("away")
    assert await worked(queue) == 1
    assert await state(database, message_id) is MessageState.WAITING
    carrier.error = None

    async def is_sent() -> bool:
        await worked(queue)
        return await state(database, message_id) is MessageState.SENT

    await until(is_sent)
    assert len(carrier.took) == 1


async def test_what_a_supplier_refuses_for_good_ends(database, keyring, queue, carrier, owner):
    message_id = await left(database, keyring)
    carrier.error = UndeliverableError("SMTP 550")
    await worked(queue)
    assert await state(database, message_id) is MessageState.REFUSED
    assert await owner.fetchval("select count(*) from message where sealed is not null") == 0
    assert await owner.fetchval("select count(*) from job") == 0


async def test_what_is_of_no_use_any_more_is_not_sent(database, keyring, queue, carrier):
    message_id = await left(database, keyring, good_for=timedelta(seconds=-1))
    await worked(queue)
    assert await state(database, message_id) is MessageState.EXPIRED
    assert carrier.asked == 0


async def test_a_receipt_may_come_before_its_message_is_known_as_sent(
    database, courier_database, keyring, queue, owner
):
    early = Receipt(supplier="birinci", ref="ref-1", is_delivered=True, at=datetime.now(UTC))
    await note.note(courier_database, early)
    message_id = await left(database, keyring)

    async def is_delivered() -> bool:
        await worked(queue)
        return await state(database, message_id) is MessageState.DELIVERED

    await until(is_delivered)
    late = Receipt(supplier="birinci", ref="ref-1", is_delivered=False, at=datetime.now(UTC))
    await note.note(courier_database, late)
    assert await state(database, message_id) is MessageState.DELIVERED


async def test_an_operator_whose_clock_is_elsewhere_is_waited_for_as_long(
    database, courier_database, keyring, queue
):
    """By its own date an early receipt was too old to be kept, and its message never delivered."""
    utc = datetime.now(UTC) - timedelta(hours=3)  # written without a zone, and read in ours
    await note.note(
        courier_database, Receipt(supplier="birinci", ref="ref-1", is_delivered=True, at=utc)
    )
    assert await worked(queue) == 1, "it waits"
    message_id = await left(database, keyring)

    async def is_delivered() -> bool:
        await worked(queue)
        return await state(database, message_id) is MessageState.DELIVERED

    await until(is_delivered)


async def test_a_supplier_that_knows_minutes_alone_puts_nothing_before_its_sending(
    database, courier_database, keyring, queue
):
    message_id = await left(database, keyring)
    await worked(queue)
    minute = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1)
    told = Receipt(supplier="birinci", ref="ref-1", is_delivered=True, at=minute)
    await note.note(courier_database, told)
    async with database.connection() as connection:
        stands = (await lookup.standing(connection, [message_id]))[message_id]
    assert stands.supplier_at == minute < stands.sent_at <= stands.ended_at


async def test_a_receipt_of_nobody_s_message_is_dropped_in_the_end(
    courier_database, queue, owner, monkeypatch
):
    told = Receipt(supplier="x", ref="y", is_delivered=True, at=datetime.now(UTC))
    await note.note(courier_database, told)
    monkeypatch.setattr(note, "_LATE", timedelta(0))
    assert await worked(queue) == 1
    assert await owner.fetchval("select count(*) from job") == 0


async def test_the_courier_takes_no_other_job(database, queue, owner):
    await owner.execute("insert into job (name, payload) values ('batch', '')")
    assert await worked(queue) == 0


async def test_suppliers_take_over_for_one_another():
    first, second, clock = Carrier("birinci"), Carrier("ikinci"), FakeClock()
    switch = Switch([first, second], clock=clock.seconds)
    rendered = Rendered(to=AYSE, body="x")
    first.error = UnavailableError("away")
    assert (await switch.send(uuid4(), rendered)).supplier == "ikinci"
    assert (await switch.send(uuid4(), rendered)).supplier == "ikinci"
    assert first.asked == 1, "it rests"
    clock.forward(REST_S + 0.1)
    assert (await switch.send(uuid4(), rendered)).supplier == "ikinci"
    clock.forward(REST_S + 0.1)
    await switch.send(uuid4(), rendered)
    assert first.asked == 2, "it rests longer each time"
    first.error = None
    clock.forward(REST_S)
    assert (await switch.send(uuid4(), rendered)).supplier == "birinci"
    second.error = first.error = UnavailableError("away")
    with pytest.raises(UnavailableError):
        await switch.send(uuid4(), rendered)


async def test_one_recipient_who_is_not_taken_now_keeps_no_other_waiting():
    first, second, clock = Carrier("birinci"), Carrier("ikinci"), FakeClock()
    switch, rendered = Switch([first, second], clock=clock.seconds), Rendered(to=AYSE, body="x")
    first.error = second.error = NotThisOneError("450 of a recipient")
    with pytest.raises(UnavailableError):
        await switch.send(uuid4(), rendered)
    first.error = None
    assert (await switch.send(uuid4(), rendered)).supplier == "birinci", "it does not rest"


async def test_of_many_one_looks_whether_a_supplier_works_again():
    first, second, clock = Carrier("birinci"), Carrier("ikinci"), FakeClock()
    switch, rendered = Switch([first, second], clock=clock.seconds), Rendered(to=AYSE, body="x")
    first.error = UnavailableError("away")
    await switch.send(uuid4(), rendered)
    clock.forward(REST_S + 0.1)
    answers = asyncio.Event()

    async def slowly(*_: object) -> str:
        first.asked += 1
        await answers.wait()
        return "ref"

    first.send = slowly
    looking = asyncio.create_task(switch.send(uuid4(), rendered))
    await asyncio.sleep(0)
    others = await asyncio.gather(*(switch.send(uuid4(), rendered) for _ in range(8)))
    assert {each.supplier for each in others} == {"ikinci"}
    assert first.asked == 2
    answers.set()
    assert (await looking).supplier == "birinci"
    assert (await switch.send(uuid4(), rendered)).supplier == "birinci"


async def test_old_messages_are_forgotten(database, keyring, queue, keeper_database, owner):
    await left(database, keyring)
    waiting = await left(database, keyring)
    await worked(queue)
    await left(database, keyring)
    await owner.execute("update message set written_at = now() - interval '91 days'")
    async with keeper_database.connection() as connection:
        assert await lookup.forget_old_messages(connection, datetime.now(UTC), 100) == 2
    assert waiting is not None
    assert await owner.fetchval("select count(*) from message where state = 'WAITING'") == 1


@pytest.mark.parametrize("words", texts())
def test_every_text_has_both_languages(words):
    text = texts()[words]
    for each in filter(None, (text.sms, text.subject, text.mail)):
        assert each.tr.strip()
        assert each.en.strip()
