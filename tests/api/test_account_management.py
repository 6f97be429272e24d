"""What a company may have without account management, and with it; nothing stops a dismissal."""

import asyncio
from uuid import uuid4

import pytest
from builders.house import House
from builders.members import invited, keys_of, sign_in, someone
from builders.parties import BRAND_CODE, IYS_CODE

from izin.core.address import Address, AddressKind
from izin.core.errors import RefusalError
from izin.member.invite import MEMBERS_MAX
from izin.member.model import Person, Role
from izin.member.seal import seal
from izin.subscription.model import Package

pytest_plugins = ("builders.house",)

ADA = {"name": "Ada Örnek", "email": "ada@firma.example", "role": "VIEWER"}


def codes(answer) -> list[str]:
    return [each["code"] for each in answer.json()["errors"]]


@pytest.fixture
def fill(house, owner):
    """Writes so many more members of our company."""
    person = Person("Biri Örnek", Address("biri@firma.example", AddressKind.EMAIL))
    sealer = keys_of(house).members.sealer

    async def filled(count: int, *, is_active: bool = True) -> None:
        ids = [uuid4() for _ in range(count)]
        await owner.execute(
            """
            insert into member (member_id, iys_code, role, email_tag, person_sealed, is_active)
            select given.id, $1, 'VIEWER', given.id, given.sealed, $2
            from unnest($3::uuid[], $4::bytea[]) as given (id, sealed)""",
            IYS_CODE,
            is_active,
            ids,
            [seal(sealer, each, person) for each in ids],
        )

    return filled


async def lesser(given, house: House) -> None:
    """Our company has a package without the module."""
    await given.subscription(level=1)


async def test_without_the_module_a_company_has_one_person(house, given):
    who = await someone(given, house)
    await lesser(given, house)
    async with await sign_in(house, who) as owner:
        answer = await owner.post("/x/members", json=ADA)
        assert (answer.status_code, codes(answer)) == (403, ["IZ078"])
        assert "accounts" in answer.json()["errors"][0]["message"]


async def test_without_the_module_a_company_has_one_api_account(house, given):
    who = await someone(given, house)
    await lesser(given, house)
    async with await sign_in(house, who) as owner:
        [account] = (await owner.get("/x/clients")).json()["list"]
        answer = await owner.post("/x/clients", json={})
        assert (answer.status_code, codes(answer)) == (403, ["IZ078"])
        path = f"/x/clients/{account['clientId']}"
        assert (await owner.post(f"{path}/password", json={})).status_code == 201
        assert (await owner.post(f"{path}/stop")).status_code == 200
        assert (await owner.post("/x/clients", json={})).status_code == 201


async def test_with_the_module_it_has_more_of_both(house, given):
    who = await someone(given, house)
    await given.subscription()
    async with await sign_in(house, who) as owner:
        assert (await owner.post("/x/members", json=ADA)).status_code == 201
        limited = ADA | {"email": "ece@firma.example", "brands": [BRAND_CODE]}
        assert (await owner.post("/x/members", json=limited)).status_code == 201
        assert (await owner.post("/x/clients", json={})).status_code == 201


async def test_what_is_too_much_after_a_package_has_shrunk_is_taken_away_all_the_same(house, given):
    owner_of_it = await someone(given, house)
    wide = await someone(given, house, role=Role.MANAGER)
    limited = await someone(given, house, role=Role.MANAGER, brands=(BRAND_CODE,))
    await given.brand(731003)
    await lesser(given, house)
    async with await sign_in(house, owner_of_it) as owner:
        for who, post, status in (
            (wide, {"role": "VIEWER"}, 200),
            (wide, {"role": "VIEWER", "brands": [BRAND_CODE]}, 200),  # narrower than all
            (limited, {"role": "OPERATOR", "brands": [BRAND_CODE]}, 200),
            (limited, {"role": "OPERATOR", "brands": [BRAND_CODE, 731003]}, 403),
            (limited, {"role": "OPERATOR"}, 200),  # is limited no more
        ):
            answer = await owner.post(f"/x/members/{who.member_id}", json=post)
            assert answer.status_code == status, answer.text
        async with await sign_in(house, wide) as client:
            assert (await client.post("/x/sign-out")).status_code == 204
        for who in (wide, limited):
            assert (await owner.post(f"/x/members/{who.member_id}/stop")).status_code == 200


async def test_whoever_runs_the_registry_is_held_as_well(house, given):
    await someone(given, house)
    await given.subscription(package=Package.TEMEL, level=0)
    with pytest.raises(RefusalError, match="IZ078"):
        await invited(given, house)
    with pytest.raises(RefusalError, match="IZ078"):
        await given.api_user("zweite@firma.example")
    await given.api_user("api@firma.example", password="Yeni-Kavak-32")  # is no second one


async def test_where_nothing_is_written_down_nothing_is_shut(house, given):
    await someone(given, house)
    await invited(given, house, role=Role.VIEWER, brands=(BRAND_CODE,))
    await given.api_user("zweite@firma.example")


async def test_one_of_many_at_once_is_let_in_when_there_is_room_for_one(house, given):
    who = await someone(given, house)
    await lesser(given, house)
    async with await sign_in(house, who) as owner:
        [account] = (await owner.get("/x/clients")).json()["list"]
        await owner.post(f"/x/clients/{account['clientId']}/stop")
        answers = await asyncio.gather(*(owner.post("/x/clients", json={}) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [201, 403, 403, 403]


async def test_a_party_has_so_many_members_at_most(house, given, fill):
    who = await someone(given, house)
    await fill(MEMBERS_MAX - 2)
    async with await sign_in(house, who) as client:
        assert (await client.post("/x/members", json=ADA)).status_code == 201
        more = await client.post("/x/members", json=ADA | {"email": "ece@firma.example"})
        assert (more.status_code, codes(more)) == (400, ["IZ054"])


async def test_members_beyond_a_page_are_seen_by_its_cursor_the_active_ones_first(
    house, given, fill
):
    who = await someone(given, house)
    await fill(700, is_active=False)
    async with await sign_in(house, who) as client:
        first = (await client.get("/x/members")).json()
        assert first["list"][0]["memberId"] == who.member_id  # the oldest, and active
        second = (await client.get("/x/members", params={"after": first["after"]})).json()
        seen = [each["memberId"] for each in first["list"] + second["list"]]
        assert (len(seen), len(set(seen)), "after" in second) == (701, 701, False)
        foreign = (await client.get("/x/members", params={"after": str(uuid4())})).json()
        assert foreign == {"list": []}
        answer = await client.get("/x/members", params={"after": "x"})
        assert (answer.status_code, codes(answer)) == (422, ["IZ004"])
