"""What people write to 3338 goes the whole way: operator, courier, job, answer, operator."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiosmpplib.state import NPI, TON
from builders.heart import a_key, a_proposal, phone, until
from builders.parties import BRAND_CODE

from izin.consent.record import Recorder
from izin.core.address import Address, AddressKind
from izin.message.heard import JOB
from izin.queue.queue import Queue
from izin.shortcode.answer import Tools
from izin.shortcode.hear import Hearing
from izin.simulator.deliveries import written
from izin.simulator.smsc import Smsc, SmscSettings
from izin.smpp.message import HAS_HEADER
from izin.wiring.courier import courier_of
from izin.wiring.parts import open_message_parts
from izin.wiring.settings import Settings

ME = phone(1).clear
LANDLINE = "+902125990000"
ABROAD = "+4915112345678"
WRITERS = (ME, LANDLINE, ABROAD)
COMMAND = f"RET {BRAND_CODE}"


class Line:
    """The operator, and who answers what it brings; each is done before the next is looked at."""

    def __init__(self, smsc: Smsc, work: Queue, owner) -> None:
        self.smsc = smsc
        self._work = work
        self._owner = owner

    async def bring(self, *bodies: bytes) -> None:
        """Have all of them taken, and what they ask for done."""
        for body in bodies:
            assert await self.smsc.bring(body)
        for job in await self._work.claim(len(bodies)):
            await self._work.work(job)

    async def answers(self, count: int) -> list[str]:
        """What arrived at her telephone, once there are so many."""

        async def came() -> bool:
            return len(self.smsc.inbox(ME)) >= count

        await until(came)
        return [each.text for each in self.smsc.inbox(ME)]

    async def refusals(self) -> int:
        return await self._owner.fetchval("select count(*) from consent_event") - len(WRITERS)


@pytest.fixture
async def smsc() -> AsyncIterator[Smsc]:
    started = Smsc(SmscSettings(system_id="izin", password="gizli", retry_seconds=0.05))
    await started.start()
    yield started
    await started.stop()


@pytest.fixture
def settings(fresh_database, tmp_path, root, smsc) -> Settings:
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        smpp_urls=f"smpp://izin:gizli@127.0.0.1:{smsc.port}",
    )


@pytest.fixture
async def line(settings, smsc, given, heart, citizen_database, owner) -> AsyncIterator[Line]:
    await given.provider()
    await given.brand(name="Işık Mağaza")
    addresses = [Address(each, AddressKind.PHONE) for each in WRITERS]
    await heart.record(*(a_proposal(key=a_key(address=each)) for each in addresses))
    keyring = heart.keeper_keyring
    stop = asyncio.Event()
    hearing = Hearing(Tools(keyring, Recorder(keyring)), is_sandbox=True)
    async with open_message_parts(settings) as parts:
        courier = asyncio.create_task(courier_of(parts, settings, stop).run())
        yield Line(smsc, Queue(citizen_database, {JOB: hearing}), owner)
        stop.set()
        await courier


def message(octets: bytes, *, sender: str = ME, ton: int = TON.INTERNATIONAL, **facts) -> bytes:
    """A deliver_sm as an operator may write it."""
    fixed = {"coding": 0, "header": b""} | facts
    header = fixed["header"]
    data = (bytes((len(header),)) + header if header else b"") + octets
    return b"".join(
        (
            b"\0",
            bytes((ton, NPI.ISDN)),
            sender.removeprefix("+").encode() + b"\0",
            bytes((TON.UNKNOWN, NPI.UNKNOWN)),
            b"3338\0",
            bytes((HAS_HEADER if header else 0, 0, 0)),
            b"\0\0\0\0",
            bytes((fixed["coding"], 0, len(data))),
            data,
        )
    )


async def test_a_text_that_the_operator_brings_again_is_one_refusal_with_one_receipt(line, owner):
    once = message(COMMAND.encode())
    await line.bring(once, once)
    line.smsc.drop()  # the answer may have been lost with the line
    await line.bring(once)
    told = await line.answers(3)
    assert sum(text.startswith("RET kaydedildi: Isik Magaza") for text in told) == 1
    assert sum("RET kayitli" in text for text in told) == 2
    assert await line.refusals() == 1
    assert await owner.fetchval("select count(*) from receipt_number") == 1


LONG = "RET Işık Mağaza" + " " * 60
SINGLE, LOCKING = bytes((0x24, 1, 1)), bytes((0x25, 1, 1))


@pytest.mark.parametrize(
    "bodies",
    [
        pytest.param([message(b"ret  isik magaza")], id="ASCII"),
        pytest.param([message("RET IŞIK MAĞAZA".encode("utf-16-be"), coding=8)], id="UCS-2"),
        pytest.param([message("RET IŞIK MAĞAZA".encode("utf-16-be"), coding=0x18)], id="classed"),
        pytest.param(
            [message(b"RET I\x1bsik Ma\x1bgaza", header=SINGLE)], id="Turkish single shift"
        ),
        pytest.param(
            [message(b"RET I\x1d\x07k Ma\x0caza", header=LOCKING)], id="Turkish locking shift"
        ),
        pytest.param([message(f"{COMMAND} B043".encode())], id="what an operator appends"),
        pytest.param(list(reversed(written(ME, "3338", LONG, 9))), id="parts out of order"),
        pytest.param(
            [each for each in written(ME, "3338", LONG, 9) for _ in range(2)], id="parts twice"
        ),
    ],
)
async def test_a_refusal_is_read_however_it_is_written(line, bodies):
    assert len(bodies) == 1 or len(written(ME, "3338", LONG, 9)) == 2
    await line.bring(*bodies)
    [told] = await line.answers(1)
    assert told.startswith("RET kaydedildi: Isik Magaza")
    assert await line.refusals() == 1


async def test_who_writes_is_whom_the_operator_names_and_nobody_else(line):
    spoken = COMMAND.encode()
    await line.bring(
        message(spoken, sender="BANKA", ton=TON.ALPHANUMERIC),
        message(spoken, sender=ME, ton=TON.ALPHANUMERIC),  # a name of her digits
        message(spoken, sender="3338", ton=TON.NETWORK_SPECIFIC),
        message(b""),
    )
    assert await line.refusals() == 0, "of nobody's number, or nothing asked"
    [told] = await line.answers(1)
    assert "RET" in told, "what may be written"
    await line.bring(
        message(spoken, sender=LANDLINE),
        message(spoken, sender="02125990000", ton=TON.NATIONAL),
        message(spoken, sender=ABROAD),
    )
    assert await line.refusals() == 2, "they count"
    for number in (LANDLINE, ABROAD):
        assert not line.smsc.inbox(number)
    assert len(await line.answers(1)) == 1, "and cost no message"
