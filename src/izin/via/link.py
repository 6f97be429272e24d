"""A request that is answered at a page: whoever has its link has been reached at the address.

The link itself proves that the address is hers: eighty random bits that were sent there and nowhere
else, good for one answer within a day, and kept as a keyed tag. Looking changes nothing.

Source  contract 1.17, SMS_SHORTURL, EPOSTA_SHORTURL, EPOSTA_APPROVALURL
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from izin.core.errors import RefusalError, Refused
from izin.core.linkname import read
from izin.core.terms import Status
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.via import store
from izin.via.read import opened
from izin.via.record import Answering, messages_of, record_answer
from izin.via.request import Body, Proof, Request
from izin.via.rules import Step


def tag_of(keyring: Keyring, name: str) -> UUID:
    """Under which tag a link is found."""
    return keyring.pseudonyms.token_tag(f"via {name}")


def hash_of(name: str) -> bytes:
    """By which hash it is proven which link was followed: of eighty random bits none is guessed."""
    return hashlib.sha256(name.encode()).digest()


async def behind(connection: Connection, keyring: Keyring, link: str) -> Request | None:
    """What is behind a link, as it stands; None for what is none. Cost: one round trip."""
    name = read(link)
    if name is None:
        return None
    row = await store.linked(connection, tag_of(keyring, name))
    return None if row is None else await opened(keyring, row)


async def answer(
    connection: Connection,
    on: Answering,
    link: str,
    answers: Mapping[int, Status],
    came: tuple[str, datetime],
) -> Body | None:
    """Record what she says at the page, in the caller's transaction: once.

    A refusal gets through whatever the company has left of its credits. The same said again changes
    nothing and is no fault.
    Takes   answers: to each of its details, by its place · came: from which network, when
    Gives   the request as it stands; None where there is none behind the link
    Raises  RefusalError IZ156 it was answered otherwise, IZ136 it is over, or was given up ·
            UnavailableError
    """
    name, (network, now) = read(link), came
    if name is None:
        return None
    row = await store.held_link(connection, tag_of(on.keyring, name))
    if row is None:
        return None
    request = await opened(on.keyring, row)
    details = request.body.details
    assert set(answers) == set(range(len(details))), "the page asks for each"
    step = request.stands.at(now)
    if step is Step.DONE:
        if any(details[place].status is not status for place, status in answers.items()):
            raise RefusalError(Refused(code="IZ156"))
        return request.body
    if step is not Step.LINK:
        raise RefusalError(Refused(code="IZ136"))
    await store.open_link(connection, request.request_id)
    proof = Proof(
        messages=await messages_of(connection, [request.request_id]),
        codes=dict.fromkeys(request.body.asked.titles, hash_of(name)),
        given_by="",
        given_at=now,
        network=network,
    )
    return await record_answer(connection, on, request, answers, proof)
