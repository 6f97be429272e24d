"""One row of a file to one consent as the API takes it, or everything that is wrong with it."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from izin.consent.model import Proposal
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import Refused
from izin.files import cells as read
from izin.files.dates import wire_date
from izin.files.form import Cell
from izin.files.headings import Columns
from izin.files.problem import CellProblem, Fault

Parse: TypeAlias = Callable[["WireRow"], Proposal | tuple[Refused, ...]]
"""`izin.consent.intake.parse_consent` with its context: the same check as the API's."""

WireRow: TypeAlias = dict[str, read.WireValue]

_CACHED_MAX = 4096
"""Cells remembered a column. Few are distinct but for dates, and those come in runs."""

_CACHED_LENGTH_MAX = 64
_FOUND_MAX = 1000
"""Characters: a sheet's cell takes 32,767, and all that was found stands in the original column."""

_NOT_SEEN = Fault("", "")

_CONVERT: dict[str, read.Convert] = {
    "type": read.channel,
    "status": read.status,
    "recipientType": read.recipient_type,
    "source": read.source,
    "consentDate": wire_date,
    "retailerCode": read.retailer_code,
    "retailerAccess": read.retailer_access,
}


class RowReader:
    """Reads the rows of one file for one brand."""

    def __init__(
        self,
        columns: Columns,
        parse: Parse,
        *,
        brand_code: BrandCode,
        iys_code: IysCode,
    ) -> None:
        """Take where the fields stand, and the API's own check of a row."""
        convert = _CONVERT | {
            "brandCode": read.the_number(brand_code, "IZ230"),
            "iysCode": read.the_number(iys_code, "IZ231"),
        }
        at = columns.index_by_field
        cached: list[dict[Cell, read.WireValue | Fault | None]] = [{} for _ in at]
        self._plan = [
            (at[field], field, cache, convert[field])
            for field, cache in zip(at, cached, strict=True)
            if field != "recipient"
        ]
        self._recipient_at = at["recipient"]
        self._columns = columns
        self._parse = parse

    def read(
        self, line: int, cells: Sequence[Cell]
    ) -> tuple[WireRow, Proposal | tuple[CellProblem, ...]]:
        """Read one row.

        Gives   the row as the API would take it, and its proposal or every problem of it
        Cost    3 µs and the check's own
        """
        if len(cells) != len(self._columns.headings):
            return {}, (self._misfit(line, cells),)
        row, faults = self._convert(cells)
        proposal = self._parse(row)
        if isinstance(proposal, Proposal) and not faults:
            return row, proposal
        refused = () if isinstance(proposal, Proposal) else proposal
        problems = [self._at(line, cells, field, fault) for field, fault in faults.items()]
        hidden = _hidden_by(faults)
        problems += [
            self.problem(line, cells, each)
            for each in refused
            if not each.location or each.location[0] not in hidden
        ]
        problems.sort(key=self._place)
        return row, tuple(problems)

    def problem(self, line: int, cells: Sequence[Cell], refused: Refused) -> CellProblem:
        """Say where in the file a refusal of the check or of the registry belongs."""
        field = str(refused.location[0]) if refused.location else _FIELD_OF.get(refused.code, "")
        return self._at(line, cells, field, Fault(refused.code, refused.code, refused.facts))

    def _misfit(self, line: int, cells: Sequence[Cell]) -> CellProblem:
        """Point at the whole row: which of its cells is too many or missing nobody can tell."""
        return CellProblem(
            line=line,
            field="",
            heading="",
            found=" | ".join(map(read.text_of, cells))[:_FOUND_MAX],
            code="IZ208",
            key="IZ208",
            facts=(("expected", str(len(self._columns.headings))),),
        )

    def _convert(self, cells: Sequence[Cell]) -> tuple[WireRow, dict[str, Fault]]:
        row: WireRow = {}
        faults: dict[str, Fault] = {}
        for index, field, cache, convert in self._plan:
            cell = cells[index]
            value = cache.get(cell, _NOT_SEEN)
            if value is _NOT_SEEN:
                value = convert(cell)
                # 1, 1.0 and True are one key, and three cells; nobody repeats a long text
                if isinstance(cell, str) and len(cell) <= _CACHED_LENGTH_MAX:
                    if len(cache) >= _CACHED_MAX:
                        cache.clear()
                    cache[cell] = value
            if value is None:
                continue
            if isinstance(value, Fault):
                faults[field] = value
            else:
                row[field] = value
        self._add_recipient(row, faults, cells[self._recipient_at])
        return row, faults

    def _add_recipient(self, row: WireRow, faults: dict[str, Fault], cell: Cell) -> None:
        """The channel says what an address is; without a channel its own look does."""
        channel = row.get("type")
        is_email = channel == "EPOSTA" or (channel is None and "@" in str(cell))
        recipient = read.email(cell) if is_email else read.phone(cell)
        if isinstance(recipient, Fault) and channel is not None:
            faults["recipient"] = recipient
        elif recipient is not None:
            row["recipient"] = recipient if isinstance(recipient, str) else read.text_of(cell)

    def _place(self, problem: CellProblem) -> int:
        return self._columns.index_by_field.get(problem.field, len(self._columns.headings))

    def _at(self, line: int, cells: Sequence[Cell], field: str, fault: Fault) -> CellProblem:
        index = self._columns.index_by_field.get(field)
        return CellProblem(
            line=line,
            field=field,
            heading=self._columns.heading(field),
            found="" if index is None else read.unquoted(read.text_of(cells[index]))[:_FOUND_MAX],
            code=fault.code,
            key=fault.key,
            facts=fault.facts,
        )


_FIELD_OF = {
    "H174": "status",
    "H175": "status",
    "H178": "consentDate",
    "H462": "consentDate",
    "H463": "source",
    "H467": "consentDate",
    "H486": "source",
    "H520": "status",
    "H525": "status",
    "H180": "retailerCode",
    "IZ093": "retailerCode",
}
"""Refusals of the state carry no location on the wire; a row has to be pointed at somewhere."""


def _hidden_by(faults: dict[str, Fault]) -> frozenset[str]:
    """A faulty cell gave no value: what the check says of that field is not the row's fault."""
    hidden = frozenset(faults)
    return hidden | {"consentDate", "source"} if "recipientType" in faults else hidden
