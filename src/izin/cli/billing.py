"""``izin billing``: what companies owe and what partners are owed, as data."""

from datetime import datetime
from typing import Annotated

import msgspec
import typer

from izin.cli.over import over_parties
from izin.cli.screen import AsJson, CannotError, In, Screen, screen
from izin.core.clock import IYS_TIME, wire_time
from izin.core.codes import IysCode, PartnerCode
from izin.core.errors import RefusalError, Refused
from izin.i18n.catalogue import Language
from izin.partner import lookup as partners
from izin.provider import lookup as providers
from izin.storage.database import Database
from izin.subscription import lookup
from izin.subscription.model import MigrationJob
from izin.subscription.statement import Line, Statement, jobs_of_year, statement

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Statements: packages, and migrations."
)

_LINE = ("name", "from", "until", "days", "price", "due")
_JOB = ("migration", "company", "opened", "ends", "records", "rate", "fee")


@app.callback()
def _of_several() -> None:
    """Keep `statement` a word of its own."""


@app.command("statement")
def statement_command(
    company: Annotated[int | None, typer.Option(help="The company's code (iysCode).")] = None,
    partner: Annotated[int | None, typer.Option(help="The partner's code.")] = None,
    year: Annotated[int | None, typer.Option(min=2020, max=9998, help="This one if none.")] = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Show what a company owes for its package, or what a partner is owed for migrations."""
    with screen(as_json, lang) as to:
        of_year = year or datetime.now(IYS_TIME).year
        if (company is None) is (partner is None):
            raise CannotError("billing_of_one")
        if company is not None:
            code = IysCode(company)
            _show(to, over_parties(lambda database: _of_company(database, code, of_year)))
            return
        assert partner is not None, "one of both is given"
        owed = PartnerCode(partner)
        _show_jobs(to, over_parties(lambda database: _of_partner(database, owed, of_year)), of_year)


async def _of_company(database: Database, code: IysCode, year: int) -> Statement:
    async with database.connection() as connection:
        if not await providers.is_there(connection, code):
            raise RefusalError(Refused(code="H001", facts=(("iysCode", str(code)),)))
        subscribed = await lookup.of_party(connection, code, None)
        years = {each.year: each for each in await lookup.years_of(connection, code)}
    most = years[year].addresses_max if year in years else 0
    return statement(subscribed, year, most)


async def _of_partner(database: Database, code: PartnerCode, year: int) -> list[MigrationJob]:
    async with database.connection() as connection:
        if not await partners.is_there(connection, code):
            raise RefusalError(Refused(code="IZ033", facts=(("partnerCode", str(code)),)))
        return jobs_of_year(await lookup.jobs(connection, None, code), year)


def _show(to: Screen, found: Statement) -> None:
    to.show(
        [to.said(f"billing_{name}") for name in _LINE],
        [(_cells(to, line), None) for line in found.lines],
    )
    due = to.said("billing_ask") if found.due_kurus is None else tl(found.due_kurus)
    needed = found.needed.value
    facts = {"year": found.year, "addresses": found.addresses, "needed": needed, "due": due}
    to.tell(to.said("billing_sum", **facts))
    to.give(msgspec.to_builtins(found))


def _cells(to: Screen, line: Line) -> list[str]:
    price = to.said("billing_ask") if isinstance(line.price, str) else tl(line.price * 100)
    due = to.said("billing_ask") if line.due_kurus is None else tl(line.due_kurus)
    return [
        line.name,
        line.from_day.isoformat(),
        line.until_day.isoformat(),
        str(line.days),
        price,
        due,
    ]


def _show_jobs(to: Screen, found: list[MigrationJob], year: int) -> None:
    to.show(
        [to.said(f"billing_{name}") for name in _JOB],
        [(job_cells(job), None) for job in found],
    )
    owed = sum(job.owed_kurus for job in found)
    to.tell(to.said("billing_owed", year=year, owed=tl(owed)))
    to.give({"year": year, "owed_kurus": owed, "migrations": [given(job) for job in found]})


def job_cells(job: MigrationJob) -> list[str]:
    """A job as people read it."""
    return [
        str(job.migration_id),
        str(job.iys_code),
        wire_time(job.opened_at),
        wire_time(job.ends_at),
        str(job.records),
        tl(job.rate_kurus),
        tl(job.owed_kurus),
    ]


def given(job: MigrationJob) -> dict[str, object]:
    """A job as programs read it."""
    return {
        "migration_id": job.migration_id,
        "partner_code": job.partner_code,
        "iys_code": job.iys_code,
        "rate_kurus": job.rate_kurus,
        "opened_at": wire_time(job.opened_at),
        "until": wire_time(job.until),
        "closed_at": None if job.closed_at is None else wire_time(job.closed_at),
        "records": job.records,
        "owed_kurus": job.owed_kurus,
    }


def tl(kurus: int) -> str:
    """Write an amount in TL."""
    return f"{kurus // 100},{kurus % 100:02} TL"
