"""The company hands in the code that it was told: once, and three wrong ones end it.

Source  slides, İYS Yolu, steps 5 and 6; contract, VIA İşlem Tamamlama; security T10, T11
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from izin.consent.event import Actor
from izin.consent.quota import Quotas
from izin.consent.record import Recorder
from izin.core.codes import IysCode, company
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Status
from izin.keyring import Keyring
from izin.proof.check import misshapen, tried
from izin.proof.model import Purpose, Shown
from izin.storage.database import Connection, Database
from izin.via import store
from izin.via.end import end_refused, is_overtaken
from izin.via.model import Title
from izin.via.read import held, waiting
from izin.via.record import Answering, messages_of, record_answer
from izin.via.request import Body, Proof, Request, bound
from izin.via.rules import TRIES_MAX, Verification, may_be_confirmed, wrong_titles


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a company was told, and hands in. It prints no code.

    network  from where she typed it in herself, on a page of the company's; else empty
    """

    request_id: UUID
    verification: Verification
    codes: Mapping[Title, str]
    by: str
    network: str = ""

    def __repr__(self) -> str:
        """Leave the codes out."""
        return f"Told({self.request_id})"


class Confirming:
    """Takes codes for companies."""

    def __init__(
        self, database: Database, keyring: Keyring, recorder: Recorder, quotas: Quotas, pages: str
    ) -> None:
        """Take the database, the keys, the one writer, and what packages have room for.

        Takes   pages: where the citizens' pages are
        """
        self._database = database
        self._keyring = keyring
        self._answering = Answering(keyring, recorder, Actor.REGISTRY, pages, quotas)

    async def confirm(self, of: IysCode, handed: Told, *, now: datetime) -> Body:
        """Record what each code is for, by itself; give the request as it stands.

        A wrong code counts whatever becomes of the call, once it can have been told; a right one is
        used up with the consent, or not at all.
        Raises  RefusalError H1030 there is no such request, H1056, H1064 it is of another kind,
                H1028, H1032, H1049, H1050, H1051 as it stands, H1113 no such code was sent, IZ160
                one does not look like a code: none is tried, H1052 a code is wrong, H1014,
                H1031, IZ152 a code that a page asked for comes from elsewhere, IZ165 one was
                refused since she was asked: the request is over · TooManyError IZ110 ·
                UnavailableError
        """
        try:
            return await self._confirmed(of, handed, now)
        except RefusalError as error:
            if is_overtaken(error):  # past the transaction, of which nothing stays
                async with self._database.acting_for(company(of)) as connection:
                    await end_refused(connection, self._keyring, handed.request_id, now)
            raise

    async def _confirmed(self, of: IysCode, handed: Told, now: datetime) -> Body:
        async with self._database.acting_for(company(of)) as connection:
            request = await held(connection, self._keyring, handed.request_id)
            refused = _refused(request, handed, now)
            if refused is not None:
                raise RefusalError(refused)
            assert request is not None, "else it was refused"
            codes = [request.proofs[title] for title in handed.codes]
            if await waiting(connection, codes):  # nobody can know it: it costs no try
                raise RefusalError(Refused(code="H1028"))
            wrong = await self._wrong(connection, request, handed, of)
            if not wrong:
                return await self._record(connection, request, handed, now)
            tries = await store.miss(connection, request.request_id, TRIES_MAX)
        # past the transaction, which keeps the count
        raise RefusalError(Refused(code="H1050") if tries >= TRIES_MAX else wrong)

    async def _wrong(
        self, connection: Connection, request: Request, handed: Told, of: IysCode
    ) -> list[Refused]:
        """Which codes are wrong; those that are right are used up if none is."""
        wrong: list[Title] = []
        try:
            async with connection.transaction():
                wrong = [
                    title
                    for title in handed.codes
                    if await self._tried(connection, request, handed, (title, of)) is not None
                ]
                _see_that_none_is(wrong)
        except _WrongError:
            for title in wrong:  # once more, to be counted, while the right ones stay good
                await self._tried(connection, request, handed, (title, of))
        return [Refused(code="H1052", value=handed.codes[title]) for title in wrong]

    async def _tried(
        self, connection: Connection, request: Request, handed: Told, which: tuple[Title, IysCode]
    ) -> Refused | None:
        title, of = which
        shown = Shown(
            proof_id=request.proofs[title],
            purpose=Purpose.CONSENT,
            bound=bound(request.request_id, title, request.body),
            code=handed.codes[title],
            network=handed.network,
            sender="" if handed.network else f"company:{of}",
        )
        return await tried(connection, self._keyring.proofs, shown)

    async def _record(
        self, connection: Connection, request: Request, handed: Told, now: datetime
    ) -> Body:
        answers = {
            place: Status.ONAY
            for place, each in enumerate(request.body.details)
            if each.title in handed.codes
        }
        keys = [request.request_id, *(request.proofs[title] for title in handed.codes)]
        proof = Proof(
            messages=await messages_of(connection, keys),
            codes={title: self._hash(request, title, code) for title, code in handed.codes.items()},
            given_by=handed.by,
            given_at=now,
            network=handed.network,
        )
        return await record_answer(connection, self._answering, request, answers, proof)

    def _hash(self, request: Request, title: Title, code: str) -> bytes:
        what = bound(request.request_id, title, request.body)
        return self._keyring.proofs.code_hash(request.proofs[title], what, code)


class _WrongError(Exception):
    """Takes back what the right ones of several codes have used up."""


def _see_that_none_is(wrong: list[Title]) -> None:
    if wrong:
        raise _WrongError


def _refused(request: Request | None, handed: Told, now: datetime) -> Refused | None:
    if request is None:
        return Refused(code="H1030")
    if request.body.frame is not None and not handed.network:
        return Refused(code="IZ152")  # she was told to give it to nobody
    refused = may_be_confirmed(request.stands, handed.verification, handed.codes, now)
    if refused is not None:
        return refused
    if wrong_titles(request.proofs, handed.codes):
        return Refused(code="H1113")
    shapes = (misshapen(Purpose.CONSENT, each) for each in handed.codes.values())
    return next((each for each in shapes if each is not None), None)
