"""People who act for a party, let in over the door as they would come."""

from datetime import UTC, datetime
from itertools import count
from uuid import UUID

import httpx2
import msgspec
from builders.authenticator import App
from builders.house import House
from builders.parties import IYS_CODE, OPERATOR, Given
from builders.registry import Registry

from izin.core.address import Address, AddressKind
from izin.core.codes import BrandCode, IntermediaryCode, IysCode, PartnerCode
from izin.keyring import MemberKeyring
from izin.member.invite import Invitation, Inviting, invite, invite_anew
from izin.member.model import Belongs, Person, Post, Role
from izin.member.passwords import Passwords
from izin.storage.database import Database

PASSWORD = "Uzun-Kestane-742"
_numbers = count(1)


class Someone(msgspec.Struct, frozen=True):
    """Who can sign in, with what."""

    member_id: str
    email: str
    password: str
    app: App


def of_company(code: int = IYS_CODE) -> Belongs:
    return Belongs(iys_code=IysCode(code))


def of_partner(code: int) -> Belongs:
    return Belongs(partner_code=PartnerCode(code))


def of_carrier(code: int) -> Belongs:
    return Belongs(intermediary_code=IntermediaryCode(code))


OF_REGISTRY = Belongs()


def keys_of(house: House) -> MemberKeyring:
    return MemberKeyring(house.parts.keyring.members, house.parts.keyring.tokens)


async def invited(
    given: Given,
    house: House,
    *,
    of: Belongs | None = None,
    role: Role = Role.OWNER,
    brands: tuple[int, ...] | None = None,
    email: str | None = None,
    name: str = "Deniz Örnek",
    again: Someone | None = None,
) -> Invitation:
    """Somebody invited by whoever runs the registry; of a company anew, where he is known."""
    if again is not None:
        return await invite_anew(
            given.database,
            Inviting(keys=keys_of(house)),
            UUID(again.member_id),
            of=of_company(),
            now=datetime.now(UTC),
            by=OPERATOR,
        )
    address = Address(email or f"kisi{next(_numbers)}@firma.example", AddressKind.EMAIL)
    limited = None if brands is None else frozenset(map(BrandCode, brands))
    return await invite(
        given.database,
        Inviting(keys=keys_of(house)),
        (Person(name, address), Post(role=role, brands=limited)),
        of=of_company() if of is None else of,
        now=datetime.now(UTC),
        by=OPERATOR,
    )


async def someone(given: Given, house: House, **facts: object) -> Someone:
    """Somebody who has chosen a password and an app."""
    invitation = await invited(given, house, **facts)
    async with house.client() as client:
        opened = await client.post("/x/invitations/open", json={"invitation": invitation.text})
        assert opened.status_code == 200, opened.text
        app = App(opened.json()["totpUri"])
        # the code of the step before: the running one is left for the sign-in
        chosen = {
            "invitation": invitation.text,
            "password": PASSWORD,
            "code": app.code(datetime.now(UTC) - app.STEP),
        }
        accepted = await client.post("/x/invitations/accept", json=chosen)
    assert accepted.status_code == 201, accepted.text
    return Someone(accepted.json()["memberId"], opened.json()["email"], PASSWORD, app)


async def sign_in(house: House, who: Someone, *, step: int = 0) -> httpx2.AsyncClient:
    """A client that calls as this person; a code works once, so a second time needs a next step."""
    async with house.client() as client:
        answer = await client.post(
            "/x/sign-in", json={"email": who.email, "password": who.password}
        )
        assert answer.status_code == 200, answer.text
        code = who.app.code(datetime.now(UTC) + step * who.app.STEP)
        answer = await client.post(
            "/x/sign-in/finish", json={"signIn": answer.json()["signIn"], "code": code}
        )
    assert answer.status_code == 200, answer.text
    return house.client(answer.json()["token"])


async def member(given: Given, house: House, **facts: object) -> httpx2.AsyncClient:
    """A signed-in client of somebody new."""
    return await sign_in(house, await someone(given, house, **facts))


async def owners(registry: Registry, who: str, of: Belongs) -> str:
    """The name under which attempts are made by a party's owner, who is let in once."""
    name = f"owner of {who}"
    if not registry.knows(name):
        operator = await Database.open(registry.settings.database_url, role="izin_operator")
        passwords = Passwords()
        try:
            person = await someone(Given(operator, passwords), registry, of=of)
        finally:
            passwords.close()
            await operator.close()
        async with await sign_in(registry, person) as client:
            registry.adopt(name, client.headers["authorization"].removeprefix("Bearer "))
    return name
