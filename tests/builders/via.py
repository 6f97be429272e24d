"""Forms and requests of İYS Yolu, as companies write them over the wire; and the courier."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
from builders.heart import until
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR
from builders.watch import used

from izin.api.form import Form
from izin.api.via_forms import read_draft
from izin.message import note, write
from izin.message.model import Medium, Receipt, Rendered
from izin.message.send import Sending
from izin.message.switch import Switch
from izin.queue.queue import Queue
from izin.storage.database import Database
from izin.subscription.via import put
from izin.vault.sealing import Sealer
from izin.via.forms import approve


def said(words: str) -> dict[str, str]:
    return {"tr": f"{words} (Türkçe)", "en": f"{words} (English)"}


def a_form(**fields: Any) -> dict[str, Any]:
    """A draft; a field set to None is left out."""
    draft = {
        "kind": "OTP",
        "brands": [BRAND_CODE],
        "channels": ["MESAJ", "ARAMA"],
        "informed": said("Kasada görevli anlatır"),
        "short": {"tr": "Kampanya iletisi icin onay isteniyor.", "en": "Consent to campaigns."},
        "notice": said("Aydınlatma metni"),
        "consent": said("Onay metni"),
    } | fields
    return {name: value for name, value in draft.items() if value is not None}


async def a_form_that_waits(owner: asyncpg.Connection) -> int:
    """A form of our company's that the registry's people are to read."""
    body = a_form(kvk={"ACIK_RIZA_METNI": said("Açık rıza\nmetni")})
    draft = read_draft(Form(body, tuple(body)))
    form_id: int = await owner.fetchval(
        "insert into via_form (iys_code, name) values ($1, 'Kasa') returning form_id", IYS_CODE
    )
    await owner.execute(
        "insert into via_form_version (form_id, version, iys_code, state, kind, brands, channels,"
        " texts, digest) values ($1, 1, $2, 'SUBMITTED', 'OTP', $3, '{MESAJ}', $4, $5)",
        *(form_id, IYS_CODE, [BRAND_CODE], draft.texts.written(), draft.digest()),
    )
    return form_id


class Post:
    """The courier with its supplier: keeps what it carries, and says when it has arrived."""

    name = "tasiyici"

    def __init__(self, database: Database, sealer: Sealer) -> None:
        self.database = database
        self.took: list[Rendered] = []
        self.fails: Exception | None = None
        self._told = 0
        ways = {Medium.EMAIL: Switch([self]), Medium.SMS: Switch([self])}
        self._queue = Queue(database, {write.JOB: Sending(sealer, ways)})

    async def send(self, message_id: UUID, rendered: Rendered) -> str | None:
        if self.fails is not None:
            raise self.fails
        self.took.append(rendered)
        return f"ref-{len(self.took)}" if rendered.medium is Medium.SMS else None

    async def carry(self) -> list[Rendered]:
        """Hand over what waits; give that."""
        before = len(self.took)
        while jobs := await self._queue.claim(10):
            for job in jobs:
                await self._queue.work(job)
        return self.took[before:]

    async def arrive(self, *, is_delivered: bool = True) -> None:
        """Say of every text what became of it."""
        for place in range(self._told, len(self.took)):
            if self.took[place].medium is Medium.SMS:
                receipt = Receipt(
                    supplier=self.name,
                    ref=f"ref-{place + 1}",
                    is_delivered=is_delivered,
                    at=datetime.now(UTC),
                )
                await note.note(self.database, receipt)
        self._told = len(self.took)

    async def next(self) -> Rendered:
        """Wait for the next message that somebody writes; it is handed over."""
        count = len(self.took)

        async def came() -> bool:
            await self.carry()
            return len(self.took) > count

        await until(came)
        return self.took[count]


def code_in(rendered: Rendered) -> str:
    """The code that stands in a message."""
    [code] = re.findall(r"\b[0-9]{8}\b", rendered.body)
    return code


ENDS = datetime(2100, 1, 1, tzinfo=UTC)


async def a_form_in_force(ours: httpx2.AsyncClient, operator: Database, **fields: Any) -> int:
    """A form of our company, approved; the company has a hundred credits."""
    answer = await ours.post("/x/via/forms", json={"name": "Kasa", **a_form(**fields)})
    assert answer.status_code == 201, answer.text
    form_id: int = answer.json()["formId"]
    assert (await ours.post(f"/x/via/forms/{form_id}/submit")).status_code == 200
    await approve(operator, form_id, 1, by=OPERATOR)
    during = (datetime(2026, 1, 1, tzinfo=UTC), ENDS)
    await put(operator, IYS_CODE, credit=100, during=during, by=OPERATOR)
    return form_id


def a_start(form_id: int, to: str, **fields: Any) -> dict[str, Any]:
    """A request for a consent to texts and calls, by a code."""
    etk = {
        "title": "ETK",
        "brandCodes": [BRAND_CODE],
        "types": ["MESAJ", "ARAMA"],
        "recipientType": "BIREYSEL",
    }
    body = {
        "formId": str(form_id),
        "recipient": used(to),
        "verificationType": "SMS_OTP",
        "consentTypes": [etk],
    } | fields
    return {name: value for name, value in body.items() if value is not None}


def a_kvk(*kinds: str) -> dict[str, Any]:
    person = {"name": "Aslı Can", "recipientIdNumber": "11111111111", "address": "Çankaya Ankara"}
    return {"title": "KVK", "types": list(kinds), "personData": person}
