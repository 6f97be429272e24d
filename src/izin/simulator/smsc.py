"""A mobile operator on this machine: an SMPP 3.4 server with telephones behind it.

It binds transceivers, transmitters and receivers, takes messages, sends receipts and what people
write, and keeps everything in memory. It knows the telephones of +90 599 only.
"""

import asyncio
import hmac
import ssl
from asyncio import Future, StreamReader, StreamWriter, Task
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import msgspec
from aiosmpplib.protocol import SMPP_VERSION_3_4, BindTransceiverResp, SubmitSmResp
from aiosmpplib.state import SmppCommand, SmppCommandStatus

from izin.core.clock import utc_now
from izin.simulator.deliveries import ReceiptForm, receipt, written
from izin.simulator.faults import Fault, Faults
from izin.simulator.telephones import Arrived, Telephones, is_telephone
from izin.smpp.frames import Frame, body_of
from izin.smpp.message import MalformedError, Message, number_of, read_message
from izin.smpp.model import ReceiptState
from izin.smpp.session import Session

_MARKS = 256
_BINDS = {
    SmppCommand.BIND_TRANSCEIVER,
    SmppCommand.BIND_TRANSMITTER,
    SmppCommand.BIND_RECEIVER,
}
_SENDS = {SmppCommand.BIND_TRANSCEIVER, SmppCommand.BIND_TRANSMITTER}
_HEARS = {SmppCommand.BIND_TRANSCEIVER, SmppCommand.BIND_RECEIVER}
_REFUSALS: Mapping[Fault, SmppCommandStatus] = MappingProxyType(
    {
        Fault.THROTTLED: SmppCommandStatus.ESME_RTHROTTLED,
        Fault.QUEUE_FULL: SmppCommandStatus.ESME_RMSGQFUL,
        Fault.BROKEN: SmppCommandStatus.ESME_RSYSERR,
    }
)
_FOR_GOOD = (
    SmppCommandStatus.ESME_RX_P_APPN,
    SmppCommandStatus.ESME_RX_R_APPN,
    SmppCommandStatus.ESME_RINVMSGLEN,
)


class SmscSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Who may bind, and how this operator behaves. It prints neither name nor password.

    port            0: one that is free
    suffix          what it appends to each message
    messages_max    that the telephones keep, all together
    window          deliveries without an answer, at most
    waiting_max     deliveries that wait for a receiver; a receipt beyond is lost
    tries_max       of one delivery, `retry_seconds` apart
    late_seconds    how late Fault.LATE is
    connections_max beyond which one is cut at once
    bind_seconds    after which a connection that has not bound is cut
    """

    system_id: str
    password: str
    host: str = "127.0.0.1"
    port: int = 0
    suffix: str = ""
    form: ReceiptForm = ReceiptForm.TEXT
    messages_max: int = 10_000
    window: int = 10
    waiting_max: int = 20_000
    tries_max: int = 60
    retry_seconds: float = 1.0
    answer_seconds: float = 5.0
    late_seconds: float = 0.5
    connections_max: int = 100
    bind_seconds: float = 10.0

    def __repr__(self) -> str:
        """Leave out whom it takes."""
        return f"SmscSettings({self.host}:{self.port})"


class _Delivery(msgspec.Struct, frozen=True):
    body: bytes
    taken: Future[bool]

    def __repr__(self) -> str:
        return "_Delivery(…)"


class Smsc:
    """The operator, between `start` and `stop`."""

    def __init__(
        self,
        settings: SmscSettings,
        *,
        clock: Callable[[], datetime] = utc_now,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Take how it behaves."""
        self._settings = settings
        self._clock = clock
        self._tls = tls
        self._telephones = Telephones(settings.messages_max, settings.suffix)
        self._refused: dict[str, SmppCommandStatus] = {}
        self._modes: dict[Session, int] = {}
        self._waiting: asyncio.Queue[_Delivery] = asyncio.Queue(settings.waiting_max)
        self._can_hear = asyncio.Event()
        self._tasks: set[Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._count = 0
        self.faults = Faults()

    @property
    def port(self) -> int:
        """The port on which it listens."""
        assert self._server is not None, "it was started"
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        """Listen, and deliver what waits."""
        self._server = await asyncio.start_server(
            self._serve, self._settings.host, self._settings.port, ssl=self._tls
        )
        for _ in range(self._settings.window):
            self._begin(self._deliver_all())

    async def stop(self) -> None:
        """Cut every connection; what waits is forgotten."""
        assert self._server is not None, "it was started"
        self._server.close()
        self.drop()
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()

    def drop(self) -> None:
        """Cut every connection off."""
        for session in tuple(self._modes):
            session.abort()

    def refuse(
        self, number: str, status: SmppCommandStatus = SmppCommandStatus.ESME_RINVDSTADR
    ) -> None:
        """Take no message for a telephone from now on."""
        self._refused[number] = status

    def inbox(self, number: str) -> tuple[Arrived, ...]:
        """Give what arrived at a telephone, the oldest first."""
        return self._telephones.inbox(number)

    async def write(self, sender: str, to: str, text: str) -> bool:
        """Send what a person types on a telephone.

        Takes   to: a short number, or +90…
        Gives   whether whoever is bound has taken all of it; comes back when that is known
        Raises  ValueError: no telephone of ours, or no text that can be sent
        """
        if not is_telephone(sender):
            raise ValueError("no telephone of this operator")
        self._count += 1
        return await self.bring(*written(sender, to, text, self._count % _MARKS))

    async def bring(self, *bodies: bytes) -> bool:
        """Bring messages as they are: bodies of deliver_sm, of whomever and in whichever order.

        Gives   whether whoever is bound has taken all of them; comes back when that is known
        """
        taken: list[Future[bool]] = []
        for body in bodies:
            delivery = _Delivery(body, asyncio.get_running_loop().create_future())
            await self._waiting.put(delivery)
            taken.append(delivery.taken)
        return all(await asyncio.gather(*taken))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        if len(self._modes) >= self._settings.connections_max:
            writer.transport.abort()
            return
        session = Session(reader, writer, asked=self._asked)
        self._modes[session] = 0
        loop = asyncio.get_running_loop()
        limit = loop.call_later(self._settings.bind_seconds, self._cut_unbound, session)
        try:
            await session.listen()
        finally:
            limit.cancel()
            del self._modes[session]
            await session.close()

    def _cut_unbound(self, session: Session) -> None:
        if not session.is_bound:
            session.abort()

    async def _asked(self, session: Session, frame: Frame) -> None:
        if frame.command in _BINDS:
            await self._bind(session, frame)
        elif frame.command == SmppCommand.ENQUIRE_LINK:
            if not self.faults.happens(Fault.DEAF):
                await session.tell(frame)
        elif frame.command != SmppCommand.SUBMIT_SM:
            await session.refuse(SmppCommandStatus.ESME_RINVCMDID, frame.sequence)
        elif self._modes[session] not in _SENDS:
            await session.tell(frame, SmppCommandStatus.ESME_RINVBNDSTS)
        else:
            await self._submit(session, frame)

    async def _bind(self, session: Session, frame: Frame) -> None:
        status = self._bind_status(session, frame.body)
        if status:
            await session.tell(frame, status)
            return
        session.is_bound = True
        self._modes[session] = frame.command
        answer = BindTransceiverResp(system_id="izin", sc_interface_version=SMPP_VERSION_3_4)
        await session.tell(frame, status, body_of(answer))
        self._can_hear.set()

    def _bind_status(self, session: Session, body: bytes) -> SmppCommandStatus:
        if session.is_bound:
            return SmppCommandStatus.ESME_RALYBND
        system_id, _, rest = body.partition(b"\0")
        password = rest.partition(b"\0")[0]
        if not hmac.compare_digest(system_id, self._settings.system_id.encode()):
            return SmppCommandStatus.ESME_RINVSYSID
        if not hmac.compare_digest(password, self._settings.password.encode()):
            return SmppCommandStatus.ESME_RINVPASWD
        return SmppCommandStatus.ESME_ROK

    async def _submit(self, session: Session, frame: Frame) -> None:
        try:
            message = read_message(frame.body)
        except MalformedError:
            await session.tell(frame, SmppCommandStatus.ESME_RINVMSGLEN)
            return
        to = number_of(message.destination, message.destination_ton)
        status = self._refusal(to)
        if status:
            await session.tell(frame, status)
        elif self.faults.happens(Fault.DROPPED):
            session.abort()
        else:
            await self._take(session, frame, message)

    def _refusal(self, to: str) -> SmppCommandStatus:
        for fault, status in _REFUSALS.items():
            if self.faults.happens(fault):
                return status
        if not is_telephone(to):
            return SmppCommandStatus.ESME_RINVDSTADR
        return self._refused.get(to, SmppCommandStatus.ESME_ROK)

    async def _take(self, session: Session, frame: Frame, message: Message) -> None:
        now = self._clock()
        self._count += 1
        operator_id = f"{int(now.timestamp()):x}{self._count:08x}"
        state = ReceiptState.DELIVERED
        if self.faults.happens(Fault.UNDELIVERED):
            state = ReceiptState.UNDELIVERABLE
        else:
            self._telephones.take(message, now)
        await self._answer(session, frame, operator_id)
        if message.registered_delivery & 1 and not self.faults.happens(Fault.RECEIPT_LOST):
            self._tell(message, operator_id, state)

    async def _answer(self, session: Session, frame: Frame, operator_id: str) -> None:
        body = body_of(SubmitSmResp(message_id=operator_id))
        if self.faults.happens(Fault.DROPPED_TAKEN):
            session.abort()
        elif self.faults.happens(Fault.LATE):
            self._begin(self._answer_late(session, frame, body))
        elif not self.faults.happens(Fault.SILENT):
            await session.tell(frame, body=body)

    async def _answer_late(self, session: Session, frame: Frame, body: bytes) -> None:
        await asyncio.sleep(self._settings.late_seconds)
        await session.tell(frame, body=body)

    def _tell(self, message: Message, operator_id: str, state: ReceiptState) -> None:
        body = receipt(
            message.destination,
            message.source,
            operator_id,
            state,
            self._clock(),
            self._settings.form,
        )
        delivery = _Delivery(body, asyncio.get_running_loop().create_future())
        try:
            self._waiting.put_nowait(delivery)
        except asyncio.QueueFull:
            return  # nobody has been bound for long: receipts are what an operator gives up first

    async def _deliver_all(self) -> None:
        while True:
            delivery = await self._waiting.get()
            is_taken = await self._deliver(delivery.body)
            if not delivery.taken.done():
                delivery.taken.set_result(is_taken)

    async def _deliver(self, body: bytes) -> bool:
        for _ in range(self._settings.tries_max):
            session = await self._hearing()
            try:
                answer = await session.ask(
                    SmppCommand.DELIVER_SM, body, seconds=self._settings.answer_seconds
                )
            except OSError:
                continue  # the connection has ended: the next one, when there is one
            if not answer.status or answer.status in _FOR_GOOD:
                return not answer.status
            await asyncio.sleep(self._settings.retry_seconds)
        return False

    async def _hearing(self) -> Session:
        while True:
            for session, mode in self._modes.items():
                if mode in _HEARS and session.is_bound:
                    return session
            self._can_hear.clear()
            await self._can_hear.wait()
