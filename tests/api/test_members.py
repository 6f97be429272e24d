"""People come in by invitation, sign in by two factors, and may do what their role says."""

from datetime import UTC, datetime, timedelta

import pytest
from builders.authenticator import App, Device
from builders.heart import until
from builders.house import BRAND, OTHER_BRAND, a_row
from builders.members import (
    OF_REGISTRY,
    PASSWORD,
    invited,
    member,
    of_company,
    of_partner,
    sign_in,
    someone,
)
from builders.parties import BRAND_CODE, IYS_CODE, OTHER_IYS_CODE, PARTNER_CODE

from izin.member.model import Role
from izin.provider.model import Subscription


def codes(answer) -> list[str]:
    return [each["code"] for each in answer.json()["errors"]]


async def post(house, path, body, token=None):
    async with house.client(token) as client:
        return await client.post(path, json=body)


async def test_the_invited_chooses_an_app_and_is_in(house, given):
    who = await someone(given, house, email="ayse@firma.example", name="Ayşe Örnek")
    async with await sign_in(house, who) as client:
        me = (await client.get("/x/me")).json()
    assert me | {"createdAt": "", "signedInAt": ""} == {
        "memberId": who.member_id,
        "name": "Ayşe Örnek",
        "email": "ayse@firma.example",
        "role": "OWNER",
        "isActive": True,
        "isEnrolled": True,
        "createdAt": "",
        "signedInAt": "",
        "actsFor": "COMPANY",
        "code": IYS_CODE,
        "hasTotp": True,
        "passkeys": [],
    }


async def test_the_invited_chooses_a_passkey_and_is_in(house, given):
    invitation = await invited(given, house)
    opened = await post(house, "/x/invitations/open", {"invitation": invitation.text})
    device = Device()
    accepted = await post(
        house,
        "/x/invitations/accept",
        {
            "invitation": invitation.text,
            "password": PASSWORD,
            "passkey": device.create(opened.json()["passkey"]),
            "label": "Masadaki anahtar",
        },
    )
    assert accepted.status_code == 201, accepted.text
    begun = await post(house, "/x/sign-in", {"email": opened.json()["email"], "password": PASSWORD})
    assert begun.json()["factors"] == ["PASSKEY"]
    answer = device.get(begun.json()["passkey"])
    done = await post(
        house, "/x/sign-in/finish", {"signIn": begun.json()["signIn"], "passkey": answer}
    )
    assert done.status_code == 200, done.text

    alone = await post(house, "/x/sign-in/passkey", {})
    assert alone.json()["factors"] == ["PASSKEY"]
    body = {"signIn": alone.json()["signIn"], "passkey": device.get(alone.json()["passkey"])}
    async with house.client() as client:
        done = await client.post("/x/sign-in/finish", json=body)
        again = await client.post("/x/sign-in/finish", json=body)
    assert done.json()["memberId"] == accepted.json()["memberId"]
    assert (again.status_code, codes(again)) == (401, ["IZ043"])  # used up


@pytest.mark.parametrize(
    "spoil",
    [
        lambda device, options: device.get(options | {"challenge": "AAAA"}),
        lambda device, options: device.get(options | {"rpId": "other.example"}),
        lambda device, options: (
            setattr(device, "origin", "https://other.example") or device.get(options)
        ),
        lambda device, options: setattr(device, "flags", 0x01) or device.get(options),
        lambda device, options: device.get(options) | {"id": "AAAA", "rawId": "AAAA"},
        lambda device, options: device.get(options) | {"response": {}},
        lambda _device, _options: {},
        lambda _device, _options: {"id": "ı" * 20},
        lambda _device, _options: {"id": ["x"] * 20},
    ],
    ids=["challenge", "host", "origin", "not verified", "unknown", "empty", "none", "text", "list"],
)
async def test_a_passkey_s_answer_that_does_not_hold_lets_nobody_in(house, given, spoil):
    who = await someone(given, house)
    device = Device()
    async with await sign_in(house, who) as client:
        asked = (await client.post("/x/me/passkeys/open")).json()
        added = await client.post(
            "/x/me/passkeys",
            json={
                "request": asked["request"],
                "passkey": device.create(asked["passkey"]),
                "label": "Telefon",
            },
        )
        assert added.status_code == 201, added.text
    begun = (await post(house, "/x/sign-in/passkey", {})).json()
    answer = spoil(device, begun["passkey"])
    done = await post(house, "/x/sign-in/finish", {"signIn": begun["signIn"], "passkey": answer})
    assert (done.status_code, codes(done)) == (401, ["IZ043"])


async def test_a_copied_passkey_is_found_by_its_count(house, given):
    who = await someone(given, house)
    device = Device()
    async with await sign_in(house, who) as client:
        asked = (await client.post("/x/me/passkeys/open")).json()
        made = device.create(asked["passkey"])
        body = {"request": asked["request"], "passkey": made, "label": "Telefon"}
        assert (await client.post("/x/me/passkeys", json=body)).status_code == 201
        again = await client.post("/x/me/passkeys", json=body)
        assert (again.status_code, codes(again)) == (422, ["IZ051"])
    device.count = 7
    for count, status in ((7, 200), (3, 401), (8, 200)):
        device.count = count
        begun = (await post(house, "/x/sign-in/passkey", {})).json()
        body = {"signIn": begun["signIn"], "passkey": device.get(begun["passkey"])}
        assert (await post(house, "/x/sign-in/finish", body)).status_code == status


async def test_a_code_works_once_and_a_few_tries_are_all_there_are(house, given):
    who = await someone(given, house)
    code = who.app.code(datetime.now(UTC))
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    async def begun() -> str:
        answer = await post(house, "/x/sign-in", {"email": who.email, "password": who.password})
        return answer.json()["signIn"]

    first = await begun()
    for said in (wrong, wrong, wrong, code):
        answer = await post(house, "/x/sign-in/finish", {"signIn": first, "code": said})
        assert (answer.status_code, codes(answer)) == (401, ["IZ043"])
    answer = await post(house, "/x/sign-in/finish", {"signIn": await begun(), "code": code})
    assert answer.status_code == 200
    answer = await post(house, "/x/sign-in/finish", {"signIn": await begun(), "code": code})
    assert (answer.status_code, codes(answer)) == (401, ["IZ043"])


async def test_a_wrong_password_and_an_unknown_name_get_one_answer(house, given):
    who = await someone(given, house)
    answers = [
        await post(house, "/x/sign-in", {"email": email, "password": password})
        for email, password in (
            (who.email, "baska-bir-parola"),
            ("kimse@firma.example", PASSWORD),
            ("hiç adres değil", PASSWORD),
        )
    ]
    assert {(each.status_code, each.text) for each in answers} == {(401, answers[0].text)}
    assert codes(answers[0]) == ["IZ041"]


async def test_whoever_guesses_locks_out_himself_and_nobody_else(house, given):
    who = await someone(given, house)
    right = {"email": who.email, "password": who.password}
    begun = await post(house, "/x/sign-in", right)
    done = await post(
        house,
        "/x/sign-in/finish",
        {
            "signIn": begun.json()["signIn"],
            "code": who.app.code(datetime.now(UTC)),
        },
    )
    device = done.json()["device"]
    guesses = [
        await post(house, "/x/sign-in", right | {"password": f"yanlış-parola-{n}"})
        for n in range(11)
    ]
    assert [each.status_code for each in guesses] == [401] * 10 + [429]
    assert codes(guesses[-1]) == ["IZ042"]
    assert int(guesses[-1].headers["retry-after"]) > 3000
    stopped = await post(house, "/x/sign-in", right)  # from the guesser's own network
    assert stopped.status_code == 429
    known = await post(house, "/x/sign-in", right | {"device": device})
    assert known.status_code == 200
    passkey = await post(house, "/x/sign-in/passkey", {})
    assert passkey.status_code == 200
    other = await someone(given, house)
    answer = await post(house, "/x/sign-in", {"email": other.email, "password": PASSWORD})
    assert answer.status_code == 200


async def test_a_new_password_is_tried_anew(house, given):
    who = await someone(given, house)
    wrong = {"email": who.email, "password": "yanlış-parola-1"}
    answers = [await post(house, "/x/sign-in", wrong) for _ in range(11)]
    assert answers[-1].status_code == 429
    text = (await invited(given, house, again=who)).text
    opened = await post(house, "/x/invitations/open", {"invitation": text})
    code = App(opened.json()["totpUri"]).code(datetime.now(UTC))
    chosen = {"invitation": text, "password": "Yepyeni-Parola-853", "code": code}
    assert (await post(house, "/x/invitations/accept", chosen)).status_code == 201
    answer = await post(house, "/x/sign-in", wrong | {"password": "Yepyeni-Parola-853"})
    assert answer.status_code == 200


async def test_a_device_is_not_known_where_nobody_wants_that(house, given):
    who = await someone(given, house)
    begun = await post(house, "/x/sign-in", {"email": who.email, "password": PASSWORD})
    half = {"signIn": begun.json()["signIn"], "code": who.app.code(datetime.now(UTC))}
    done = await post(house, "/x/sign-in/finish", half | {"remember": False})
    assert done.status_code == 200
    assert "device" not in done.json()


async def test_a_device_is_its_member_s_alone(house, given):
    who, other = await someone(given, house), await someone(given, house)
    begun = await post(house, "/x/sign-in", {"email": who.email, "password": PASSWORD})
    code = who.app.code(datetime.now(UTC))
    done = await post(
        house,
        "/x/sign-in/finish",
        {"signIn": begun.json()["signIn"], "code": code},
    )
    body = {"email": other.email, "password": "yanlış-parola-0", "device": done.json()["device"]}
    answers = [await post(house, "/x/sign-in", body) for _ in range(11)]
    assert [each.status_code for each in answers] == [401] * 10 + [429]


@pytest.mark.parametrize(
    "password",
    [
        *("kısa-11-hrf", "a" * 12, "abababababab", "kisi.ornek.kisi", "KISI.ORNEK-firma"),
        *("x" * 1025, "Password1234!", "qwertyuiop123", "1q2w3e4r5t6y", "fenerbahce1907"),
        *("Parola123456", "iloveyou1234", "OrnekKisi2026!"),
    ],
)
async def test_a_password_that_is_guessed_first_will_not_do(house, given, password):
    invitation = await invited(given, house, email="kisi.ornek@firma.example", name="Kişi Örnek")
    opened = await post(house, "/x/invitations/open", {"invitation": invitation.text})
    app = App(opened.json()["totpUri"])
    answer = await post(
        house,
        "/x/invitations/accept",
        {
            "invitation": invitation.text,
            "password": password,
            "code": app.code(datetime.now(UTC)),
        },
    )
    assert (answer.status_code, codes(answer)) in [(422, ["IZ045"]), (422, ["IZ011"])]
    assert password not in answer.text


async def test_an_invitation_works_once_and_only_the_newest(house, given):
    who = await someone(given, house)
    gone = await invited(given, house, email="biri@firma.example")
    async with await sign_in(house, who) as owner:
        newer = (await owner.post(f"/x/members/{gone.member_id}/invitation")).json()
    answer = await post(house, "/x/invitations/open", {"invitation": gone.text})
    assert (answer.status_code, codes(answer)) == (404, ["IZ044"])
    opened = await post(house, "/x/invitations/open", {"invitation": newer["invitation"]})
    app, now = App(opened.json()["totpUri"]), datetime.now(UTC)
    body = {"invitation": newer["invitation"], "password": PASSWORD, "code": app.code(now)}
    assert (await post(house, "/x/invitations/accept", body)).status_code == 201
    for path in ("open", "accept"):
        used = body if path == "accept" else {"invitation": newer["invitation"]}
        answer = await post(house, f"/x/invitations/{path}", used)
        assert (answer.status_code, codes(answer)) == (404, ["IZ044"])


async def test_an_invitation_expires(house, given, owner):
    invitation = await invited(given, house)
    await owner.execute("update invitation set expires_at = now()")
    answer = await post(house, "/x/invitations/open", {"invitation": invitation.text})
    assert (answer.status_code, codes(answer)) == (404, ["IZ044"])


async def test_an_owner_takes_people_on_and_dismisses_them(house, given):
    async with await member(given, house) as owner:
        body = {"name": "Ada Örnek", "email": "ada@firma.example", "role": "OPERATOR"}
        made = await owner.post("/x/members", json=body)
        assert made.status_code == 201, made.text
        opened = await post(house, "/x/invitations/open", {"invitation": made.json()["invitation"]})
        assert opened.json()["role"] == "OPERATOR"
        twin = await owner.post("/x/members", json=body)
        assert (twin.status_code, codes(twin)) == (400, ["IZ046"])
        ada = await someone(given, house, role=Role.OPERATOR, email="ece@firma.example")
        async with await sign_in(house, ada) as client:
            assert (await client.get(f"{BRAND}/retailers")).status_code == 200
            path = f"/x/members/{ada.member_id}"
            changed = await owner.post(path, json={"role": "VIEWER"})
            assert changed.status_code == 200
            assert (await client.get("/x/me")).status_code == 401  # to sign in anew
        stopped = await owner.post(f"{path}/stop")
        assert stopped.status_code == 200
        answer = await post(house, "/x/sign-in", {"email": ada.email, "password": PASSWORD})
        assert (answer.status_code, codes(answer)) == (401, ["IZ041"])
        again = await owner.post("/x/members", json=body | {"email": "ece@firma.example"})
        assert again.status_code == 201  # the address is free
        shown = (await owner.get("/x/members")).json()["list"]
    seen = [(each["email"], each["role"], each["isActive"]) for each in shown]
    assert (seen[0], seen[-1]) == (
        ("ece@firma.example", "OPERATOR", True),
        ("ece@firma.example", "VIEWER", False),
    )


async def test_the_last_owner_stays(house, given):
    who = await someone(given, house)
    await invited(given, house)  # an owner who has not come in yet counts for nothing
    async with await sign_in(house, who) as owner:
        for path, body in (("", {"role": "VIEWER"}), ("/stop", None)):
            answer = await owner.post(f"/x/members/{who.member_id}{path}", json=body)
            assert (answer.status_code, codes(answer)) == (400, ["IZ048"])
        second = await someone(given, house)
        assert (await owner.post(f"/x/members/{who.member_id}/stop")).status_code == 200
    async with await sign_in(house, second) as owner:
        answer = await owner.post(f"/x/members/{second.member_id}/stop")
        assert codes(answer) == ["IZ048"]


async def test_members_of_another_company_are_out_of_reach(house, given):
    theirs = await someone(given, house, of=of_company(OTHER_IYS_CODE))
    async with await member(given, house) as owner:
        for path, body in (
            ("", {"role": "VIEWER"}),
            ("/stop", None),
            ("/invitation", None),
        ):
            answer = await owner.post(f"/x/members/{theirs.member_id}{path}", json=body)
            assert (answer.status_code, codes(answer)) == (404, ["IZ047"])
        answer = await owner.post("/x/members/nobody/stop")
        assert codes(answer) == ["IZ047"]
        shown = (await owner.get("/x/members")).json()["list"]
        assert len(shown) == 1
        assert theirs.email not in str(shown)


@pytest.mark.parametrize(
    ("role", "brands", "location"),
    [
        ("OWNER", [BRAND_CODE], ["brands"]),
        ("VIEWER", [841002], ["brands"]),
    ],
)
async def test_role_and_brands_have_to_go_together(house, given, role, brands, location):
    async with await member(given, house) as owner:
        body = {"name": "Ada", "email": "ada@firma.example", "role": role}
        answer = await owner.post("/x/members", json=body | ({"brands": brands} if brands else {}))
    assert (answer.status_code, codes(answer)) == (400, ["IZ049"])
    assert answer.json()["errors"][0]["location"] == location


async def test_who_is_limited_to_a_brand_reaches_no_other(house, given):
    await given.brand(731003)
    async with await member(given, house, role=Role.MANAGER, brands=(731003,)) as client:
        own = f"/sps/{IYS_CODE}/brands/731003"
        assert await eventually(client, f"{own}/retailers") == 200
        for path in (f"{BRAND}/retailers", f"{OTHER_BRAND}/retailers", "/x/company"):
            answer = await client.get(path)
            assert (answer.status_code, codes(answer)) == (403, ["H353"])
        listed = (await client.get(f"/sps/{IYS_CODE}/brands")).json()
    assert [each["brandCode"] for each in listed] == [731003]


async def eventually(client, path: str) -> int:
    """The answer once the copy of the parties is young again."""
    found = []

    async def there() -> bool:
        found.append((await client.get(path)).status_code)
        return found[-1] == 200

    await until(there)
    return found[-1]


@pytest.mark.parametrize(
    ("role", "writes", "leads"),
    [
        (Role.OWNER, True, True),
        (Role.MANAGER, True, True),
        (Role.OPERATOR, True, False),
        (Role.VIEWER, False, False),
    ],
)
async def test_a_role_is_what_it_says(house, given, role, writes, leads):
    async with await member(given, house, role=role) as client:
        written = await client.post(f"{BRAND}/consents", json=a_row())
        granted = await client.post(
            f"/x/brands/{BRAND_CODE}/mandates/revoke", json={"partnerCode": PARTNER_CODE}
        )
        read = await client.get(f"{BRAND}/retailers")
    assert (written.status_code == 200) is writes
    assert (codes(granted) == ["IZ035"]) is leads
    assert read.status_code == 200


async def test_an_api_account_gives_nobody_rights(house, ours):
    for path in ("/x/members", "/x/me"):
        answer = await ours.get(path)
        assert (answer.status_code, codes(answer)) == (403, ["H353"])
    answer = await ours.post(
        f"/x/brands/{BRAND_CODE}/mandates/revoke", json={"partnerCode": PARTNER_CODE}
    )
    assert (answer.status_code, codes(answer)) == (403, ["H353"])


async def until_refused(client, path: str, code: str) -> None:
    """Until the copy of the parties is young again."""

    async def is_so() -> bool:
        answer = await client.get(path)
        return not answer.is_success and codes(answer) == [code]

    await until(is_so)


async def test_who_is_paused_dismisses_people_and_takes_nobody_on(house, given):
    other = await someone(given, house, role=Role.VIEWER)
    async with await member(given, house) as owner:
        await given.provider(IYS_CODE, subscription=Subscription.PAUSED)
        await until_refused(owner, f"{BRAND}/retailers", "H520")
        body = {"name": "Ada", "email": "ada@firma.example", "role": "VIEWER"}
        assert codes(await owner.post("/x/members", json=body)) == ["H520"]
        assert codes(await owner.post("/x/clients", json={})) == ["H520"]
        for path in ("/x/members", "/x/clients", "/x/me", "/x/company"):
            assert (await owner.get(path)).is_success
        assert (await owner.post(f"/x/members/{other.member_id}/stop")).is_success
        await given.provider(IYS_CODE, subscription=Subscription.CLOSED)
        await until_refused(owner, "/x/members", "H521")


async def test_what_is_not_said_of_a_post_stays(house, given):
    """Whoever gets a lesser role does not reach more brands by it."""
    limited = await someone(given, house, role=Role.OPERATOR, brands=(BRAND_CODE,))
    path = f"/x/members/{limited.member_id}"
    async with await member(given, house) as owner:

        async def post() -> tuple[str, object]:
            listed = (await owner.get("/x/members")).json()["list"]
            [one] = [each for each in listed if each["memberId"] == limited.member_id]
            return one["role"], one.get("brands")

        assert (await owner.post(path, json={"role": "VIEWER"})).is_success
        assert await post() == ("VIEWER", [BRAND_CODE])
        assert (await owner.post(path, json={"brands": None})).is_success
        assert await post() == ("VIEWER", None)
        assert (await owner.post(path, json={"brands": [BRAND_CODE]})).is_success
        assert await post() == ("VIEWER", [BRAND_CODE])
        assert codes(await owner.post(path, json={})) == ["IZ011"]
        assert (await owner.post(path, json={"role": "OWNER"})).is_success
        assert await post() == ("OWNER", None)


async def test_the_registry_s_own_people_reach_no_company(house, given):
    async with await member(given, house, of=OF_REGISTRY) as client:
        assert (await client.get("/x/me")).json()["actsFor"] == "REGISTRY"
        for path in (f"{BRAND}/retailers", "/x/company", f"/sps/{IYS_CODE}/brands"):
            answer = await client.get(path)
            assert (answer.status_code, codes(answer)) == (403, ["H353"])


async def test_a_partner_s_people_act_within_its_mandates(house, given):
    await given.partner()
    async with await member(given, house, of=of_partner(PARTNER_CODE)) as client:
        answer = await client.get(f"{BRAND}/retailers")
        assert (answer.status_code, codes(answer)) == (403, ["H353"])
        assert (await client.get("/x/members")).status_code == 200


async def test_a_session_ends_when_it_is_idle_or_too_old(house, given, owner):
    for column in ("idle_until", "expires_at"):
        async with await member(given, house) as client:
            await owner.execute(f"update session set {column} = now()")
            assert (await client.get("/x/me")).status_code == 401


async def test_whoever_is_still_there_keeps_his_session_open(house, given, owner):
    async with await member(given, house) as client:
        soon = datetime.now(UTC) + timedelta(minutes=2)
        await owner.execute("update session set idle_until = $1", soon)
        assert (await client.get("/x/me")).status_code == 200
        idle_until = await owner.fetchval("select idle_until from session")
    assert idle_until > soon + timedelta(minutes=50)


async def test_whoever_signs_out_is_out(house, given):
    who = await someone(given, house)
    async with await sign_in(house, who) as client:
        assert (await client.post("/x/sign-out")).status_code == 204
        assert (await client.get("/x/me")).status_code == 401


async def test_a_new_password_ends_every_session(house, given):
    who = await someone(given, house)
    async with await sign_in(house, who) as client:
        body = {"password": "yanlış-parola-1", "newPassword": "Ceviz-Sandalye-88"}
        wrong = await client.post("/x/me/password", json=body)
        assert (wrong.status_code, codes(wrong)) == (401, ["IZ041"])
        body["password"] = who.password
        assert (await client.post("/x/me/password", json=body)).status_code == 204
        assert (await client.get("/x/me")).status_code == 401
    old = await post(house, "/x/sign-in", {"email": who.email, "password": who.password})
    new = await post(house, "/x/sign-in", {"email": who.email, "password": "Ceviz-Sandalye-88"})
    assert (old.status_code, new.status_code) == (401, 200)


async def test_a_passkey_that_is_the_only_second_step_stays(house, given):
    invitation = await invited(given, house)
    opened = await post(house, "/x/invitations/open", {"invitation": invitation.text})
    device = Device()
    made = device.create(opened.json()["passkey"])
    body = {"invitation": invitation.text, "password": PASSWORD, "passkey": made, "label": "A"}
    assert (await post(house, "/x/invitations/accept", body)).status_code == 201
    begun = (await post(house, "/x/sign-in/passkey", {})).json()
    answer = {"signIn": begun["signIn"], "passkey": device.get(begun["passkey"])}
    token = (await post(house, "/x/sign-in/finish", answer)).json()["token"]
    async with house.client(token) as client:
        path = f"/x/me/passkeys/{made['id']}"
        refused = await client.delete(path)
        assert (refused.status_code, codes(refused)) == (400, ["IZ050"])
        asked = (await client.post("/x/me/passkeys/open")).json()
        second = Device().create(asked["passkey"])
        body = {"request": asked["request"], "passkey": second, "label": "B"}
        assert (await client.post("/x/me/passkeys", json=body)).status_code == 201
        assert (await client.delete(path)).status_code == 204
        left = (await client.get("/x/me")).json()["passkeys"]
    assert [each["label"] for each in left] == ["B"]


async def test_a_passkey_is_added_by_whoever_asked_for_it(house, given):
    who, other = await someone(given, house), await someone(given, house)
    async with await sign_in(house, who) as client, await sign_in(house, other) as stranger:
        asked = (await client.post("/x/me/passkeys/open")).json()
        made = Device().create(asked["passkey"])
        body = {"request": asked["request"], "passkey": made, "label": "A"}
        answer = await stranger.post("/x/me/passkeys", json=body)
    assert (answer.status_code, codes(answer)) == (422, ["IZ051"])


async def test_who_people_are_lies_nowhere_in_clear(house, given, owner):
    await someone(given, house, email="gizli.kisi@firma.example", name="Gizli Kişi")
    for table in ("member", "invitation", "session", "audit_event"):
        rows = await owner.fetch(f"select t::text as row from {table} as t")
        text = " ".join(row["row"] for row in rows)
        assert "gizli" not in text.lower()
        assert b"Gizli Ki".hex() not in text


async def test_each_step_is_in_the_trail(house, given, owner):
    who = await someone(given, house)
    async with await sign_in(house, who) as client:
        body = {"name": "Ada", "email": "ada@firma.example", "role": "VIEWER"}
        made = (await client.post("/x/members", json=body)).json()
        await client.post(f"/x/members/{made['memberId']}", json={"role": "OPERATOR"})
        await client.post(f"/x/members/{made['memberId']}/stop")
    rows = await owner.fetch(
        "select principal_kind, principal, action, subject from audit_event"
        " where action like 'member.%' order by audit_id"
    )
    assert [tuple(row)[2:] for row in rows] == [
        ("member.invited", who.member_id),
        ("member.enrolled", who.member_id),
        ("member.signed_in", who.member_id),
        ("member.invited", made["memberId"]),
        ("member.put", made["memberId"]),
        ("member.put", made["memberId"]),
    ]
    assert {tuple(row)[:2] for row in rows[1:]} == {("member", who.member_id)}
