"""A simulated operator and a link to it, on this machine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from izin.core.address import Address, AddressKind
from izin.simulator.smsc import Smsc, SmscSettings
from izin.smpp.link import Link
from izin.smpp.model import Incoming, LinkSettings, Receipt

SYSTEM_ID, PASSWORD = "registry", "canary-7"
SHORT_NUMBER = "3338"
AYSE = Address("+905991234567", AddressKind.PHONE)
MEHMET = Address("+905997654321", AddressKind.PHONE)
QUICK = {
    "rate_per_second": 10_000.0,
    "answer_seconds": 2.0,
    "wait_seconds": 2.0,
    "throttle_seconds": 0.01,
    "pause_seconds_min": 0.01,
    "hold_seconds": 0.2,
}


class Listener:
    """Keeps what it hears; what `fails` holds is raised first, one a call."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.receipts: list[Receipt] = []
        self.fails: list[Exception] = []
        self.calls = 0

    async def hear(self, incoming: Incoming) -> None:
        self._fail()
        self.heard.append(incoming)

    async def deliver(self, receipt: Receipt) -> None:
        self._fail()
        self.receipts.append(receipt)

    def _fail(self) -> None:
        self.calls += 1
        if self.fails:
            raise self.fails.pop(0)


async def comes(true: Callable[[], bool], *, seconds: float = 20) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 -- what is waited for is nobody's event
            await asyncio.sleep(0.002)


@asynccontextmanager
async def operator(**facts) -> AsyncIterator[Smsc]:
    known = {"system_id": SYSTEM_ID, "password": PASSWORD, "retry_seconds": 0.01}
    tls = facts.pop("tls", None)
    smsc = Smsc(SmscSettings(**known | facts), tls=tls)
    await smsc.start()
    try:
        yield smsc
    finally:
        await smsc.stop()


def settings_for(port: int, **facts) -> LinkSettings:
    known = {
        "host": "127.0.0.1",
        "port": port,
        "system_id": SYSTEM_ID,
        "password": PASSWORD,
        "sender": SHORT_NUMBER,
    }
    return LinkSettings(**known | QUICK | facts)


@asynccontextmanager
async def running(port: int, listener: Listener | None = None, **facts) -> AsyncIterator[Link]:
    """A link that runs, bound or not."""
    listener = listener or Listener()
    link = Link(
        settings_for(port, **facts),
        heard=lambda incoming: listener.hear(incoming),  # noqa: PLW0108 -- a test may set another
        delivered=listener.deliver,
    )
    task = asyncio.create_task(link.run())
    try:
        yield link
    finally:
        link.stop()
        async with asyncio.timeout(20):
            await task


@asynccontextmanager
async def linked(smsc: Smsc, listener: Listener | None = None, **facts) -> AsyncIterator[Link]:
    """A link that is bound."""
    async with running(smsc.port, listener, **facts) as link:
        await comes(lambda: link.is_bound)
        yield link
