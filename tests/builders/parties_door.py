"""The real pipeline, with the real authority, over the doors that need only parties."""

import msgspec
from builders.clock import FakeClock

from izin.access.authority import Authority
from izin.access.directory import Directory
from izin.access.tokens import Tokens
from izin.admission.limiter import Limiter
from izin.admission.limits import Limits, demonstration
from izin.admission.overload import Overload, rooms
from izin.api import brands, info, tokens
from izin.api.app import ContractApp, build_app
from izin.api.endpoint import Door
from izin.storage.database import Database


class PartyServices(msgspec.Struct, frozen=True, kw_only=True):
    """What those doors work with."""

    database: Database
    directory: Directory
    tokens: Tokens
    clock: FakeClock


def a_parties_door(
    services: PartyServices, authority: Authority, limits: Limits | None = None
) -> ContractApp[PartyServices]:
    door = Door(
        services=services,
        authority=authority,
        limiter=Limiter(limits or demonstration()),
        overload=Overload(rooms(8)),
    )
    table = (*tokens.OPERATIONS, *brands.OPERATIONS, *info.OPERATIONS)
    return build_app(table, door, ready=_is_ready)


async def _is_ready() -> bool:
    return True
