"""Beside the contract: what happened under a brand, by day and by whom, and what stands.

Source  decision 0047: the module of advanced reports; what it tells apart is decision 0052
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.operation import Answer, Call, Operation, Param, Summary
from izin.api.services import Services, brand_of
from izin.api.shapes import COUNT, STANDING, TEXT, list_of, object_of
from izin.api.wire import Wire
from izin.consent.dealers import know_any
from izin.core.clock import IYS_TIME
from izin.core.codes import RetailerCode
from izin.files.form import Form as FileForm
from izin.files.write import written
from izin.partner import lookup as partners
from izin.report.model import DAYS_MAX, Asked, Aspect, Line, Period
from izin.report.read import read, standing

_DAYS = 30
_CODE_MAX = 99_999_999
_MANDATES_MAX = 10_000


class Apart(StrEnum):
    """What a report may tell apart."""

    DAY = "day"
    MONTH = "month"
    CHANNEL = "type"
    RECIPIENT_TYPE = "recipientType"
    ACTOR = "actor"
    SOURCE = "source"
    RETAILER = "retailer"
    PARTNER = "partner"


class Kind(StrEnum):
    """How it is written."""

    JSON = "json"
    CSV = "csv"


_ASPECTS = {
    Apart.ACTOR: Aspect.ACTOR,
    Apart.SOURCE: Aspect.SOURCE,
    Apart.RETAILER: Aspect.RETAILER,
    Apart.PARTNER: Aspect.MANDATE,
}
_PERIODS = {Apart.DAY: Period.DAY, Apart.MONTH: Period.MONTH}
_NAMES = {
    Aspect.ACTOR: "actor",
    Aspect.SOURCE: "source",
    Aspect.RETAILER: "retailerCode",
    Aspect.MANDATE: "partnerCode",
}
_COUNTS = ("approvals", "renewals", "rejections")

_DAY = {"type": "string", "format": "date"}
_ROW = object_of(
    _COUNTS,
    period=TEXT,
    type=TEXT,
    recipientType=TEXT,
    **dict.fromkeys(_NAMES.values(), TEXT),
    **dict.fromkeys(_COUNTS, COUNT),
)
REPORT = object_of(("from", "to", "list"), **{"from": _DAY}, to=_DAY, list=list_of(_ROW))


async def report(call: Call[Services]) -> Answer:
    """Count what happened on some days: new approvals, renewals, refusals."""
    services = call.services
    form = Form(call.query, ("from", "to", "by", "retailerCode", "format"))
    first, last = _days(form, services.clock().astimezone(IYS_TIME).date())
    code = form.digits("retailerCode", 1, _CODE_MAX)
    apart = _apart(form, is_of_one=code is not None)
    kind = form.term("format", Kind)
    form.check()
    of = brand_of(call)
    if code is not None:
        await know_any(services.database, of[1], [RetailerCode(code)])
    asked = _asked(call, apart, (first, last), code)
    async with services.database.connection() as connection:
        lines = await read(connection, asked)
    names = await _names(call, asked, lines) if asked.by_value else {}
    rows = _rows(asked, lines, names)
    if kind is Kind.CSV:
        return Answer(200, _as_csv(asked, rows), media="text/csv; charset=utf-8")
    return Answer(200, {"from": first.isoformat(), "to": last.isoformat(), "list": rows})


async def report_standing(call: Call[Services]) -> Answer:
    """Count the brand's consents by how they stand now."""
    services, channels = call.services, sorted(call.allowed.channels)
    brand_ref = services.keyring.pseudonyms.brand_ref(brand_of(call)[1])
    async with services.database.connection() as connection:
        found = await standing(connection, brand_ref, channels)
    return Answer(
        200,
        {
            "list": [
                {
                    "type": each.channel,
                    "recipientType": each.recipient_type,
                    "approvals": each.approvals,
                    "rejections": each.rejections,
                }
                for each in found
            ]
        },
    )


def _days(form: Form, today: date) -> tuple[date, date]:
    last = form.day("to") or today
    first = form.day("from") or last - timedelta(days=_DAYS - 1)
    if not timedelta(0) <= last - first < timedelta(days=DAYS_MAX):
        form.require("days", "from", ("most", str(DAYS_MAX)))
    return first, last


def _apart(form: Form, *, is_of_one: bool) -> frozenset[Apart]:
    """What is to be told apart, each once and no two that cannot be."""
    text = form.given.get("by", "")
    words = text.split(",") if isinstance(text, str) and text else []
    found = frozenset(Apart(word) for word in words if word in list(Apart))
    aspects = found & _ASPECTS.keys() | ({Apart.RETAILER} if is_of_one else set())
    is_one_each = len(found & _PERIODS.keys()) <= 1 and len(aspects) <= 1
    if len(found) != len(words) or not is_one_each:
        form.refuse("apart", "by", ("words", ", ".join(Apart)))
    return found


def _asked(
    call: Call[Services], apart: frozenset[Apart], days: tuple[date, date], code: int | None
) -> Asked:
    keyring = call.services.keyring
    aspects = [aspect for name, aspect in _ASPECTS.items() if name in apart]
    aspect, value = next(iter(aspects), Aspect.ACTOR), None
    if code is not None:
        aspect, value = Aspect.RETAILER, keyring.retailers.seal(RetailerCode(code)).hex()
    return Asked(
        brand_ref=keyring.pseudonyms.brand_ref(brand_of(call)[1]),
        aspect=aspect,
        first=days[0],
        last=days[1],
        channels=tuple(sorted(call.allowed.channels)),
        period=next((period for name, period in _PERIODS.items() if name in apart), None),
        by_channel=Apart.CHANNEL in apart,
        by_recipient_type=Apart.RECIPIENT_TYPE in apart,
        by_value=bool(aspects),
        value=value,
    )


async def _names(call: Call[Services], asked: Asked, lines: Sequence[Line]) -> Mapping[str, str]:
    """What whose or which a row is about is called on the wire.

    A partner learns of its own mandates only, a company of those that it has given itself: what
    came under another's is told without a name.
    """
    values = {each.value for each in lines if each.value}
    if asked.aspect is Aspect.RETAILER:
        retailers = call.services.keyring.retailers
        return {value: str(retailers.open(bytes.fromhex(value))) for value in values}
    if asked.aspect is not Aspect.MANDATE:
        return {value: value for value in values}
    of, own = brand_of(call), call.allowed.caller.partner_code
    async with call.services.database.connection() as connection:
        mandates = await partners.of_brand(connection, *of, _MANDATES_MAX)
    return {
        str(each.mandate_id): str(each.partner_code)
        for each in mandates
        if own in (None, each.partner_code)
    }


def _rows(asked: Asked, lines: Sequence[Line], names: Mapping[str, str]) -> list[Wire]:
    """The rows in words of the wire; several mandates of one partner are one row."""
    rows: dict[tuple[str | None, ...], dict[str, int]] = {}
    for each in lines:
        period = None if each.period is None else each.period.isoformat()
        if asked.period is Period.MONTH and period is not None:
            period = period.removesuffix("-01")
        name = names.get(each.value or "")
        counts = rows.setdefault(
            (period, each.channel, each.recipient_type, name), dict.fromkeys(_COUNTS, 0)
        )
        counts["approvals"] += each.begun
        counts["renewals"] += each.renewed
        counts["rejections"] += each.refused
    columns = ("period", "type", "recipientType", _NAMES[asked.aspect])
    return [
        {
            **{column: word for column, word in zip(columns, key, strict=True) if word is not None},
            **counts,
        }
        for key, counts in rows.items()
    ]


def _as_csv(asked: Asked, rows: Sequence[Wire]) -> bytes:
    """As Turkish spreadsheets read it, a column for each thing that is told apart."""
    told = (
        ("period", asked.period is not None),
        ("type", asked.by_channel),
        ("recipientType", asked.by_recipient_type),
        (_NAMES[asked.aspect], asked.by_value),
    )
    columns = [*(name for name, is_told in told if is_told), *_COUNTS]
    cells = [[str(row.get(column, "")) for column in columns] for row in rows]
    return written([columns, *cells], FileForm())


OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xReport",
        method="GET",
        path="/x/brands/{brandCode}/reports/movements",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=report,
        summary=Summary(
            "Günlere, kanallara, kaynaklara, bayilere ya da iş ortaklarına göre yeni onayları, "
            "yenilemeleri ve retleri sayar.",
            "Counts new approvals, renewals and refusals by day, channel, source, dealer, partner.",
        ),
        query=(
            Param(name="from", tr="İlk gün; yoksa otuz gün.", en="First day; thirty if absent."),
            Param(name="to", tr="Son gün; yoksa bugün.", en="Last day; today if absent."),
            Param(
                name="by",
                tr=f"Virgülle: {', '.join(Apart)}.",
                en=f"With commas: {', '.join(Apart)}.",
            ),
            Param(name="retailerCode", kind=int, tr="Yalnız bu bayi.", en="This dealer only."),
            Param(name="format", tr="json ya da csv.", en="json or csv."),
        ),
        answers={200: REPORT},
        errors=("H058", "IZ011", "IZ078", "IZ092"),
    ),
    Operation(
        id="xReportStanding",
        method="GET",
        path="/x/brands/{brandCode}/reports/standing",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=report_standing,
        summary=Summary(
            "Markanın izinlerini şu andaki durumlarına göre sayar.",
            "Counts the brand's consents by how they stand now.",
        ),
        answers={200: object_of(("list",), list=STANDING)},
        errors=("IZ078",),
    ),
)
