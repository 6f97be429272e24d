"""My data: what the registry holds of her address, as JSON, for spreadsheets and for paper."""

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO

import msgspec

from izin.citizen.acts import Act
from izin.citizen.history import Line, Told
from izin.citizen.mine import Mine, mine, parts_of
from izin.core.clock import IYS_TIME
from izin.files.write import harmless
from izin.i18n.catalogue import Language
from izin.web.citizen.paper import pdf_of
from izin.web.citizen.services import Hall, Row, Visit, call_of
from izin.web.shared.visit import NotThereError, Outcome, Sent, Shown
from izin.web.shared.words import say

_BOM = "\ufeff"
_PART_DIGITS = 4
_COLUMNS = (
    *("what", "date", "company", "brand", "brand_code", "channel", "recipient"),
    *("before", "after", "source", "evidence", "receipt"),
)


async def show(hall: Hall, visit: Visit) -> Outcome:
    """Show what there is to take away."""
    async with hall.database.connection() as connection:
        parts = await parts_of(call_of(hall, visit, connection))
    return Shown("data.html", {"parts": parts})


async def send_json(hall: Hall, visit: Visit) -> Outcome:
    """Give it for programs."""
    given = await _mine(hall, visit)
    body = msgspec.json.format(msgspec.json.encode(_document(given)), indent=2)
    return Sent(body, "application/json", name=_name(given, "json"))


async def send_csv(hall: Hall, visit: Visit) -> Outcome:
    """Give it for spreadsheets: in UTF-8 with its mark, and nothing in it runs."""
    given = await _mine(hall, visit)
    text = StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    language = visit.language
    rows.writerow([say(f"mine.{column}", language) for column in _COLUMNS])
    for cells in _rows(given, language):
        rows.writerow(map(harmless, cells))
    body = (_BOM + text.getvalue()).encode()
    return Sent(body, "text/csv; charset=utf-8", name=_name(given, "csv"))


async def send_pdf(hall: Hall, visit: Visit) -> Outcome:
    """Give it for paper."""
    given = await _mine(hall, visit)
    return Sent(await pdf_of(given, visit.language), "application/pdf", name=_name(given, "pdf"))


async def _mine(hall: Hall, visit: Visit) -> Mine:
    text = visit.query.values.get("part", "1")[:_PART_DIGITS]
    part = int(text) if text.isascii() and text.isdigit() else 0
    async with hall.database.connection() as connection:
        given = await mine(call_of(hall, visit, connection), part, now=visit.now)
    if given is None:
        raise NotThereError
    return given


def _name(given: Mine, ending: str) -> str:
    part = f"-{given.part}" if given.parts > 1 else ""
    return f"izinlerim-{given.at.astimezone(IYS_TIME):%Y-%m-%d}{part}.{ending}"


def _document(given: Mine) -> dict[str, object]:
    return {
        "address": given.address,
        "generatedAt": given.at,
        "part": given.part,
        "parts": given.parts,
        "records": [_record(each) for each in given.records],
        "changes": [_change(each) for each in given.acts],
    }


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
        "history": [
            {
                "at": line.at,
                "before": line.before,
                "after": line.after,
                "source": line.source,
                "evidenceHolder": line.holder,
            }
            for line in told.lines
        ],
        "historyIsCut": told.is_cut,
    }


def _change(act: Act) -> dict[str, object]:
    return {"at": act.at, "what": act.did, "consents": act.asked, "receipt": act.receipt}


def _rows(given: Mine, language: Language) -> Iterator[tuple[str, ...]]:
    for told in given.records:
        for line in told.lines:
            yield _movement(told, line, language)
    for act in given.acts:
        blanks = ("",) * (len(_COLUMNS) - 3)
        yield (say(f"citizen.did_{act.did}", language), _time(act.at), *blanks, act.receipt)


def _movement(told: Told, line: Line, language: Language) -> tuple[str, ...]:
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
    )


def _time(at: datetime) -> str:
    return f"{at.astimezone(IYS_TIME):%Y-%m-%d %H:%M:%S}"


ROWS = (
    Row(path="/data", shows=show, asks=True),
    Row(path="/data/izinlerim.json", shows=send_json, asks=True),
    Row(path="/data/izinlerim.csv", shows=send_csv, asks=True),
    Row(path="/data/izinlerim.pdf", shows=send_pdf, asks=True),
)
