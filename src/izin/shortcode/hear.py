"""Texts to 3338 are answered in the transaction that takes their job off: each once."""

from datetime import timedelta

from izin.consent.record import Recorder
from izin.keyring import Keyring
from izin.message.heard import opened
from izin.message.model import Rendered
from izin.message.write import Meant, put
from izin.queue import queue
from izin.shortcode.answer import answer_in
from izin.shortcode.heard import read_sender
from izin.storage.database import Connection

GOOD_FOR = timedelta(hours=1)
"""How late an answer may still go: later, nobody knows what it answers."""

_MEANT = Meant("shortcode_reply", 1, GOOD_FOR)


class Hearing:
    """Does the jobs of what people have written."""

    def __init__(self, keyring: Keyring, recorder: Recorder, *, is_sandbox: bool) -> None:
        """Take the keys of both sides, and the one writer."""
        self._keyring = keyring
        self._recorder = recorder
        self._is_sandbox = is_sandbox

    async def __call__(self, connection: Connection, payload: bytes) -> None:
        """Do what a text asks for, and leave its answer; all of it or nothing.

        Raises  UnavailableError: it is come back to
        """
        written = opened(self._keyring.message_sealer, payload)
        sender = read_sender(written.sender, sandbox=self._is_sandbox)
        if sender is None:
            return
        now = await queue.now(connection)
        reply = await answer_in(
            connection, self._keyring, self._recorder, sender, written.text, now=now
        )
        if reply is not None:
            rendered = Rendered(to=sender, body=reply)
            await put(connection, self._keyring.message_sealer, rendered, _MEANT, now=now)
