"""What became of a message takes its request a step on: the code goes when the notice has arrived.

Source  slides, İYS Yolu, step 4; rules 3.4; security T10
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from izin.keyring import Keyring
from izin.message.lookup import Told, told
from izin.proof.model import Asked as Coded
from izin.proof.model import Purpose
from izin.proof.send import send_admitted
from izin.queue import queue
from izin.storage.database import Connection
from izin.via import store
from izin.via.evidence import words_of
from izin.via.hers import forget_taken_back
from izin.via.model import Title
from izin.via.read import held
from izin.via.request import Request, bound
from izin.via.rules import CODE_LIFE, OPEN, Step
from izin.via.start import wake
from izin.via.told import with_place

KEPT_UNMET = timedelta(days=30)


class Advancing:
    """Does the job that a request's message leaves: done twice it does nothing the second time."""

    def __init__(self, keyring: Keyring) -> None:
        """Take the keys."""
        self._keyring = keyring

    async def __call__(self, connection: Connection, payload: bytes) -> None:
        """Take one request a step on, if its message has arrived, or never will.

        Raises  UnavailableError
        """
        request = await held(connection, self._keyring, UUID(bytes=payload))
        now = await queue.now(connection)
        if request is None or request.stands.at(now) not in OPEN:
            return
        keys = [request.request_id, *request.proofs.values()]
        heard = await told(connection, keys)
        if _is_lost(request, heard):
            if request.stands.step is not Step.OPENED:  # she has it, whatever the operator says
                await store.give_up(connection, request.request_id, Step.UNSENT.value)
        elif request.stands.step is Step.NOTICE and heard[request.request_id].has_arrived:
            await self._send_codes(connection, request)

    async def _send_codes(self, connection: Connection, request: Request) -> None:
        if not request.body.texts:  # begun before they were kept: it could not be proven
            await store.give_up(connection, request.request_id, Step.UNSENT.value)
            return
        proofs = {
            title: await self._send_code(connection, request, title)
            for title in request.body.asked.titles
        }
        due_at = await queue.now(connection) + CODE_LIFE
        etk, kvk = proofs.get(Title.ETK), proofs.get(Title.KVK)
        await store.ask(connection, request.request_id, etk, kvk, due_at)

    async def _send_code(self, connection: Connection, request: Request, title: Title) -> UUID:
        """Send the code of one title, in a message that says what telling it means."""
        body = request.body
        words = words_of(body, title)
        [text] = [each for each in body.texts if each.words == words[-1]]
        code = Coded(
            to=body.to,
            purpose=Purpose.CONSENT,
            bound=bound(request.request_id, title, body),
            words=text.words,
            values={},
            worded=with_place(text),
            language=body.language,
            sender=f"company:{request.iys_code}",
            wakes=wake(request.request_id),
        )
        keys, sealer = self._keyring.proofs, self._keyring.message_sealer
        now = await queue.now(connection)
        return await send_admitted(connection, keys, sealer, code, now=now)


def _is_lost(request: Request, heard: Mapping[UUID, Told]) -> bool:
    """Will nothing come of what is open: neither the notice has arrived, nor one of its codes?"""
    if heard[request.request_id].has_failed:
        return True
    waits = [id_ for title, id_ in request.proofs.items() if title not in request.stands.done]
    return bool(waits) and all(each in heard and heard[each].has_failed for each in waits)


async def end_overdue(connection: Connection, limit: int) -> None:
    """Write down that what is overdue is over, and forget what came to nothing long ago."""
    await store.expire(connection, limit)
    now = await queue.now(connection)
    await store.forget_unmet(connection, now - KEPT_UNMET, limit)
    await forget_taken_back(connection, now, limit)
