"""The keeper process: numbers, projects, works through batches, forgets what is old."""

import asyncio
import signal
import sys
from collections.abc import Sequence
from functools import partial

from izin.access.once import drop_signed
from izin.access.tokens import drop_expired
from izin.admission.limiter import forget_past_hours
from izin.callcentre import passing
from izin.callcentre.lookup import end_and_forget
from izin.citizen import claim, number
from izin.citizen import parts as changes
from izin.citizen.forget import forget_old_acts, forget_old_sessions
from izin.consent import batch, close_lines
from izin.consent.project import Projector
from izin.consent.record import Recorder
from izin.core.address import Address
from izin.core.clock import utc_now
from izin.inquiry.receipt import forget_old_receipts
from izin.jobs.keeper import BRISK_S, TIMER_S, USUAL, Keeper, Timer, Waits
from izin.link.forget import forget_old_links
from izin.member.mail import Doors, Sealers, mail_invitations
from izin.member.session import drop_expired as drop_expired_sessions
from izin.message import heard
from izin.message.lookup import forget_old_messages
from izin.proof.forget import forget_old_proofs
from izin.queue.queue import Handler, Queue
from izin.retailer.retag import retag
from izin.shortcode.answer import Tools
from izin.shortcode.hear import Hearing
from izin.shortcode.question import forget_old_questions
from izin.storage.database import Connection, Database
from izin.subscription.walk import Walker
from izin.subscription.yearly import look
from izin.telemetry.log import configure
from izin.via import end as via_end
from izin.via.advance import Advancing, end_overdue
from izin.via.start import JOB as VIA_STEP
from izin.viapass import end as pass_end
from izin.viapass.lookup import forget_old_requests
from izin.wiring.parts import Parts, open_parts
from izin.wiring.roles import KEEPER
from izin.wiring.settings import Settings

TOKENS_AT_ONCE = 10_000
SIGNED_AT_ONCE, SIGNED_BITES_MAX = 10_000, 500


async def run_keeper(settings: Settings) -> None:
    """Keep until told to stop."""
    configure(sys.stderr, settings.log_level)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_, stop.set)
    async with open_parts(settings, role=KEEPER) as parts:
        doors = Doors(desk=settings.origin_of_desk, api=settings.origin)
        keeper = keeper_of(
            parts,
            stop,
            is_sandbox=settings.is_sandbox,
            doors=doors,
            call_centre=settings.call_centre_phone or "",
        )
        await keeper.run()


def keeper_of(
    parts: Parts,
    stop: asyncio.Event,
    *,
    waits: Waits = USUAL,
    is_sandbox: bool = False,
    doors: Doors | None = None,
    call_centre: str = "",
) -> Keeper:
    """Put a keeper together.

    Takes   is_sandbox: whether texts of +90 599 are heard · doors: where mails lead whom they
            invite; None: none is written · call_centre: the number that 3338's help names
    """
    recorder = Recorder(parts.keyring)
    closed = partial(_lines_closed, parts)
    handlers: dict[str, Handler] = {
        batch.JOB: batch.BatchWork(parts.keyring, recorder),
        close_lines.JOB: close_lines.ClosingLines(parts.keyring, recorder, closed),
        changes.JOB: changes.Changing(parts.keyring, recorder),
        heard.JOB: Hearing(Tools(parts.keyring, recorder, call_centre), is_sandbox=is_sandbox),
        passing.JOB: passing.Passing(parts.keyring, partial(_end_what_is_asked, parts)),
        VIA_STEP: Advancing(parts.keyring),
    }
    seldom: tuple[Timer, ...] = (
        *timers(parts.database),
        partial(_tag_moved_dealers, parts),
        partial(_look_at_packages, parts),
        partial(_forget_messages, parts),
    )
    brisk: tuple[Timer, ...] = (_walk_of(parts),)
    if doors is not None:
        brisk = (*brisk, partial(_mail_invitations, parts, doors))
    return Keeper(
        parts.database,
        Projector(parts.database, parts.keyring),
        Queue(parts.database, handlers),
        {TIMER_S: seldom, BRISK_S: brisk},
        stop,
        waits=waits,
    )


def _walk_of(parts: Parts) -> Timer:
    walker = Walker(parts.database, parts.keyring)

    async def walk() -> None:
        await walker.walk()

    return walk


async def _mail_invitations(parts: Parts, doors: Doors) -> None:
    keys = parts.keyring
    sealers = Sealers(keys.members.sealer, keys.message_sealer)
    async with parts.database.transaction() as connection:
        await mail_invitations(connection, sealers, doors, now=utc_now())


async def _lines_closed(parts: Parts, connection: Connection, phones: Sequence[Address]) -> None:
    await number.let_go(connection, parts.keyring.citizen, phones, utc_now())
    await _end_what_is_asked(parts, connection, phones)


async def _end_what_is_asked(
    parts: Parts, connection: Connection, phones: Sequence[Address]
) -> None:
    await via_end.end_of_addresses(connection, parts.keyring, phones)
    await pass_end.end_of_addresses(connection, parts.keyring, phones)


async def _look_at_packages(parts: Parts) -> None:
    await look(parts.database, parts.keyring, utc_now())


async def _forget_messages(parts: Parts) -> None:
    async with parts.database.connection() as connection:
        await forget_old_messages(connection, utc_now(), TOKENS_AT_ONCE)
        await forget_old_proofs(connection, utc_now(), TOKENS_AT_ONCE)
        await forget_old_questions(connection, utc_now())
        await forget_old_sessions(connection, TOKENS_AT_ONCE)
        await forget_old_requests(connection, utc_now(), TOKENS_AT_ONCE)
        await number.forget_old_words(connection, utc_now(), TOKENS_AT_ONCE)
        await number.forget_old_tenures(connection, utc_now(), TOKENS_AT_ONCE)
        await end_and_forget(connection, utc_now(), TOKENS_AT_ONCE)
        await claim.forget_old_claims(connection, utc_now(), TOKENS_AT_ONCE)
        await forget_old_links(connection, utc_now(), TOKENS_AT_ONCE)
        await forget_old_acts(connection, TOKENS_AT_ONCE)
        await end_overdue(connection, TOKENS_AT_ONCE)


async def _tag_moved_dealers(parts: Parts) -> None:
    await retag(parts.database, parts.keyring)


def timers(database: Database) -> tuple[Timer, ...]:
    """What is forgotten when it is old: receipts, tokens, sessions, what was signed, hours."""

    async def forget_batches() -> None:
        async with database.connection() as connection:
            await batch.forget_old_batches(connection, utc_now())

    async def forget_receipts() -> None:
        async with database.connection() as connection:
            await forget_old_receipts(connection, utc_now())

    async def forget_tokens() -> None:
        async with database.connection() as connection:
            await drop_expired(connection, utc_now(), TOKENS_AT_ONCE)
            await drop_expired_sessions(connection, utc_now(), TOKENS_AT_ONCE)

    async def forget_signed() -> None:
        for _ in range(SIGNED_BITES_MAX):  # one a call of whoever signs each: they may be many
            async with database.connection() as connection:
                gone = await drop_signed(connection, utc_now(), SIGNED_AT_ONCE)
            if gone < SIGNED_AT_ONCE:
                return

    async def forget_hours() -> None:
        async with database.connection() as connection:
            await forget_past_hours(connection)

    return (forget_batches, forget_receipts, forget_tokens, forget_signed, forget_hours)
