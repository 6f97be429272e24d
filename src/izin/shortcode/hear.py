"""Texts to 3338 are answered in the transaction that takes their job off: each once."""

from datetime import datetime, timedelta

from izin.consent.reach import WAIT_S, missing_of
from izin.core.errors import UnavailableError
from izin.message.heard import opened
from izin.message.model import Rendered
from izin.message.write import Meant, put
from izin.queue import queue
from izin.shortcode.answer import Tools, answer_in, asks_for_all
from izin.shortcode.heard import read_sender
from izin.storage.database import Connection

GOOD_FOR = timedelta(hours=1)
"""How late an answer may still go: later, nobody knows what it answers."""

_MEANT = Meant("shortcode_reply", 1, GOOD_FOR)


class Hearing:
    """Does the jobs of what people have written."""

    def __init__(self, tools: Tools, *, is_sandbox: bool) -> None:
        """Take what texts are answered with."""
        self._tools = tools
        self._is_sandbox = is_sandbox

    async def __call__(self, connection: Connection, payload: bytes) -> None:
        """Do what a text asks for, and leave its answer; all of it or nothing.

        Raises  UnavailableError: it is come back to
        """
        sealer = self._tools.keyring.message_sealer
        written = opened(sealer, payload)
        sender = read_sender(written.sender, sandbox=self._is_sandbox)
        if sender is None:
            return
        now = await queue.now(connection)
        missing = None
        if asks_for_all(written.text):
            missing = await _missing(connection, written.at, now)
        reply = await answer_in(
            connection, self._tools, sender, written.text, now=now, missing=missing
        )
        if reply is not None:
            rendered = Rendered(to=sender, body=reply)
            await put(connection, sealer, rendered, _MEANT, now=now)


async def _missing(connection: Connection, at: datetime | None, now: datetime) -> datetime | None:
    """Since when something may be missing that was recorded before the text came; None: nothing is.

    Raises  UnavailableError: it is come back to, for a moment; nobody holds a connection till then
    """
    missing = await missing_of(connection, at or now)
    if missing is not None and at is not None and now < at + timedelta(seconds=WAIT_S):
        raise UnavailableError("the citizens' view is about to have what was recorded")
    return missing
