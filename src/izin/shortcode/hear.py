"""Texts to 3338 are answered in the transaction that takes their job off: each once."""

from datetime import timedelta

from izin.message.heard import opened
from izin.message.model import Rendered
from izin.message.write import Meant, put
from izin.queue import queue
from izin.shortcode.answer import Tools, answer_in
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
        reply = await answer_in(connection, self._tools, sender, written.text, now=now)
        if reply is not None:
            rendered = Rendered(to=sender, body=reply)
            await put(connection, sealer, rendered, _MEANT, now=now)
