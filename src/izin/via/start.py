"""A company has a consent asked for: she is sent the notice first, and no code before it is there.

Source  slides, İYS Yolu, steps 1 to 3; contract 1.17, startViaRequest
"""

import os
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from izin.brand import lookup as brands
from izin.brand.model import Brand
from izin.consent.quota import Quotas
from izin.core.address import Address, AddressKind, is_nobodys
from izin.core.codes import IysCode
from izin.core.errors import RefusalError, Refused
from izin.core.linkname import draw
from izin.core.uuid7 import uuid7s
from izin.i18n.catalogue import Language
from izin.keyring import Keyring
from izin.message.model import Wake
from izin.message.write import Letter, write
from izin.proof.model import Asked as Coded
from izin.proof.model import Purpose
from izin.proof.send import admit
from izin.provider import lookup as providers
from izin.storage.database import Connection
from izin.subscription.via import see_that_it_has
from izin.via import store
from izin.via.limits import see_that_she_is_not_pressed
from izin.via.link import tag_of
from izin.via.model import Form, FormKind
from izin.via.request import Body, Detail, Frame, Person, seal_body, seal_person
from izin.via.room import see_room
from izin.via.rules import LINK_LIFE, NOTICE_WAIT, Asked, Step, unfit
from izin.via.words import LETTERS, values

JOB = "via_step"
"""Wakes whoever takes a request to its next step; its payload is the request's id."""

NOTICES = "/n"
"""Where the citizens' pages show what forms say."""

LINKS = "/v"
"""Where links lead."""

SALT_BYTES = 32


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a company asks for. It prints no address.

    informed  what it declares to have told her before, where; empty: what its form says of that
    """

    form_id: int
    to: Address
    asked: Asked
    person: Person | None = None
    informed: str = ""
    language: Language = Language.TR

    def __repr__(self) -> str:
        """Leave out whom."""
        return f"Wanted({self.form_id})"


class On(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a request is begun, by whom, and where the registry's pages are.

    frame   the company's own page where she does it herself
    quotas  what packages have room for
    """

    iys_code: IysCode
    asked_by: str
    pages: str
    quotas: Quotas | None
    frame: Frame | None = None


async def start(
    connection: Connection, keyring: Keyring, on: On, wanted: Wanted, *, now: datetime
) -> UUID:
    """Begin a request, in a transaction that acts for the company: nothing of it is left else.

    Gives   its id
    Raises  RefusalError H1055 there is no such form, H1000 none of it is approved, and what
            `unfit` says; H1014 a brand is not the company's, H1026 and H1027 of a test brand's
            address that may be somebody's, H1015, H1092, H1093 about credits, H1031 its package has
            no room, IZ113 of a number ·
            TooManyError IZ110, IZ114, IZ133, IZ134 · UnavailableError
    Cost    some twelve statements
    """
    form = await _form(connection, wanted.form_id)
    if refused := unfit(form, wanted.asked):
        raise RefusalError(refused)
    named = await _brands(connection, on.iys_code, wanted)
    if wanted.asked.etk is not None and on.quotas is not None:
        await see_room(connection, on.quotas, named, wanted.asked.etk, wanted.to)
    await see_that_it_has(connection, on.iys_code, wanted.asked.count, now=now)
    await see_that_she_is_not_pressed(connection, keyring.proofs, on.iys_code, wanted.to)
    is_otp = wanted.asked.verification.form_kind is FormKind.OTP
    messages = 1 + len(wanted.asked.titles) if is_otp else 1  # the notice, and a code for each
    await admit(connection, keyring.proofs, coded(on.iys_code, wanted.to), messages=messages)
    (request_id,) = uuid7s(1, int(now.timestamp() * 1000))
    link = "" if is_otp else draw()
    await _tell(connection, keyring, (request_id, on, form, named, link), wanted, now=now)
    tag, _ = keyring.pseudonyms.provider_tag(on.iys_code, wanted.to.clear)
    await store.begin(
        connection,
        request_id,
        on.iys_code,
        form.form_id,
        form.version,
        wanted.asked.verification.value,
        Step.NOTICE.value if is_otp else Step.LINK.value,
        tag,
        tag_of(keyring, link) if link else None,
        seal_body(keyring, request_id, _body(form, on, wanted, link)),
        seal_person(keyring, request_id, wanted.person),
        now + (NOTICE_WAIT if is_otp else LINK_LIFE),
    )
    return request_id


def coded(of: IysCode, to: Address) -> Coded:
    """What the guard of codes is asked about: the company pays, whoever calls for it."""
    return Coded(
        to=to,
        purpose=Purpose.CONSENT,
        bound=b"",
        words=next(iter(LETTERS.values())),
        values={},
        language=Language.TR,
        sender=f"company:{of}",
    )


async def _form(connection: Connection, form_id: int) -> Form:
    form = await store.approved(connection, form_id)
    if form is not None:
        return form
    is_there = await store.one(connection, form_id, 1) is not None
    code = "H1000" if is_there else "H1055"
    raise RefusalError(Refused(code=code, facts=(("form", str(form_id)),)))


async def _brands(connection: Connection, of: IysCode, wanted: Wanted) -> list[Brand]:
    """The brands that are asked for, in their order; all of them are the company's."""
    codes = () if wanted.asked.etk is None else wanted.asked.etk.brands
    known = {each.brand_code: each for each in await brands.some(connection, codes)}
    named = [known[code] for code in codes if code in known and known[code].iys_code == of]
    if len(named) < len(codes):
        raise RefusalError(Refused(code="H1014"))
    if any(each.is_test for each in named) and not is_nobodys(wanted.to):
        raise RefusalError(
            Refused(code="H1026" if wanted.to.kind is AddressKind.PHONE else "H1027")
        )
    return named


async def _tell(
    connection: Connection,
    keyring: Keyring,
    about: tuple[UUID, On, Form, Sequence[Brand], str],
    wanted: Wanted,
    *,
    now: datetime,
) -> None:
    """Send the notice, or the link; its end wakes the next step."""
    request_id, on, form, named, link = about
    title = (await providers.titles(connection, [on.iys_code])).get(on.iys_code, "")
    url = f"{on.pages}{NOTICES}/{form.form_id}/{form.version}"
    if link:
        url = f"{on.pages}{LINKS}/{link}"
    told = Letter(
        to=wanted.to,
        words="via_link" if link else "via_notice",
        values={**values(form, wanted.asked, (title, named), wanted.language), "url": url},
        language=wanted.language,
        good_for=NOTICE_WAIT,
        once=request_id,
        wakes=Wake(JOB, request_id.bytes),
    )
    await write(connection, keyring.message_sealer, told, now=now)


def _body(form: Form, on: On, wanted: Wanted, link: str) -> Body:
    asked, etk = wanted.asked, wanted.asked.etk
    details = [Detail(title=asked.titles[-1], kind=each.value) for each in asked.kvk]
    if etk is not None:
        details = [
            *(
                Detail(title=asked.titles[0], kind=channel.value, brand_code=code)
                for code in etk.brands
                for channel in etk.channels
            ),
            *details,
        ]
    return Body(
        address=wanted.to.clear,
        kind=wanted.to.kind,
        language=wanted.language,
        asked=asked,
        details=tuple(details),
        informed=wanted.informed or form.draft.texts.informed.tr,
        asked_by=on.asked_by,
        digest=form.draft.digest(),
        link=link,
        frame=on.frame,
        salt=os.urandom(SALT_BYTES),
    )
