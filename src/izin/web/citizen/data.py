"""My data: what the registry holds of her address, as JSON, for spreadsheets and for paper.

The files for programs and for spreadsheets have everything and are sent while they are read; what
is for paper comes in parts.
"""

import csv
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from io import StringIO
from typing import NamedTuple
from uuid import UUID

import msgspec

from izin.brand import lookup as brands
from izin.citizen.acts import Act, acts_of
from izin.citizen.call import Call
from izin.citizen.history import Line, Told
from izin.citizen.mine import Opening, parts_of, pieces, sheet
from izin.citizen.progress import receipts_of
from izin.consent.reach import follow, is_late
from izin.core.clock import IYS_TIME
from izin.core.codes import BrandCode
from izin.files.write import harmless
from izin.i18n.catalogue import Language
from izin.via.model import Title
from izin.via.request import Detail
from izin.web.citizen.answers import (
    Answered,
    Confirmed,
    answers_of,
    exported,
    exported_verification,
    said_of,
    verifications_of,
)
from izin.web.citizen.paper import ROWS_MAX, pdf_of
from izin.web.citizen.services import Hall, Row, Visit, call_of
from izin.web.shared.visit import NotThereError, Outcome, Sent, Shown, Streamed
from izin.web.shared.words import say

_BOM = "\ufeff"
_PART_DIGITS = 4
_COLUMNS = (
    *("what", "date", "company", "brand", "brand_code", "channel", "recipient"),
    *("before", "after", "source", "evidence", "said", "receipt", "transaction"),
)
_encode = msgspec.json.encode


class _Done(NamedTuple):
    """What she has done, the names of its brands, and which movement has which receipt."""

    acts: list[Act]
    names: Mapping[BrandCode, str]
    receipts: Mapping[UUID, str]

    def brand_of(self, act: Act) -> str:
        return "" if act.brand_code is None else self.names.get(act.brand_code, "")


async def _done(opening: Opening) -> _Done:
    async with opening() as call:
        acts = await acts_of(call)
        codes = sorted({each.brand_code for each in acts if each.brand_code is not None})
        known = await brands.some(call.connection, codes) if codes else []
        receipts = await receipts_of(call, acts)
    return _Done(acts, {each.brand_code: each.name for each in known}, receipts)


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show what there is to take away."""
    async with hall.database.connection() as connection:
        parts = await parts_of(call_of(hall, visit, connection))
        late = await is_late(connection)
    return Shown("data.html", {"parts": parts, "is_late": late})


async def send_json(hall: Hall, visit: Visit) -> Outcome:
    """Give it for programs."""
    await follow(hall.database)
    return Streamed(_json(hall, visit), "application/json", name=_name(visit, "json"))


async def send_csv(hall: Hall, visit: Visit) -> Outcome:
    """Give it for spreadsheets: in UTF-8 with its mark, and nothing in it runs."""
    await follow(hall.database)
    return Streamed(_csv(hall, visit), "text/csv; charset=utf-8", name=_name(visit, "csv"))


async def send_pdf(hall: Hall, visit: Visit) -> Outcome:
    """Give it for paper."""
    text = visit.query.values.get("part", "1")[:_PART_DIGITS]
    part = int(text) if text.isascii() and text.isdigit() else 0
    await follow(hall.database)
    given = await sheet(_opening(hall, visit), part, now=visit.now, lines_max=ROWS_MAX)
    if given is None:
        raise NotThereError
    of = f"-{part}" if given.parts > 1 else ""
    answers: list[Answered] = []
    verifications: list[Confirmed] = []
    if part == 1:
        async with hall.database.connection() as connection:
            answers = await answers_of(hall, visit, connection)
            verifications = await verifications_of(hall, visit, connection)
    body = await pdf_of(given, (answers, verifications), visit.language)
    return Sent(body, "application/pdf", name=_name(visit, "pdf", of))


def _opening(hall: Hall, visit: Visit) -> Opening:
    @asynccontextmanager
    async def opening() -> AsyncIterator[Call]:
        async with hall.database.connection() as connection:
            yield call_of(hall, visit, connection)

    return opening


def _name(visit: Visit, ending: str, of: str = "") -> str:
    return f"izinlerim-{visit.now.astimezone(IYS_TIME):%Y-%m-%d}{of}.{ending}"


async def _json(hall: Hall, visit: Visit) -> AsyncIterator[bytes]:
    """One object; a record's head comes first, then its movements as they are read."""
    assert visit.who is not None, "the table asks for somebody"
    opening, name = _opening(hall, visit), say("citizen.name", visit.language)
    done = await _done(opening)
    head = _encode({"address": visit.who.address.clear, "generatedAt": visit.now})
    yield head[:-1] + b',"records":['
    before, joint = b"\n", b""
    async for piece in pieces(opening):
        if piece.is_new:
            yield before + _encode(_record(piece.told))[:-1] + b',"history":['
            before, joint = b"]},\n", b"\n"
        for line in piece.told.lines:
            yield joint + _encode(_movement_of(line, name, done))
            joint = b",\n"
    yield b"]}" if joint else b""
    yield b'],"changes":' + _encode([_change(each, done) for each in done.acts])
    async with opening() as call:
        given = await answers_of(hall, visit, call.connection)
        verified = await verifications_of(hall, visit, call.connection)
    yield b',"answers":' + _encode([exported(each) for each in given])
    yield (
        b',"verifications":' + _encode([exported_verification(each) for each in verified]) + b"}\n"
    )


async def _csv(hall: Hall, visit: Visit) -> AsyncIterator[bytes]:
    opening, language = _opening(hall, visit), visit.language
    done = await _done(opening)
    row = _row_writer()
    yield (_BOM + row([say(f"mine.{column}", language) for column in _COLUMNS])).encode()
    async for piece in pieces(opening):
        lines = (_movement(piece.told, each, language, done) for each in piece.told.lines)
        yield "".join(row(map(harmless, cells)) for cells in lines).encode()
    for act in done.acts:
        yield row(map(harmless, _act(act, language, done))).encode()
    async with opening() as call:
        given = await answers_of(hall, visit, call.connection)
        verified = await verifications_of(hall, visit, call.connection)
    for each in given:
        for detail in each.details:
            yield row(map(harmless, _answer(each, detail, language))).encode()
        if said := said_of(each.person, language):
            yield row(map(harmless, _said(each, said, language))).encode()
    for one in verified:
        yield row(map(harmless, _verification(one, language))).encode()


def _row_writer() -> Callable[[Iterable[str]], str]:
    text = StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")

    def written(cells: Iterable[str]) -> str:
        text.seek(0)
        text.truncate()
        rows.writerow(cells)
        return text.getvalue()

    return written


def _record(told: Told) -> dict[str, object]:
    record, standing = told.record, told.record.standing
    return {
        "company": record.company,
        "brand": record.brand.name,
        "brandCode": record.brand.brand_code,
        "type": record.key.channel,
        "recipientType": record.key.recipient_type,
        "status": standing.status,
        "source": standing.source,
        "consentDate": standing.consented_at,
        "recordedAt": standing.recorded_at,
    }


def _movement_of(line: Line, name: str, done: _Done) -> dict[str, object]:
    return {
        "at": line.at,
        "before": line.before,
        "after": line.after,
        "source": line.source,
        "evidenceHolder": line.holder or name,
        "receipt": done.receipts.get(line.event_id),
    }


def _change(act: Act, done: _Done) -> dict[str, object]:
    return {
        "at": act.at,
        "what": act.did,
        "source": act.source,
        "brand": done.brand_of(act) or None,
        "brandCode": act.brand_code,
        "consents": act.asked,
        "receipt": act.receipt,
    }


def _act(act: Act, language: Language, done: _Done) -> tuple[str, ...]:
    what = say(f"citizen.did_{act.did}", language)
    brand = done.brand_of(act), "" if act.brand_code is None else str(act.brand_code)
    blanks = ("",) * (len(_COLUMNS) - 7)
    return (what, _time(act.at), "", *brand, *blanks, act.receipt, "")


def _movement(told: Told, line: Line, language: Language, done: _Done) -> tuple[str, ...]:
    record = told.record
    return (
        say("mine.movement", language),
        _time(line.at),
        record.company,
        record.brand.name,
        str(record.brand.brand_code),
        say(f"channel.{line.channel}", language),
        say(f"recipient.{line.recipient_type}", language),
        "" if line.before is None else say(f"consent.{line.before}", language),
        say(f"consent.{line.after}", language),
        "" if line.source is None else say(f"source.{line.source}", language),
        line.holder or say("citizen.name", language),
        "",
        done.receipts.get(line.event_id, ""),
        "",
    )


def _answer(given: Answered, detail: Detail, language: Language) -> tuple[str, ...]:
    is_etk = detail.title is Title.ETK
    kind = f"channel.{detail.kind}" if is_etk else f"citizen.via_{detail.kind.lower()}"
    whom = given.recipient_type if is_etk else None
    return (
        say("citizen.answers", language),
        _time(detail.at or given.at),
        given.company,
        given.brand(detail),
        "" if detail.brand_code is None else str(detail.brand_code),
        say(kind, language),
        "" if whom is None else say(f"recipient.{whom}", language),
        "",
        say(f"consent.{detail.status}", language),
        say(f"source.{given.source}", language),
        say("citizen.name", language),
        "",
        given.receipts_for(detail),
        detail.transaction_id,
    )


def _said(given: Answered, said: str, language: Language) -> tuple[str, ...]:
    what = say("citizen.answers_said", language)
    return (what, _time(given.at), given.company, *("",) * 8, said, "", "")


def _verification(given: Confirmed, language: Language) -> tuple[str, ...]:
    what = given.what
    return (
        say("mine.verification", language),
        _time(what.at),
        given.company,
        *("",) * 5,
        say(f"mine.pass_{what.state.lower()}", language),
        "",
        say("citizen.name", language),
        "",
        what.receipt,
        "",
    )


def _time(at: datetime) -> str:
    return f"{at.astimezone(IYS_TIME):%Y-%m-%d %H:%M:%S}"


ROWS = (
    Row(path="/data", shows=show, asks=True),
    Row(path="/data/izinlerim.json", shows=send_json, asks=True),
    Row(path="/data/izinlerim.csv", shows=send_csv, asks=True),
    Row(path="/data/izinlerim.pdf", shows=send_pdf, asks=True),
)
