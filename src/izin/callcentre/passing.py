"""What whoever had a number before is asked ends with a claim in a call.

A job does it: an agent's process has no right to companies' requests.

Source  decision 0086
"""

from collections.abc import Awaitable, Callable, Sequence

from izin.core.address import Address, AddressKind
from izin.keyring import Keyring
from izin.queue import payload, queue
from izin.storage.database import Connection

JOB = "number passed on"

Ended = Callable[[Connection, Sequence[Address]], Awaitable[None]]
"""Ends what these numbers are asked."""


async def leave(connection: Connection, keyring: Keyring, phone: Address) -> None:
    """Leave the job, in the transaction of the claim."""
    sealed = payload.seal(keyring.batch_sealer, phone.clear.encode())
    await queue.put(connection, JOB, sealed, None)


class Passing:
    """Does the job that `leave` left."""

    def __init__(self, keyring: Keyring, ended: Ended) -> None:
        """Take the keys, and what ends it all."""
        self._keyring = keyring
        self._ended = ended

    async def __call__(self, connection: Connection, sealed: bytes) -> None:
        """End it, in the transaction of the job's end."""
        opener = await self._keyring.openers([payload.envelope_of(sealed)])
        phone = payload.opened(opener, sealed).decode()
        await self._ended(connection, [Address(phone, AddressKind.PHONE)])
