"""A message is written in the transaction of what it tells of, and sent afterwards."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from izin.core.address import Address
from izin.core.uuid7 import uuid7s
from izin.i18n.catalogue import Language
from izin.i18n.letters import letter
from izin.message import store
from izin.message.model import Medium, Rendered, Wake
from izin.message.seal import seal
from izin.queue import queue
from izin.storage.database import Connection
from izin.vault.sealing import Sealer

JOB = "message"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told, to whom. It prints neither.

    words     which of the registry's texts: an entry of `i18n/messages.toml`
    values    what stands in its places
    good_for  after how long it is of no use any more
    once      a key of the caller's: what was written under it is not written again
    wakes     the job that is left when its end is known: delivered or not; of a mail, handed over
    """

    to: Address
    words: str
    values: Mapping[str, str]
    language: Language
    good_for: timedelta
    once: UUID | None = None
    unsubscribe: str | None = None
    wakes: Wake | None = None

    def __repr__(self) -> str:
        """Leave out to whom, and what stands in it."""
        return f"Letter({self.words})"


async def write(
    connection: Connection, sealer: Sealer, told: Letter, *, now: datetime
) -> UUID | None:
    """Leave a message in the caller's transaction: it goes when that commits, and else never.

    Gives   its id; None where one was written under the same key before
    Raises  UnavailableError
    Cost    two statements
    """
    rendered = Rendered(to=told.to, body="", unsubscribe=told.unsubscribe)
    is_sms = rendered.medium is Medium.SMS
    said = letter(told.words, told.language, told.values, is_sms=is_sms)
    rendered = msgspec.structs.replace(rendered, subject=said.subject, body=said.body)
    meant = Meant(told.words, said.version, told.good_for, told.once, told.wakes)
    return await put(connection, sealer, rendered, meant, now=now)


class Meant(msgspec.Struct, frozen=True):
    """Which text a message is of, in which version, how long it is good, its key, whom it wakes."""

    words: str
    version: int
    good_for: timedelta
    once: UUID | None = None
    wakes: Wake | None = None


async def put(
    connection: Connection, sealer: Sealer, rendered: Rendered, meant: Meant, *, now: datetime
) -> UUID | None:
    """The same, of a text that somebody else has made."""
    (message_id,) = uuid7s(1, int(now.timestamp() * 1000))
    entered = await store.enter(
        connection,
        message_id,
        rendered.medium.value,
        meant.words,
        meant.version,
        seal(sealer, message_id, rendered),
        meant.once,
        now + meant.good_for,
        None if meant.wakes is None else meant.wakes.job,
        None if meant.wakes is None else meant.wakes.payload,
    )
    if entered is not None:
        await queue.put(connection, JOB, message_id.bytes, str(message_id))
    return entered
