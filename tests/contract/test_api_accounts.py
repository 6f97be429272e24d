"""Accounts of one's own: entered, given keys and passwords, used, stopped; and nobody else's."""

import logging
import uuid
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import pytest_asyncio
from builders.heart import until
from builders.holder import ISSUER, Certificate, Holder, an_ec_key, public
from builders.members import of_carrier, of_company, of_partner, owners
from builders.parties import CARRIER_CODE, PARTNER_CODE, PASSWORD
from builders.registry import BRAND_CODES, CARRIER, IYS_CODES, PARTNER, Registry, basic, username
from joserfc.jwk import ECKey, OctKey, RSAKey

from izin.access import store
from izin.access.accounts import ACCOUNTS_MAX
from izin.core.clock import wire_time

CHANGES = f"/sps/{IYS_CODES['ours']}/brands/{BRAND_CODES['ours']}/consents/changes"
BRANDS_OF_TIN = "/ahs/brands/0000005014"
ASK = "/ahs/brands/{brandCode}/ask"
_AS_CARRIER = {"grant_type": "password", "username": username(CARRIER), "password": PASSWORD}
NOBODYS = "6b0b9a4e-0d60-4ee5-9b43-0a6a5d0a1f37"


@pytest_asyncio.fixture(loop_scope="module")
async def door(registry):
    transport = httpx2.ASGITransport(app=registry.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://izin.example") as client:
        yield client


async def by(registry: Registry, who: str) -> dict[str, str]:
    """The owner of a party, for no program enters accounts."""
    parties = {PARTNER: of_partner(PARTNER_CODE), CARRIER: of_carrier(CARRIER_CODE)}
    of = parties.get(who) or of_company(IYS_CODES[who])
    return {"authorization": f"Bearer {await registry.token_of(await owners(registry, who, of))}"}


async def an_account(registry, door, who="ours") -> tuple[Holder, str]:
    """An account with a key, and its password."""
    headers = await by(registry, who)
    added = await door.post("/x/clients", json={}, headers=headers)
    assert added.status_code == 201, added.text
    holder = Holder(added.json()["clientId"])
    assert (await add_key(door, headers, holder, jwk=public(holder.key))).status_code == 201
    return holder, added.json()["password"]


async def add_key(door, headers, holder: Holder, **body) -> httpx2.Response:
    return await door.post(f"/x/clients/{holder.client_id}/keys", json=body, headers=headers)


async def sign_in(door, username: str, password: str) -> httpx2.Response:
    asked = {"grant_type": "password", "username": username, "password": password}
    return await door.post("/oauth2/token", json=asked)


def codes(answer: httpx2.Response) -> tuple[int, list[str]]:
    return answer.status_code, [each["code"] for each in answer.json()["errors"]]


async def shown(door, headers, holder: Holder) -> dict[str, object]:
    listed = (await door.get("/x/clients", headers=headers)).json()["list"]
    [found] = [each for each in listed if each["clientId"] == holder.client_id]
    return found


@pytest.mark.parametrize("who", ["ours", PARTNER])
async def test_an_account_is_listed_with_its_keys_and_their_last_use(registry, door, who):
    holder, password = await an_account(registry, door, who)
    headers = await by(registry, who)
    before = await shown(door, headers, holder)
    assert (before["username"], before["active"]) == (holder.client_id, True)
    assert "lastUsed" not in before
    [key] = before["keys"]
    assert (key["kind"], key["thumbprint"]) == ("jwk", holder.key.thumbprint())
    assert "lastUsed" not in key
    await holder.token(door)
    after = await shown(door, headers, holder)
    assert after["lastUsed"] == after["keys"][0]["lastUsed"]
    assert password not in str(after)


async def test_the_drawn_password_signs_in(registry, door):
    holder, password = await an_account(registry, door)
    assert (await sign_in(door, holder.client_id, password)).status_code == 200
    year = datetime.now(UTC) + timedelta(days=364)
    listed = await shown(door, await by(registry, "ours"), holder)
    assert listed["passwordUntil"] > wire_time(year)


@pytest.mark.parametrize(("days", "old_works"), [(0, False), (7, True)])
async def test_an_old_password_works_on_as_long_as_was_asked(registry, door, days, old_works):
    holder, old = await an_account(registry, door)
    path, headers = f"/x/clients/{holder.client_id}/password", await by(registry, "ours")
    drawn = await door.post(path, json={"keepDays": days}, headers=headers)
    assert drawn.status_code == 201
    assert (await sign_in(door, holder.client_id, drawn.json()["password"])).status_code == 200
    assert (await sign_in(door, holder.client_id, old)).is_success is old_works
    third = await door.post(path, json={"keepDays": days}, headers=headers)
    assert (await sign_in(door, holder.client_id, third.json()["password"])).status_code == 200
    assert not (await sign_in(door, holder.client_id, old)).is_success  # two work at most


async def test_passwords_end(registry, door):
    holder, _ = await an_account(registry, door)
    path, headers = f"/x/clients/{holder.client_id}/password", await by(registry, "ours")
    await door.post(path, json={"keepDays": 7}, headers=headers)
    now = datetime.now(UTC)
    for days, count in ((0, 2), (6, 2), (8, 1), (366, 0)):
        at = now + timedelta(days=days)
        row = await store.user_by_name(registry.owner, holder.client_id, at)
        assert len(row["password_hashes"]) == count


@pytest.mark.parametrize("days", [-1, 8, "1", 1.5])
async def test_an_old_password_is_kept_for_a_week_at_most(registry, door, days):
    holder, _ = await an_account(registry, door)
    path, headers = f"/x/clients/{holder.client_id}/password", await by(registry, "ours")
    answer = await door.post(path, json={"keepDays": days}, headers=headers)
    assert codes(answer) == (422, ["IZ011"])


UNFIT = {
    "private EC": an_ec_key().as_dict(private=True),
    "private RSA": RSAKey.generate_key(2048).as_dict(private=True),
    "symmetric": OctKey.generate_key(256).as_dict(private=True),
    "P-384": public(ECKey.generate_key("P-384")),
    "short RSA": {"kty": "RSA", "n": "3Q" * 85, "e": "AQAB"},
    "RSA with e=3": public(RSAKey.generate_key(2048)) | {"e": "Aw"},
    "X25519": {"kty": "OKP", "crv": "X25519", "x": "A" * 43},
    "a list": [],
    "empty": {},
    "null": None,
}


@pytest.mark.parametrize("name", UNFIT)
async def test_a_key_that_is_private_or_weak_is_refused(registry, door, name):
    holder, _ = await an_account(registry, door)
    headers = await by(registry, "ours")
    answer = await add_key(door, headers, holder, jwk=UNFIT[name])
    assert codes(answer) == (422, ["IZ065"])
    private = isinstance(UNFIT[name], dict) and UNFIT[name].get("d")
    assert not private or private not in answer.text
    assert len((await shown(door, headers, holder))["keys"]) == 1


@pytest.mark.parametrize(
    "pem",
    [
        "x",
        7,
        "",
        Certificate(days=-1).pem,
        Certificate().pem + "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n",
    ],
    ids=["text", "number", "empty", "ended", "with its key"],
)
async def test_a_certificate_that_is_none_or_has_ended_is_refused(registry, door, pem):
    holder, _ = await an_account(registry, door)
    answer = await add_key(door, await by(registry, "ours"), holder, certificate=pem)
    assert codes(answer) == (422, ["IZ065"])


async def test_one_of_both_is_a_key(registry, door):
    holder, _ = await an_account(registry, door)
    headers = await by(registry, "ours")
    both = {"jwk": public(an_ec_key()), "certificate": Certificate().pem}
    assert codes(await add_key(door, headers, holder, **both)) == (422, ["IZ065"])
    assert codes(await add_key(door, headers, holder)) == (422, ["IZ065"])


async def test_two_keys_of_a_kind_work_at_once_and_a_third_does_not(registry, door):
    holder, _ = await an_account(registry, door)
    headers, second = await by(registry, "ours"), an_ec_key()
    again = await add_key(door, headers, holder, jwk=public(holder.key))
    assert codes(again) == (400, ["IZ064"])
    assert (await add_key(door, headers, holder, jwk=public(second))).status_code == 201
    third = await add_key(door, headers, holder, jwk=public(an_ec_key()))
    assert codes(third) == (400, ["IZ064"])
    assert (await add_key(door, headers, holder, certificate=Certificate().pem)).is_success
    for key in (holder.key, second):
        answer = await holder.ask(door, client_assertion=holder.assertion(key=key))
        assert answer.status_code == 200
    [first, *_] = (await shown(door, headers, holder))["keys"]
    path = f"/x/clients/{holder.client_id}/keys/{first['keyId']}"
    assert (await door.delete(path, headers=headers)).status_code == 200
    assert codes(await door.delete(path, headers=headers)) == (404, ["IZ066"])
    refused = await holder.ask(door)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert (await holder.ask(door, client_assertion=holder.assertion(key=second))).is_success


async def test_a_key_ends_by_itself(registry, door):
    holder, _ = await an_account(registry, door)
    headers = await by(registry, "ours")
    kept = await add_key(door, headers, holder, jwk=public(an_ec_key()), days=1)
    assert kept.json()["until"] < wire_time(datetime.now(UTC) + timedelta(days=1, minutes=1))
    user_id, now = uuid.UUID(holder.client_id), datetime.now(UTC)
    for days, count in ((0, 2), (2, 1), (366, 0)):
        rows = await store.client_keys(registry.owner, user_id, now + timedelta(days=days))
        assert len(rows) == count
    certificate = Certificate(days=3)
    kept = await add_key(door, headers, holder, certificate=certificate.pem, days=700)
    assert kept.json()["until"] < wire_time(now + timedelta(days=4))  # no longer than itself


async def test_a_stopped_account_and_its_tokens_end_within_five_seconds(registry, door):
    holder, password = await an_account(registry, door)
    token, headers = await holder.token(door), await by(registry, "ours")
    assert (await holder.call(door, token, CHANGES)).status_code == 204
    stopped_at = datetime.now(UTC)
    path = f"/x/clients/{holder.client_id}/stop"
    assert (await door.post(path, headers=headers)).status_code == 200
    refused = await holder.ask(door)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert (await sign_in(door, holder.client_id, password)).status_code == 400

    async def is_refused() -> bool:
        return (await holder.call(door, token, CHANGES)).status_code == 401

    await until(is_refused, seconds=8)
    assert datetime.now(UTC) - stopped_at < timedelta(seconds=6)
    assert codes(await door.post(path, headers=headers)) == (400, ["IZ068"])
    assert codes(await add_key(door, headers, holder, jwk=public(an_ec_key()))) == (400, ["IZ068"])
    assert not (await shown(door, headers, holder))["active"]


async def test_an_account_neither_enters_another_nor_stops_itself(registry, door):
    holder, password = await an_account(registry, door)
    token = (await sign_in(door, holder.client_id, password)).json()["access_token"]
    for path in ("/x/clients", f"/x/clients/{holder.client_id}/stop"):
        answer = await door.post(path, json={}, headers={"authorization": f"Bearer {token}"})
        assert codes(answer) == (403, ["H353"])


@pytest.mark.parametrize("client_id", ["theirs", NOBODYS, "x", "İ"])
async def test_nobody_elses_account_is_seen_or_changed(registry, door, client_id):
    if client_id == "theirs":
        holder, _ = await an_account(registry, door, "theirs")
        client_id = holder.client_id
    headers = await by(registry, "ours")
    path = f"/x/clients/{client_id}"
    key = {"jwk": public(an_ec_key())}
    for method, each, body in (
        ("POST", f"{path}/password", {}),
        ("POST", f"{path}/stop", None),
        ("POST", f"{path}/keys", key),
        ("DELETE", f"{path}/keys/{NOBODYS}", None),
    ):
        answer = await door.request(method, each, json=body, headers=headers)
        assert codes(answer) == (404, ["IZ063"]), each
    listed = (await door.get("/x/clients", headers=headers)).json()["list"]
    assert client_id not in [each["clientId"] for each in listed]


async def test_fields_that_are_unknown_are_refused(registry, door):
    headers = await by(registry, "ours")
    answer = await door.post("/x/clients", json={"username": "a"}, headers=headers)
    assert codes(answer) == (422, ["IZ011"])


async def test_there_are_two_hundred_accounts_at_most(registry, door):
    headers = await by(registry, "theirs")
    filled = """
        insert into api_user (user_id, username, password_hash, iys_code)
        select gen_random_uuid(), 'filler-' || n, '', $1 from generate_series(1, $2) as n"""
    count = await registry.owner.fetchval(
        "select count(*) from api_user where is_active and iys_code = $1", IYS_CODES["theirs"]
    )
    await registry.owner.execute(filled, IYS_CODES["theirs"], ACCOUNTS_MAX - count - 1)
    last = await door.post("/x/clients", json={}, headers=headers)
    assert last.status_code == 201, last.text
    more = await door.post("/x/clients", json={}, headers=headers)
    assert codes(more) == (400, ["IZ069"])
    await door.post(f"/x/clients/{last.json()['clientId']}/stop", headers=headers)
    assert (await door.post("/x/clients", json={}, headers=headers)).status_code == 201
    await registry.owner.execute("delete from api_user where username like 'filler-%'")


async def test_each_change_leaves_an_event_with_its_user(registry, door):
    holder, _ = await an_account(registry, door)
    headers, path = await by(registry, "ours"), f"/x/clients/{holder.client_id}"
    await door.post(f"{path}/password", json={"keepDays": 2}, headers=headers)
    [key] = (await shown(door, headers, holder))["keys"]
    await door.delete(f"{path}/keys/{key['keyId']}", headers=headers)
    await door.post(f"{path}/stop", headers=headers)
    events = await registry.owner.fetch(
        "select action, principal_kind, iys_code from audit_event where subject = $1 "
        "order by audit_id",
        holder.client_id,
    )
    names = ("added", "key_added", "password", "key_withdrawn", "stopped")
    assert [each["action"] for each in events] == [f"client.{name}" for name in names]
    assert {(each["principal_kind"], each["iys_code"]) for each in events} == {
        ("member", IYS_CODES["ours"])
    }


async def test_a_carriers_account_asks_by_token_or_by_password(registry, door):
    signed = basic(CARRIER)
    tokens = await door.post("/oauth2/token", json=_AS_CARRIER)
    assert tokens.status_code == 200, tokens.text
    bearer = {"authorization": f"Bearer {tokens.json()['access_token']}"}
    holder, _ = await an_account(registry, door, CARRIER)
    token = await holder.token(door)
    asked = await holder.call(door, token, BRANDS_OF_TIN)
    assert asked.status_code == 200, asked.text
    assert (await door.get(BRANDS_OF_TIN, headers=signed)).status_code == 200
    assert (await door.get(BRANDS_OF_TIN, headers=bearer)).status_code == 200
    company = await door.get(BRANDS_OF_TIN, headers=await by(registry, "ours"))
    assert codes(company) == (403, ["H353"])


async def test_a_carriers_token_can_be_for_one_companys_messages_only(registry, door):
    holder, _ = await an_account(registry, door, CARRIER)
    narrow = await holder.token(door, resource=f"{ISSUER}/sps/{IYS_CODES['ours']}")
    asked = {"recipients": ["+905990000001"], "type": "MESAJ"}
    for who, status in (("ours", 200), ("theirs", 403)):
        path = ASK.format(brandCode=BRAND_CODES[who])
        answer = await holder.call(door, narrow, path, method="POST", json=asked)
        assert answer.status_code == status, answer.text
    assert codes(await holder.call(door, narrow, BRANDS_OF_TIN)) == (403, ["H353"])


async def test_no_secret_is_logged_or_stored_in_clear(registry, door, caplog):
    caplog.set_level(logging.DEBUG)
    holder, password = await an_account(registry, door)
    assertion, proof = holder.assertion(), holder.proof()
    token = await holder.token(door)
    call = holder.proof("GET", ISSUER + CHANGES, token)
    await holder.call(door, token, CHANGES, proof=call)
    await holder.call(door, token, CHANGES, proof=call)
    for text in (assertion, assertion + "x", "x" + assertion):
        await holder.ask(door, client_assertion=text)
    await door.post("/oauth2/token", data=holder.asking(), headers={"dpop": proof})
    private = holder.key.as_dict(private=True)
    await add_key(door, await by(registry, "ours"), holder, jwk=private)
    tables = await registry.owner.fetch(
        "select table_name from information_schema.tables where table_schema = 'public'"
    )
    stored = [
        row["row"]
        for table in tables
        for row in await registry.owner.fetch(
            f"select t::text as row from {table['table_name']} as t"
        )
    ]
    assert any(holder.client_id in row for row in stored)
    secrets = [password, token, assertion, proof, call, private["d"]]
    secrets += [text.rpartition(".")[2] for text in (assertion, proof, call)]
    said = [*stored, caplog.text]
    assert [name for name, text in enumerate(secrets) if any(text in each for each in said)] == []
