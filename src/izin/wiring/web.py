"""The web process: the contract API over one event loop."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network
from typing import NamedTuple

from izin.access.access_token import AccessTokens
from izin.access.authority import Authority
from izin.access.basic import HASHED_AT_ONCE, BasicUsers
from izin.access.directory import Directory
from izin.access.revoke import TokenKeeper
from izin.access.tokens import Tokens
from izin.admission.limiter import Limiter
from izin.admission.limits import Limits, demonstration, documented
from izin.admission.overload import Overload, rooms
from izin.api import (
    ahs,
    asking,
    brands,
    bulk,
    changes,
    checks,
    clients,
    company,
    consents,
    info,
    integrators,
    links,
    mandates,
    me,
    members,
    oauth,
    pass_records,
    pass_templates,
    reports,
    retailer_access,
    retailer_consents,
    retailer_files,
    retailer_reports,
    retailer_tree,
    retailers,
    sign_in,
    sign_on,
    stamps,
    subscriptions,
    tokens,
    via,
    via_file,
    via_forms,
    via_legacy,
    via_own,
    via_pass,
    widget,
)
from izin.api.app import ContractApp, build_app
from izin.api.client import Network
from izin.api.endpoint import Door
from izin.api.operation import Operation
from izin.api.services import Services
from izin.consent.project import unprojected_count
from izin.consent.quota import Quotas, bounds_by
from izin.core.clock import utc_now
from izin.core.errors import UnavailableError
from izin.core.workdays import Calendar
from izin.feed.pull import FeedWindow
from izin.member.passwords import Passwords
from izin.storage.database import Database
from izin.telemetry.log import configure
from izin.wiring.accepting import Share
from izin.wiring.connection import ConnectionBounds
from izin.wiring.database import RESERVED_CONNECTIONS
from izin.wiring.holding import client_grants_of, holders_of
from izin.wiring.members import members_of
from izin.wiring.parts import Parts, open_parts
from izin.wiring.replica import Asking, open_replica, who_asks
from izin.wiring.roles import WEB
from izin.wiring.server import allow_open_files, server_of
from izin.wiring.settings import Profile, Settings

DRAIN_S = 25
RESERVED_LOCK_MS = 200

_LOG = logging.getLogger(__name__)

OPERATIONS: tuple[Operation[Services], ...] = (
    *tokens.OPERATIONS,
    *oauth.OPERATIONS,
    *clients.OPERATIONS,
    *brands.OPERATIONS,
    *company.OPERATIONS,
    *subscriptions.OPERATIONS,
    *mandates.OPERATIONS,
    *integrators.OPERATIONS,
    *consents.OPERATIONS,
    *bulk.OPERATIONS,
    *checks.OPERATIONS,
    *changes.OPERATIONS,
    *info.OPERATIONS,
    *retailers.OPERATIONS,
    *retailer_access.OPERATIONS,
    *retailer_consents.OPERATIONS,
    *retailer_files.OPERATIONS,
    *retailer_reports.OPERATIONS,
    *retailer_tree.OPERATIONS,
    *reports.OPERATIONS,
    *asking.OPERATIONS,
    *ahs.OPERATIONS,
    *links.OPERATIONS,
    *sign_in.OPERATIONS,
    *sign_on.OPERATIONS,
    *me.OPERATIONS,
    *members.OPERATIONS,
    *via.OPERATIONS,
    *via_forms.OPERATIONS,
    *via_legacy.OPERATIONS,
    *via_own.OPERATIONS,
    *via_file.OPERATIONS,
    *via_pass.OPERATIONS,
    *pass_records.OPERATIONS,
    *pass_templates.OPERATIONS,
    *widget.OPERATIONS,
    *stamps.OPERATIONS,
)
"""The table: a route that is not a row cannot exist."""


class _Known(NamedTuple):
    """Who is who, and by what they show it."""

    directory: Directory
    passwords: Passwords
    of_members: Passwords
    basic: BasicUsers


@asynccontextmanager
async def open_app(settings: Settings) -> AsyncIterator[ContractApp[Services]]:
    """The API with everything it needs, ready to answer."""
    async with (
        open_parts(settings, role=WEB) as parts,
        _reserved(settings) as reserved,
        open_replica(settings) as replica,
    ):
        directory = Directory(reserved, parts.keyring.pseudonyms.brand_ref)
        await directory.refresh()
        # whoever guesses at one door slows down nobody's sign-in at another
        passwords, of_members = Passwords(), Passwords(at_once=HASHED_AT_ONCE)
        of_carriers = Passwords(at_once=HASHED_AT_ONCE)
        following = asyncio.create_task(directory.run())
        try:
            who = who_asks(parts, replica, reserved)
            basic = BasicUsers(reserved, of_carriers, parts.keyring.pseudonyms.token_tag)
            yield _app(settings, parts, who, _Known(directory, passwords, of_members, basic))
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following
            passwords.close()
            of_carriers.close()
            of_members.close()


@asynccontextmanager
async def _reserved(settings: Settings) -> AsyncIterator[Database]:
    """Connections by which a RET comes through while all others are at work."""
    assert settings.database_url is not None, "the launcher has named a database"
    database = await Database.open_reserved(
        settings.database_url, role=WEB, size=RESERVED_CONNECTIONS, lock_ms=RESERVED_LOCK_MS
    )
    try:
        yield database
    finally:
        await database.close()


def _app(
    settings: Settings,
    parts: Parts,
    who: Asking,
    known: _Known,
) -> ContractApp[Services]:
    keyring, database, directory = parts.keyring, parts.database, known.directory
    access_tokens = AccessTokens(who.reserved, keyring.tokens)
    holders = holders_of(keyring, who.reserved, settings.issuer)
    services = Services(
        database=database,
        reserved=who.reserved,
        keyring=keyring,
        directory=directory,
        tokens=Tokens(
            who.reserved, keyring.tokens, passwords=known.passwords, access_tokens=access_tokens
        ),
        members=members_of(settings, keyring, (who.reserved, known.of_members), access_tokens),
        client_grants=client_grants_of(keyring, who.reserved, directory, settings.issuer),
        token_keeper=TokenKeeper(who.reserved, keyring.tokens, access_tokens),
        passwords=known.passwords,
        issuer=settings.issuer,
        citizens_origin=settings.origin_of_citizens,
        sms_sender=settings.sms_sender,
        recorder=who.recorder,
        together=who.together,
        checker=who.checker,
        quotas=Quotas(bounds_by(directory), keyring),
        calendar=Calendar.load(),
        window=window_of(settings),
        is_sandbox=settings.is_sandbox,
        loading_until=settings.loading_until,
        clock=utc_now,
    )
    door = Door(
        services=services,
        authority=Authority(access_tokens, directory, basic=known.basic, holders=holders),
        limiter=Limiter(
            limits_of(settings),
            database=database,
            reserved=who.reserved,
            client_tag=keyring.pseudonyms.client_tag,
        ),
        overload=Overload(rooms(settings.pool_size)),
        trusted=networks_of(settings),
    )

    async def ready() -> bool:
        try:
            await directory.refresh()
        except UnavailableError:
            return False
        return True

    async def unprojected() -> int:
        async with database.connection() as connection:
            return await unprojected_count(connection)

    return build_app(OPERATIONS, door, ready=ready, unprojected=unprojected)


def networks_of(settings: Settings) -> tuple[Network, ...]:
    """Networks of our own proxies."""
    texts = map(str.strip, settings.trusted_proxies.split(","))
    return tuple(ip_network(text) for text in texts if text)


def window_of(settings: Settings) -> FeedWindow:
    """How far the feed reaches back."""
    return FeedWindow(days=settings.pull_window_days, withheld_minutes=settings.withheld_minutes)


def limits_of(settings: Settings) -> Limits:
    """The limits of the profile."""
    if settings.profile is Profile.IYS:
        return documented()
    return demonstration()


async def run_web(settings: Settings, listening: socket.socket, share: Share) -> None:
    """Answer on a socket that the launcher has bound, until told to stop."""
    configure(sys.stderr, settings.log_level)
    allow_open_files()
    async with open_app(settings) as app:
        server = server_of(
            app,
            bounds=ConnectionBounds(),
            trusted=networks_of(settings),
            drain_s=DRAIN_S,
            share=share,
        )
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            # uvicorn drains, then raises the signal anew: by default that would end us here,
            # before the database is closed
            signal.signal(signal_, _heard)
        await server.serve(sockets=[listening])


def _heard(_number: int, _frame: object) -> None:
    """Nothing is left to do: the server has stopped."""
