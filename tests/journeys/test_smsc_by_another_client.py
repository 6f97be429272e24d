"""The simulator as a client sees it that is not ours: the library's, which shares no code with it.

Only what that client does soundly is tried: it counts an extension character as one, and reads
neither a receipt without a text nor a refused bind without a body.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiosmpplib import ESME, DeliverSm, PhoneNumber, SubmitSm, SubmitSmResp
from aiosmpplib.hook import AbstractHook
from aiosmpplib.state import NPI, TON, SmppCommandStatus
from builders.operator import AYSE, PASSWORD, SHORT_NUMBER, SYSTEM_ID, comes, operator

from izin.simulator.deliveries import ReceiptForm
from izin.simulator.smsc import Smsc


class Kept(AbstractHook):
    """Keeps what the library has read."""

    def __init__(self) -> None:
        self.messages = []

    async def sending(self, smpp_message, pdu, client_id) -> None:
        pass

    async def received(self, smpp_message, pdu, client_id) -> None:
        self.messages.append(smpp_message)

    async def send_error(self, smpp_message, error, client_id) -> None:
        raise error

    def of(self, kind: type) -> list:
        return [each for each in self.messages if type(each) is kind]


def client_of(smsc: Smsc, kept: Kept, **facts) -> ESME:
    known = {"system_id": SYSTEM_ID, "password": PASSWORD, "hook": kept}
    return ESME("127.0.0.1", smsc.port, log_level=logging.CRITICAL + 1, **known | facts)


@asynccontextmanager
async def started(smsc: Smsc, kept: Kept) -> AsyncIterator[ESME]:
    client = client_of(smsc, kept)
    await client.connect()
    writer = client._writer
    task = asyncio.create_task(client.start())
    try:
        yield client
    finally:
        task.cancel()
        await asyncio.wait({task})
        writer.close()


def a_message(text: str, **facts) -> SubmitSm:
    return SubmitSm(
        short_message=text,
        source=PhoneNumber(SHORT_NUMBER),
        destination=PhoneNumber(AYSE.clear.removeprefix("+"), TON.INTERNATIONAL, NPI.ISDN),
        **facts,
    )


@pytest.mark.parametrize("text", ["Kod 123456", "Çağrı ğüşıöç 😀", "[a]{b}€"])
async def test_a_message_of_another_client_arrives_and_has_its_receipt(text):
    kept = Kept()
    async with operator() as smsc, started(smsc, kept) as client:
        await client.broker.enqueue(a_message(text, log_id="one"))
        await comes(lambda: bool(kept.of(DeliverSm)))
        [arrived] = smsc.inbox(AYSE.clear)
        [answer] = kept.of(SubmitSmResp)
        [receipt] = kept.of(DeliverSm)
        assert (arrived.text, arrived.sender) == (text, SHORT_NUMBER)
        assert answer.command_status is SmppCommandStatus.ESME_ROK
        found = receipt.parse_receipt()
        assert (found["id"], found["stat"], receipt.log_id) == (answer.message_id, "DELIVRD", "one")


@pytest.mark.parametrize("text", ["a" * 400, "ş" * 200, "ş" * 66 + "😀" * 50])
async def test_a_long_message_of_another_client_is_put_together(text):
    async with operator() as smsc, started(smsc, Kept()) as client:
        await client.broker.enqueue(a_message(text, esm_class=0x40, auto_message_payload=False))
        await comes(lambda: bool(smsc.inbox(AYSE.clear)))
        assert [each.text for each in smsc.inbox(AYSE.clear)] == [text]


async def test_a_message_in_the_payload_is_taken():
    async with operator() as smsc, started(smsc, Kept()) as client:
        await client.broker.enqueue(a_message("a" * 400))
        await comes(lambda: bool(smsc.inbox(AYSE.clear)))
        assert [(each.text, each.segments) for each in smsc.inbox(AYSE.clear)] == [("a" * 400, 3)]


@pytest.mark.parametrize("text", ["RET", "RET ğüşıöç", "^{}[]~€"])
async def test_another_client_reads_what_a_person_wrote(text):
    kept = Kept()
    async with operator() as smsc, started(smsc, kept):
        assert await smsc.write(AYSE.clear, SHORT_NUMBER, text)
        [message] = kept.of(DeliverSm)
        assert message.short_message == text
        assert message.source.number == AYSE.clear.removeprefix("+")
        assert message.destination.number == SHORT_NUMBER


async def test_another_client_reads_a_receipt_that_says_it_twice():
    kept = Kept()
    async with operator(form=ReceiptForm.BOTH) as smsc, started(smsc, kept) as client:
        await client.broker.enqueue(a_message("a"))
        await comes(lambda: bool(kept.of(DeliverSm)))
        assert kept.of(DeliverSm)[0].parse_receipt()["stat"] == "DELIVRD"
