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
from izin.core.terms import Status
from izin.core.uuid7 import uuid7s
from izin.i18n.catalogue import Language
from izin.keyring import Keyring
from izin.message.model import Wake
from izin.message.write import Meant, put
from izin.proof.model import Asked as Coded
from izin.proof.model import Purpose
from izin.proof.send import admit
from izin.provider import lookup as providers
from izin.receipt.number import written
from izin.storage.database import Connection
from izin.subscription.via import hold, see_that_it_has
from izin.via import store
from izin.via.evidence import without_link
from izin.via.limits import see_that_she_is_not_pressed
from izin.via.link import tag_of
from izin.via.model import Form, FormKind, Title
from izin.via.request import Body, Detail, Frame, Person, Text, seal_body, seal_person
from izin.via.room import see_room
from izin.via.rules import LINK_LIFE, NOTICE_WAIT, Asked, Step, unfit
from izin.via.told import rendered, see_that_they_fit, segments_of
from izin.via.words import LETTERS, text_after, texts_before, values

JOB = "via_step"
"""Wakes whoever takes a request to its next step; its payload is the request's id."""

NOTICES = "/n"
"""Where the citizens' pages show what forms say."""

KVK = "/kvk"
"""And where, of these, the texts on personal data alone."""

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
            no room, IZ113 of a number, IZ137 a text would be too long ·
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
    (request_id,) = uuid7s(1, int(now.timestamp() * 1000))
    link = "" if is_otp else draw()
    texts = await _texts(connection, (on, form, named), wanted, link)
    parts = sum(map(segments_of, texts)) if wanted.asked.verification.is_sms else len(texts)
    guarded = coded(on.iys_code, wanted.to)
    await admit(connection, keyring.proofs, guarded, messages=len(texts), parts=parts)
    about = Meant(texts[0].words, texts[0].version, NOTICE_WAIT, request_id, wake(request_id))
    first = rendered(wanted.to, texts[0])
    await put(connection, keyring.message_sealer, first, about, now=now)
    body = _body(form, on, wanted, without_link(texts, link))
    tag, _ = keyring.pseudonyms.provider_tag(on.iys_code, wanted.to.clear)
    await hold(connection, on.iys_code, wanted.asked.count)  # last: its company's others wait
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
        seal_body(keyring, request_id, body),
        seal_person(keyring, request_id, wanted.person),
        now + (NOTICE_WAIT if is_otp else LINK_LIFE),
        [each.value for each in wanted.asked.titles],
        wanted.asked.count,
    )
    return request_id


def page_of(form_id: int, version: int, asked: Asked) -> str:
    """Where the citizens' pages show what a request asks for: of personal data alone only that."""
    alone = KVK if asked.etk is None else ""
    return f"{NOTICES}/{form_id}/{version}{alone}"


def wake(request_id: UUID) -> Wake:
    """Whom the end of a request's message wakes."""
    return Wake(JOB, request_id.bytes)


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


async def _texts(
    connection: Connection, about: tuple[On, Form, Sequence[Brand]], wanted: Wanted, link: str
) -> tuple[Text, ...]:
    """Put into words what she is sent before she answers. Raises RefusalError IZ137."""
    on, form, named = about
    asked, language = wanted.asked, wanted.language
    title = (await providers.titles(connection, [on.iys_code])).get(on.iys_code, "")
    url = f"{on.pages}{page_of(form.form_id, form.version, asked)}"
    if link:
        url = f"{on.pages}{LINKS}/{link}"
    places = {**values(form, asked, (title, named), language), "url": url}
    texts = texts_before(form, asked, places, language, framed=on.frame is not None)
    if asked.verification.is_sms:
        whole = [msgspec.structs.replace(each, status=Status.ONAY) for each in details_of(asked)]
        parties = (title, {each.brand_code: each for each in named})
        after = [
            text_after(form, asked, whole, parties, (each, language), (on.pages, written(0)))
            for each in asked.titles
        ]
        see_that_they_fit([*texts, *(each for each in after if each is not None)])
    return texts


def details_of(asked: Asked) -> tuple[Detail, ...]:
    """List each consent that is asked for."""
    etk = asked.etk
    of_brands = [
        Detail(title=Title.ETK, kind=channel.value, brand_code=code)
        for code in (etk.brands if etk is not None else ())
        for channel in (etk.channels if etk is not None else ())
    ]
    of_texts = [Detail(title=Title.KVK, kind=each.value) for each in asked.kvk]
    return (*of_brands, *of_texts)


def _body(form: Form, on: On, wanted: Wanted, texts: tuple[Text, ...]) -> Body:
    return Body(
        address=wanted.to.clear,
        kind=wanted.to.kind,
        language=wanted.language,
        asked=wanted.asked,
        details=details_of(wanted.asked),
        informed=wanted.informed or form.draft.texts.informed.tr,
        asked_by=on.asked_by,
        digest=form.draft.digest(),
        frame=on.frame,
        salt=os.urandom(SALT_BYTES),
        texts=texts,
    )
