"""``izin migration``: partners that load companies' past data."""

from typing import Annotated
from uuid import UUID

import typer

from izin.cli.billing import given, job_cells
from izin.cli.instant import instant
from izin.cli.operator import operator
from izin.cli.over import over_parties
from izin.cli.screen import AsJson, In, screen
from izin.core.clock import utc_now
from izin.core.codes import IysCode, PartnerCode
from izin.i18n.catalogue import Language
from izin.storage.database import Database
from izin.subscription import lookup
from izin.subscription.loading import Offer, close_job, open_job
from izin.subscription.model import MigrationJob

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Migrations: partners load past data."
)

_HEADINGS = ("migration", "company", "opened", "ends", "records", "rate", "fee")


@app.command("open")
def open_command(
    partner: Annotated[int, typer.Argument(help="The partner's code.")],
    company: Annotated[int, typer.Argument(help="The company's code (iysCode).")],
    *,
    rate: Annotated[int, typer.Option(min=0, max=10_000_000, help="Kuruş for 1,000 records.")],
    until: Annotated[str, typer.Option(help="'YYYY-MM-DD HH:mm:ss', Turkey's clock.")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Write down that a partner loads a company's past data from now on."""
    with screen(as_json, lang) as to:
        until_at = instant(until)
        assert until_at is not None, "a text was given"
        offer = Offer(
            partner_code=PartnerCode(partner),
            iys_code=IysCode(company),
            rate_kurus=rate,
            until=until_at,
        )
        job = over_parties(lambda database: open_job(database, offer, now=utc_now(), by=operator()))
        to.tell(to.said("migration_open", migration=job.migration_id))
        to.give({"migrationId": job.migration_id})


@app.command("close")
def close_command(
    migration: Annotated[UUID, typer.Argument(help="The migration's id.")],
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """End a migration; what is recorded from now on is not counted for it."""
    with screen(as_json, lang) as to:
        over_parties(lambda database: close_job(database, migration, now=utc_now(), by=operator()))
        to.tell(to.said("migration_closed", migration=migration))
        to.give({"migrationId": migration})


@app.command("list")
def list_command(
    company: Annotated[int | None, typer.Option(help="Of this company; of all if none.")] = None,
    partner: Annotated[int | None, typer.Option(help="Of this partner; of all if none.")] = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """Show migrations, the oldest first, with the records that each has loaded."""

    async def work(database: Database) -> list[MigrationJob]:
        of_company = None if company is None else IysCode(company)
        of_partner = None if partner is None else PartnerCode(partner)
        async with database.connection() as connection:
            return await lookup.jobs(connection, of_company, of_partner)

    with screen(as_json, lang) as to:
        found = over_parties(work)
        if found:
            headings = [to.said(f"billing_{name}") for name in _HEADINGS]
            to.show(headings, [(job_cells(job), None) for job in found])
        else:
            to.tell(to.said("migration_nothing"))
        to.give({"migrations": [given(job) for job in found]})
