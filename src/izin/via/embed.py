"""A visitor of a company's own page is asked there: the same steps, begun and ended by herself.

Source  contract 1.17b, tag VİA FRAME; security T12, T29; decision 0073
"""

from datetime import datetime
from uuid import UUID

import msgspec

from izin.core.codes import IysCode
from izin.core.errors import RefusalError, Refused
from izin.keyring import Keyring
from izin.storage.database import Connection
from izin.via import store
from izin.via.confirm import Told
from izin.via.frame import Keys, Page, are_keys, hash_of, is_nonce, is_work
from izin.via.limits import see_that_it_is_nobodys_pump, use_up
from izin.via.model import Form, FormKind
from izin.via.read import request_of
from izin.via.request import Frame, Request
from izin.via.rules import Step, Verification
from izin.via.start import On, Wanted, start

BY = "widget"
"""Who has begun a request, with the widget's UUID behind it."""


class Work(msgspec.Struct, frozen=True):
    """What a page has worked out, if it had to."""

    cid: str = ""
    answer: str = ""


async def form_in_force(connection: Connection, of: IysCode, form_id: int) -> Form:
    """Give the form that is in force. Raises RefusalError IZ150 if none may stand on pages."""
    form = await store.approved(connection, form_id)
    if form is None or form.iys_code != of or not form.draft.domains or not ways_of(form):
        raise RefusalError(Refused(code="IZ150"))
    return form


def see_that_it_may_stand_on(form: Form, domain: str) -> None:
    """See that a page's domain was approved. Raises RefusalError IZ151."""
    if domain not in form.draft.domains:
        raise RefusalError(Refused(code="IZ151", facts=(("domain", domain or "?"),)))


def ways_of(form: Form) -> tuple[Verification, ...]:
    """By which ways a form can be answered on a page."""
    if form.draft.kind is FormKind.APPROVALURL:
        return ()
    every = (each for each in Verification if each.form_kind is form.draft.kind)
    reached = set(form.draft.channels)
    return tuple(each for each in every if form.draft.texts.kvk or reached & set(each.channels))


async def begin(
    connection: Connection,
    keyring: Keyring,
    on: tuple[Page, On],
    wanted: Wanted,
    shown: tuple[Keys, Work],
    *,
    now: datetime,
) -> UUID:
    """Begin a request from a page, in a transaction that acts for the company.

    Takes   on: the page, and for whom · wanted: of the page's own form
    Gives   its id; the page's keys go with it from now on
    Raises  RefusalError IZ152 the keys are not the page's, too old, or were used, IZ153 the network
            has to work first, and what `start` refuses · TooManyError IZ154, and `start`'s
    """
    (page, for_), (keys, work), proofs = on, shown, keyring.proofs
    if not is_nonce(proofs, page, keys.nonce, now) or not are_keys(proofs, page, keys):
        raise RefusalError(Refused(code="IZ152"))
    await use_up(connection, proofs, keys.nonce)
    is_worked = is_work(proofs, keys.nonce, work.cid, work.answer)
    await see_that_it_is_nobodys_pump(connection, proofs, page.network, is_worked=is_worked)
    frame = Frame(
        widget=page.widget,
        domain=page.domain,
        network=page.network,
        keys=hash_of(proofs, keys),
    )
    return await start(
        connection, keyring, msgspec.structs.replace(for_, frame=frame), wanted, now=now
    )


async def see_that_it_began_here(
    connection: Connection, keyring: Keyring, page: Page, handed: Told, keys: Keys
) -> Request:
    """See that the page that hands a code in is the one that began the request.

    Her network may be another by now: a telephone changes it.
    Raises  RefusalError IZ152
    """
    request = await request_of(connection, keyring, handed.request_id)
    frame = None if request is None else request.body.frame
    is_here = (
        frame is not None
        and (frame.widget, frame.domain) == (page.widget, page.domain)
        and frame.keys == hash_of(keyring.proofs, keys)
    )
    if request is None or not is_here:
        raise RefusalError(Refused(code="IZ152"))
    return request


def was_answered(request: Request, now: datetime) -> bool:
    """Was a request by a link answered? Raises RefusalError H1049, H1051 of one that is over."""
    step = request.stands.at(now)
    if step in (Step.DONE, Step.LINK, Step.OPENED):
        return step is Step.DONE
    raise RefusalError(Refused(code="H1049" if step is Step.UNSENT else "H1051"))
