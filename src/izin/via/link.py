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
from izin.via.record import OVERTAKEN, Answering, messages_of, record_answer
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
    Raises  RefusalError IZ156 it was answered otherwise, IZ136 it is over, or was given up, IZ165
            something was refused since she was asked (`answer_overtaken`) · UnavailableError
    """
    request = await _held(connection, on.keyring, link)
    if request is None:
        return None
    details = request.body.details
    assert set(answers) == set(range(len(details))), "the page asks for each"
    step = request.stands.at(came[1])
    if step is Step.DONE:
        if any(details[place].status is not status for place, status in answers.items()):
            raise RefusalError(Refused(code="IZ156"))
        return request.body
    if step is not Step.LINK:
        raise RefusalError(Refused(code=OVERTAKEN if step is Step.REFUSED else "IZ136"))
    return await _record(connection, on, (link, request), answers, came)


async def answer_overtaken(
    connection: Connection,
    on: Answering,
    link: str,
    answers: Mapping[int, Status],
    came: tuple[str, datetime],
) -> None:
    """End a request whose yes comes after a refusal; her refusals get through all the same.

    Takes   as `answer`, which has raised IZ165 in a transaction that is rolled back
    Raises  UnavailableError
    """
    request = await _held(connection, on.keyring, link)
    if request is None or request.stands.at(came[1]) is not Step.LINK:
        return
    refusals = {place: each for place, each in answers.items() if each is Status.RET}
    body = request.body
    if refusals:
        body = await _record(connection, on, (link, request), refusals, came)
    if body.done != set(body.asked.titles):
        await store.give_up(connection, request.request_id, Step.REFUSED.value)


async def _held(connection: Connection, keyring: Keyring, link: str) -> Request | None:
    name = read(link)
    row = None if name is None else await store.held_link(connection, tag_of(keyring, name))
    return None if row is None else await opened(keyring, row)


async def _record(
    connection: Connection,
    on: Answering,
    asked: tuple[str, Request],
    answers: Mapping[int, Status],
    came: tuple[str, datetime],
) -> Body:
    (link, request), (network, now) = asked, came
    await store.open_link(connection, request.request_id)
    proof = Proof(
        messages=await messages_of(connection, [request.request_id]),
        codes=dict.fromkeys(request.body.asked.titles, hash_of(read(link) or "")),
        given_by="",
        given_at=now,
        network=network,
    )
    return await record_answer(connection, on, request, answers, proof)
