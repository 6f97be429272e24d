"""One link to one operator: bound as a transceiver, kept alive, begun anew whenever it ends.

The library's own client is not used: it acknowledges whatever its hook did, logs messages, speaks
no TLS and ends at a status that it does not know (docs/decisions). Its PDUs and tables are.
"""

import asyncio
import logging
import ssl
from asyncio import Task
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from aiosmpplib.state import SmppCommand, SmppCommandStatus

from izin.core.address import Address
from izin.core.clock import utc_now
from izin.core.errors import UnavailableError
from izin.smpp.frames import Frame, status_name
from izin.smpp.incoming import Inbox
from izin.smpp.model import Delivered, Heard, LinkSettings, UncertainError
from izin.smpp.outgoing import bind_body, is_throttled, operator_id, submit_bodies
from izin.smpp.pace import Pace
from izin.smpp.session import Session

_LOG = logging.getLogger(__name__)
_NO_ID = b"\0"
"""The body of a deliver_sm_resp. Source: SMPP 3.4, 4.6.2"""


class Link:
    """Sends texts over an operator and hears what comes from there, while `run` runs.

    `heard` and `delivered` may be called more than once for the same message: an acknowledgement
    can be lost. They may call `submit`. A receipt can come before `submit` has given its id.
    """

    def __init__(
        self,
        settings: LinkSettings,
        *,
        heard: Heard,
        delivered: Delivered,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Take who listens: whoever raises UnavailableError is told again by the operator.

        Raises  StartRefusedError: settings that no operator could take
        """
        self._settings = settings
        self._bind_body = bind_body(settings)
        self._inbox = Inbox(settings, heard=heard, delivered=delivered, clock=clock)
        self._tls = _tls(settings)
        self._pace = Pace(settings.rate_per_second)
        self._window = asyncio.Semaphore(settings.window)
        self._stopped = asyncio.Event()
        self._listening: set[Task[None]] = set()
        self._has_tried = False
        self._session: Session | None = None

    @property
    def is_bound(self) -> bool:
        """Does the operator take messages from us now?"""
        return self._session is not None and self._session.is_bound

    def stop(self) -> None:
        """Let `run` come to its end: what is being heard first, then unbind."""
        self._stopped.set()

    async def run(self) -> None:
        """Be bound, again and again, until stopped."""
        loop = asyncio.get_running_loop()
        sweeping = asyncio.create_task(self._inbox.sweep())
        pause = self._settings.pause_seconds_min
        try:
            while not self._stopped.is_set():
                begun_at = loop.time()
                await self._be_bound()
                if loop.time() - begun_at > self._settings.pause_seconds_max:
                    pause = self._settings.pause_seconds_min
                await self._stopped_within(pause)
                pause = min(pause * 2, self._settings.pause_seconds_max)
        finally:
            sweeping.cancel()
            await self._settled()
            await self._inbox.empty()

    async def submit(self, to: Address, text: str, reference: int) -> tuple[str, ...]:
        """Send a text, in as many segments as it takes, and ask for receipts.

        Takes   reference: the caller's number for it, of any size; see `submit_bodies`
        Gives   the operator's id of each segment
        Raises  UnavailableError: nothing has gone out · UncertainError: something may have ·
                SubmitRefusedError: the operator does not take it · UnsendableError
        Cost    a round trip a segment, one after the other
        """
        bodies = submit_bodies(self._settings, to, text, reference)
        session = self._session
        if session is None or self._stopped.is_set():
            raise UnavailableError("the operator is not reached")
        ids: list[str] = []
        for body in bodies:
            try:
                ids.append(await self._taken(session, body))
            except UnavailableError as error:
                if ids:
                    raise UncertainError("only a part of a message was taken") from error
                raise
        return tuple(ids)

    async def _taken(self, session: Session, body: bytes) -> str:
        until = asyncio.get_running_loop().time() + self._settings.wait_seconds
        while True:
            async with self._place(until):
                await self._pace.turn(until)
                answer = await self._answer(session, body)
            if not is_throttled(answer):
                self._pace.helped()
                return operator_id(answer)
            self._pace.pause(self._settings.throttle_seconds)

    @asynccontextmanager
    async def _place(self, until: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout_at(until):
                await self._window.acquire()
        except TimeoutError as error:
            raise UnavailableError("too many messages wait for the operator's answer") from error
        try:
            yield
        finally:
            self._window.release()

    async def _answer(self, session: Session, body: bytes) -> Frame:
        if not session.is_bound:
            raise UnavailableError("the operator was lost before the message was written")
        seconds = self._settings.answer_seconds
        try:
            return await session.ask(SmppCommand.SUBMIT_SM, body, seconds=seconds)
        except OSError as error:  # a TimeoutError is one
            raise UncertainError("the operator did not answer") from error

    async def _be_bound(self) -> None:
        settings = self._settings
        try:
            async with asyncio.timeout(settings.answer_seconds):
                reader, writer = await asyncio.open_connection(
                    settings.host, settings.port, ssl=self._tls
                )
        except OSError as error:
            level = logging.WARNING if self._has_tried else logging.INFO  # it may start with us
            _LOG.log(level, "the operator is not reached: %s", type(error).__name__)
            self._has_tried = True
            return
        session = Session(reader, writer, asked=self._asked)
        listening = asyncio.create_task(session.listen())
        try:
            if await self._bind(session):
                self._session = session
                await self._until_lost(session, listening)
        finally:
            self._session = None
            await session.close()
            listening.cancel()
            await asyncio.wait({listening})

    async def _bind(self, session: Session) -> bool:
        seconds = self._settings.answer_seconds
        try:
            answer = await session.ask(
                SmppCommand.BIND_TRANSCEIVER, self._bind_body, seconds=seconds
            )
        except OSError:
            _LOG.warning("the operator did not answer the bind")
            return False
        if answer.status:
            _LOG.warning("the operator refused the bind: %s", status_name(answer.status))
        return session.is_bound

    async def _until_lost(self, session: Session, listening: Task[None]) -> None:
        _LOG.info("bound to the operator")
        asking = asyncio.create_task(self._enquire(session))
        stopping = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait({listening, asking, stopping}, return_when="FIRST_COMPLETED")
            if self._stopped.is_set():
                await self._leave(session)
            else:
                _LOG.warning("the operator was lost")
        finally:
            asking.cancel()
            stopping.cancel()

    async def _enquire(self, session: Session) -> None:
        while True:
            await asyncio.sleep(self._settings.enquire_seconds)
            try:
                await session.ask(SmppCommand.ENQUIRE_LINK, seconds=self._settings.answer_seconds)
            except OSError:
                return

    async def _leave(self, session: Session) -> None:
        await self._settled()
        try:
            await session.ask(SmppCommand.UNBIND, seconds=self._settings.answer_seconds)
        except OSError:
            _LOG.warning("the operator did not answer the unbind")

    async def _asked(self, session: Session, frame: Frame) -> None:
        if frame.command == SmppCommand.ENQUIRE_LINK:
            await session.tell(frame)
        elif frame.command != SmppCommand.DELIVER_SM:
            await session.refuse(SmppCommandStatus.ESME_RINVCMDID, frame.sequence)
        elif not session.is_bound:
            await session.tell(frame, SmppCommandStatus.ESME_RINVBNDSTS, _NO_ID)
        elif len(self._listening) >= self._settings.incoming_max:
            await session.tell(frame, SmppCommandStatus.ESME_RX_T_APPN, _NO_ID)
        else:
            # in a task of its own: whoever hears may submit, and its answer has to be read
            task = asyncio.create_task(self._hear(session, frame))
            self._listening.add(task)
            task.add_done_callback(self._listening.discard)

    async def _hear(self, session: Session, frame: Frame) -> None:
        status = await self._inbox.status_of(frame)
        await session.tell(
            frame, status, body=b"\0" if frame.command == SmppCommand.DELIVER_SM else b""
        )

    async def _settled(self) -> None:
        if not self._listening:
            return
        _, late = await asyncio.wait(self._listening, timeout=self._settings.answer_seconds)
        for task in late:
            task.cancel()

    async def _stopped_within(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            return


def _tls(settings: LinkSettings) -> ssl.SSLContext | None:
    if not settings.has_tls:
        return None
    return ssl.create_default_context(cafile=settings.ca_file or None)
