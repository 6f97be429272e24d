"""How it ends for members: stops that reach every process, sign-outs, who lets whom in anew."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from builders.house import House
from builders.members import (
    PASSWORD,
    keys_of,
    member,
    of_company,
    sign_in,
    someone,
)
from builders.parties import BRAND_CODE, OPERATOR, PARTNER_CODE

from izin.audit.model import Principal, PrincipalKind, Query
from izin.audit.read import read
from izin.core.errors import RefusalError
from izin.member import manage
from izin.member.invite import Inviting, invite_anew
from izin.member.model import Role
from izin.wiring.web import open_app

pytest_plugins = ("builders.house",)

ADA = {"name": "Ada Örnek", "email": "ada@firma.example", "role": "OWNER"}


def codes(answer) -> list[str]:
    return [each["code"] for each in answer.json()["errors"]]


async def trail(given, subject: str) -> list[tuple[str, dict]]:
    """What was done to a member, the newest first."""
    found = read(given.database, Query(subject=subject), most=100)
    return [(each.deed.action.value, dict(each.deed.facts)) async for each in found]


@pytest.fixture
async def elsewhere(settings, house) -> AsyncIterator[House]:
    """A second web process over the same registry."""
    async with open_app(settings) as app:
        yield House(app, house.parts)


async def test_who_was_stopped_elsewhere_gives_nothing_that_outlives_him(house, elsewhere, given):
    boss, thief = await someone(given, house), await someone(given, house)
    async with await sign_in(house, boss) as owner, await sign_in(elsewhere, thief) as stolen:
        mine = (await stolen.post("/x/members", json=ADA)).json()
        assert (await stolen.get("/x/me")).status_code == 200  # and is remembered there
        await owner.post(f"/x/members/{thief.member_id}/stop")
        for path, body in (
            ("/x/members", ADA | {"email": "ece@firma.example"}),
            (f"/x/members/{boss.member_id}", {"role": "VIEWER"}),
            (f"/x/members/{mine['memberId']}/invitation", None),
            ("/x/clients", {}),
            (
                f"/x/brands/{BRAND_CODE}/mandates",
                {"partnerCode": PARTNER_CODE, "scope": "MESAJ", "right": "read"},
            ),
        ):
            answer = await stolen.post(path, json=body)
            assert (answer.status_code, codes(answer)) == (401, ["H351"]), path
        assert (await stolen.get("/x/me")).status_code == 401


async def test_the_verb_itself_looks_whether_who_asks_was_stopped(house, given):
    first, gone = await someone(given, house), await someone(given, house)
    await manage.stop(given.database, UUID(gone.member_id), of=of_company(), by=OPERATOR)
    about = {"of": of_company(), "by": Principal(PrincipalKind.MEMBER, gone.member_id)}
    member_id, now = UUID(first.member_id), datetime.now(UTC)
    how = Inviting(keys=keys_of(house))
    with pytest.raises(RefusalError, match="H351"):
        await manage.stop(given.database, member_id, **about)
    with pytest.raises(RefusalError, match="H351"):
        await invite_anew(given.database, how, member_id, now=now, **about)


async def test_an_owner_is_let_in_anew_by_the_registry_alone(house, given):
    first, second = await someone(given, house), await someone(given, house)
    viewer = await someone(given, house, role=Role.VIEWER)
    async with await sign_in(house, first) as owner:
        answer = await owner.post(f"/x/members/{second.member_id}/invitation")
        assert (answer.status_code, codes(answer)) == (400, ["IZ055"])
        answer = await owner.post(f"/x/members/{viewer.member_id}/invitation")
        assert answer.status_code == 201
        waiting = (await owner.post("/x/members", json=ADA)).json()  # has nothing to be taken over
        answer = await owner.post(f"/x/members/{waiting['memberId']}/invitation")
        assert answer.status_code == 201
    made = await invite_anew(
        given.database,
        Inviting(keys=keys_of(house)),
        UUID(second.member_id),
        of=of_company(),
        now=datetime.now(UTC),
        by=OPERATOR,
    )
    assert str(made.member_id) == second.member_id


async def test_a_sign_out_is_in_the_trail_once(house, given):
    who = await someone(given, house)
    async with await sign_in(house, who) as client:
        assert (await client.post("/x/sign-out")).status_code == 204
        assert (await client.post("/x/sign-out")).status_code == 401
    told = await trail(given, who.member_id)
    assert [name for name, _ in told] == [
        *("member.signed_out", "member.signed_in", "member.enrolled", "member.invited")
    ]
    assert told[1][1]["isRemembered"] is True


async def test_who_signs_out_everywhere_is_known_nowhere(house, given):
    who = await someone(given, house)
    begun = await begin(house, who)
    code = who.app.code(datetime.now(UTC))
    body = {"signIn": begun["signIn"], "code": code}
    async with house.client() as client:
        done = (await client.post("/x/sign-in/finish", json=body)).json()
    remembered = (await trail(given, who.member_id))[0]
    assert remembered[0] == "member.signed_in"
    assert remembered[1]["isRemembered"] is True
    async with house.client(done["token"]) as one, await sign_in(house, who, step=1) as other:
        other_member = await member(given, house)
        assert (await other.post("/x/sign-out/everywhere")).status_code == 204
        assert [(await each.get("/x/me")).status_code for each in (one, other)] == [401, 401]
        assert (await other_member.get("/x/me")).status_code == 200
        await other_member.aclose()
    action, facts = (await trail(given, who.member_id))[0]
    assert (action, facts["sessions"], facts["devices"]) == ("member.signed_out", 2, 2)
    # from that device, one more wrong guess is one too many: it is not known any more
    async with house.client() as client:
        wrong = {"email": who.email, "password": "yanlış-parola-0", "device": done["device"]}
        answers = [await client.post("/x/sign-in", json=wrong) for _ in range(11)]
    assert [each.status_code for each in answers] == [401] * 10 + [429]


async def begin(house: House, who) -> dict:
    async with house.client() as client:
        body = {"email": who.email, "password": PASSWORD}
        return (await client.post("/x/sign-in", json=body)).json()
