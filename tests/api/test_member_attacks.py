"""What was tried against people's sign-in, and does not work."""

import asyncio
import os
from datetime import UTC, datetime
from uuid import UUID

import pytest
from builders import authenticator
from builders.authenticator import App, Device
from builders.heart import until
from builders.members import (
    PASSWORD,
    invited,
    keys_of,
    member,
    of_company,
    sign_in,
    someone,
)
from builders.parties import OPERATOR, OTHER_IYS_CODE

from izin.core.address import Address, AddressKind
from izin.member import manage
from izin.member.invite import Inviting, invite_anew
from izin.member.model import Person

NEW = "Ceviz-Sandalye-88"


def codes(answer) -> list[str]:
    return [each["code"] for each in answer.json()["errors"]]


async def post(house, path, body, token=None):
    async with house.client(token) as client:
        return await client.post(path, json=body)


async def add_key(client, device, label="Telefon"):
    asked = (await client.post("/x/me/passkeys/open")).json()
    made = device.create(asked["passkey"])
    body = {"request": asked["request"], "passkey": made, "label": label}
    return await client.post("/x/me/passkeys", json=body)


async def by_passkey(house, device):
    begun = (await post(house, "/x/sign-in/passkey", {})).json()
    body = {"signIn": begun["signIn"], "passkey": device.get(begun["passkey"])}
    return await post(house, "/x/sign-in/finish", body)


async def is_anybody_waiting(owner) -> bool:
    return bool(
        await owner.fetchval(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
    )


async def enrolled_anew(house, invitation, password=NEW):
    opened = await post(house, "/x/invitations/open", {"invitation": invitation.text})
    code = App(opened.json()["totpUri"]).code(datetime.now(UTC))
    body = {"invitation": invitation.text, "password": password, "code": code}
    return await post(house, "/x/invitations/accept", body)


async def invited_anew(given, house, who):
    return await invite_anew(
        given.database,
        Inviting(keys=keys_of(house)),
        UUID(who.member_id),
        of=of_company(),
        now=datetime.now(UTC),
        by=OPERATOR,
    )


@pytest.mark.parametrize("change", ["is_active = false", "factors = factors + 1"])
async def test_a_sign_in_waits_for_whoever_changes_the_member(house, given, owner, change):
    who = await someone(given, house)
    begun = await post(house, "/x/sign-in", {"email": who.email, "password": who.password})
    code = who.app.code(datetime.now(UTC))
    async with owner.transaction():
        await owner.execute("select from member where member_id = $1 for update", who.member_id)
        body = {"signIn": begun.json()["signIn"], "code": code}
        finishing = asyncio.create_task(post(house, "/x/sign-in/finish", body))
        done, _ = await asyncio.wait({finishing}, timeout=0.05)
        assert not done
        await owner.execute(f"update member set {change} where member_id = $1", who.member_id)
    answer = await finishing
    assert answer.status_code in (401, 503)
    assert await owner.fetchval("select count(*) from session") == 0


async def test_a_passkey_sign_in_beside_a_stop_leaves_no_session(house, given, owner):
    await someone(given, house)
    who, device = await someone(given, house), Device()
    async with await sign_in(house, who) as client:
        assert (await add_key(client, device)).status_code == 201
    await owner.execute("delete from session")
    for _ in range(5):
        stopping = manage.stop(given.database, UUID(who.member_id), of=of_company(), by=OPERATOR)
        await asyncio.gather(by_passkey(house, device), stopping)
        alive = "select count(*) from session natural join member where not is_active"
        assert await owner.fetchval(alive) == 0
        await owner.execute("update member set is_active = true")


async def test_a_stolen_session_that_is_not_fresh_gives_nothing_that_lasts(house, given, owner):
    await someone(given, house)
    who = await someone(given, house)
    async with await sign_in(house, who) as client:
        await owner.execute("update session set created_at = now() - interval '16 minutes'")
        body = {"name": "A", "email": "a@firma.example", "role": "OWNER"}
        for path, sent in (
            ("/x/me/passkeys/open", None),
            ("/x/me/password", {"password": who.password, "newPassword": NEW}),
            ("/x/members", body),
            (f"/x/members/{who.member_id}", {"role": "OWNER"}),
            (f"/x/members/{who.member_id}/invitation", None),
            ("/x/clients", {}),
        ):
            answer = await client.post(path, json=sent)
            assert (answer.status_code, codes(answer)) == (403, ["IZ052"]), path
        answer = await client.put("/x/sign-on", json={})
        assert (answer.status_code, codes(answer)) == (403, ["IZ052"])
        assert (await client.get("/x/members")).status_code == 200


async def test_nobody_invites_himself_anew(house, given):
    who = await someone(given, house)
    async with await sign_in(house, who) as client:
        answer = await client.post(f"/x/members/{who.member_id}/invitation")
    assert (answer.status_code, codes(answer)) == (400, ["IZ053"])


async def test_whoever_runs_the_registry_stops_the_only_owner(house, given):
    who = await someone(given, house)
    async with await sign_in(house, who) as client:
        ended = await manage.stop_anybody(
            given.database, UUID(who.member_id), of=of_company(), by=OPERATOR
        )
        assert len(ended) == 1

        async def is_out() -> bool:
            return (await client.get("/x/me")).status_code == 401

        await until(is_out, seconds=8)


async def test_a_passkey_s_request_is_no_half_of_a_sign_in(house, given):
    who = await someone(given, house)
    async with await sign_in(house, who) as client:
        asked = (await client.post("/x/me/passkeys/open")).json()
    code = who.app.code(datetime.now(UTC) + who.app.STEP)
    answer = await post(house, "/x/sign-in/finish", {"signIn": asked["request"], "code": code})
    assert (answer.status_code, codes(answer)) == (401, ["IZ043"])


async def test_who_chose_anew_has_shut_the_old_session_out_at_once(house, given):
    who, device = await someone(given, house), Device()
    async with await sign_in(house, who) as client:
        invitation = await invited_anew(given, house, who)
        assert (await enrolled_anew(house, invitation)).status_code == 201
        assert (await client.get("/x/me")).status_code == 401
        assert (await client.post("/x/me/passkeys/open")).status_code == 401
    assert device.count == 0


@pytest.mark.parametrize("anew", [True, False])
async def test_half_a_sign_in_ends_with_the_password_that_began_it(house, given, anew):
    who = await someone(given, house)
    async with await sign_in(house, who) as client:
        begun = await post(house, "/x/sign-in", {"email": who.email, "password": who.password})
        if anew:
            assert (await enrolled_anew(house, await invited_anew(given, house, who))).is_success
        else:
            body = {"password": who.password, "newPassword": NEW}
            assert (await client.post("/x/me/password", json=body)).status_code == 204
    code = who.app.code(datetime.now(UTC) + who.app.STEP)
    answer = await post(
        house, "/x/sign-in/finish", {"signIn": begun.json()["signIn"], "code": code}
    )
    assert (answer.status_code, codes(answer)) == (401, ["IZ043"])


async def test_knowing_a_passkey_s_id_locks_nobody_out(house, given):
    who, device = await someone(given, house), Device()
    async with await sign_in(house, who) as client:
        id_ = (await add_key(client, device)).json()["id"]
    for _ in range(11):
        begun = (await post(house, "/x/sign-in/passkey", {})).json()
        for _ in range(3):
            body = {"signIn": begun["signIn"], "passkey": {"id": id_}}
            assert (await post(house, "/x/sign-in/finish", body)).status_code == 401
    assert (await by_passkey(house, device)).status_code == 200


async def test_whoever_invites_an_address_first_keeps_it_from_nobody(house, given):
    async with await member(given, house) as ours:
        body = {"name": "A", "email": "yok@rakip.example", "role": "VIEWER"}
        assert (await ours.post("/x/members", json=body)).status_code == 201
    theirs = await someone(given, house, of=of_company(OTHER_IYS_CODE), email=body["email"])
    again = await invited(given, house, email="once@firma.example")
    assert (await enrolled_anew(house, again)).status_code == 201
    async with await sign_in(house, theirs) as client:
        assert (await client.get("/x/me")).status_code == 200
    second = await invited(given, house, email="once@firma.example", of=of_company(OTHER_IYS_CODE))
    answer = await enrolled_anew(house, second)
    assert (answer.status_code, codes(answer)) == (400, ["IZ046"])


async def test_a_member_has_ten_passkeys_at_most_and_a_try_counts(house, given):
    who = await someone(given, house)
    async with await sign_in(house, who) as client:
        asked = [(await client.post("/x/me/passkeys/open")).json() for _ in range(12)]
        statuses = []
        for each in asked:
            made = Device().create(each["passkey"])
            body = {"request": each["request"], "passkey": made, "label": "x"}
            statuses.append((await client.post("/x/me/passkeys", json=body)).status_code)
        assert statuses == [201] * 10 + [422] * 2
        last = asked[-1]
        for _ in range(3):
            body = {"request": last["request"], "passkey": {}, "label": "x"}
            await client.post("/x/me/passkeys", json=body)
        kept = (await client.get("/x/me")).json()["passkeys"]
        assert (await client.delete(f"/x/me/passkeys/{kept[0]['id']}")).status_code == 204
        body = {"request": last["request"], "passkey": made, "label": "x"}
        assert (await client.post("/x/me/passkeys", json=body)).status_code == 422


async def test_two_at_once_do_not_remove_the_last_second_step(house, given):
    invitation = await invited(given, house)
    opened = await post(house, "/x/invitations/open", {"invitation": invitation.text})
    device = Device()
    made = device.create(opened.json()["passkey"])
    body = {"invitation": invitation.text, "password": PASSWORD, "passkey": made, "label": "A"}
    assert (await post(house, "/x/invitations/accept", body)).status_code == 201
    token = (await by_passkey(house, device)).json()["token"]
    async with house.client(token) as client:
        second = (await add_key(client, Device())).json()["id"]
        answers = await asyncio.gather(
            *(client.delete(f"/x/me/passkeys/{each}") for each in (made["id"], second))
        )
        left = (await client.get("/x/me")).json()["passkeys"]
    assert sorted(each.status_code for each in answers) in ([204, 400], [204, 503])
    assert len(left) == 1


@pytest.mark.parametrize("size", [1023, 1024, 2700])
async def test_an_id_that_no_passkey_has_is_not_kept(house, given, monkeypatch, size):
    who, device = await someone(given, house), Device()
    async with await sign_in(house, who) as client:
        asked = (await client.post("/x/me/passkeys/open")).json()
        monkeypatch.setattr(authenticator.os, "urandom", lambda _: os.getrandom(size))
        made = device.create(asked["passkey"])
        monkeypatch.undo()
        body = {"request": asked["request"], "passkey": made, "label": "x"}
        answer = await client.post("/x/me/passkeys", json=body)
    assert answer.status_code == (201 if size == 1023 else 422)
    if size == 1023:
        assert (await by_passkey(house, device)).status_code == 200


@pytest.mark.parametrize("label", ["a\0b", "a\u202eb", "a\nb"])
async def test_a_name_is_of_letters_that_are_printed(house, given, label):
    async with await member(given, house) as client:
        asked = (await client.post("/x/me/passkeys/open")).json()
        made = Device().create(asked["passkey"])
        body = {"request": asked["request"], "passkey": made, "label": label}
        answer = await client.post("/x/me/passkeys", json=body)
    assert (answer.status_code, codes(answer)) == (422, ["IZ011"])


async def test_a_misspelt_password_is_not_sent_back(house):
    body = {"email": "a@firma.example", "pasword": "Gizli-Kestane-1"}
    answer = await post(house, "/x/sign-in", body)
    assert answer.status_code == 422
    assert "Gizli" not in answer.text


async def test_who_a_person_is_does_not_print(given, house):
    invitation = await invited(given, house, name="Gizli Kişi")
    assert invitation.text not in repr(invitation)
    person = Person("Gizli Kişi", Address("gizli@firma.example", AddressKind.EMAIL))
    assert "izli" not in repr(person)
    assert "izli" not in str(person)
