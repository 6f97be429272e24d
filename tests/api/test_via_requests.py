"""What a company may not begin, and how it is told: in the words of the contract."""

from datetime import UTC, datetime
from uuid import uuid4

from builders.heart import until
from builders.house import BRAND, ago
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR, PARTNER_CODE, PASSWORD
from builders.via import ENDS, a_kvk, a_start, said
from builders.via_wire import PHONE, VIA, begun, code_of, coded, confirm

from izin.partner.mandate import Grant, grant
from izin.partner.model import Scope
from izin.smpp.segments import segment_count
from izin.subscription.via import put

FAULTS = [
    ({"recipient": None}, "H1005"),
    ({"recipient": ""}, "H1057"),
    ({"recipient": 5}, "H1029"),
    ({"recipient": "+90599"}, "H1026"),
    ({"verificationType": "EPOSTA_OTP"}, "H1027"),
    ({"verificationType": "FAX"}, "H1012"),
    ({"formId": "7"}, "H1055"),
    ({"formId": "x"}, "H1055"),
    ({"consentTypes": []}, "H1057"),
    ({"extra": 1}, "H1025"),
    ({"verificationType": "SMS_SHORTURL"}, "H1065"),
    ({"consentTypes": [a_kvk("YURTDISI_AKTARIM")]}, "H1054"),
    ({"consentTypes": [a_kvk("FALAN")]}, "H1085"),
    ({"consentTypes": [{**a_kvk("ACIK_RIZA_METNI"), "personData": None}]}, "H1057"),
    ({"consentTypes": [{"title": "SADAKAT"}]}, "H1013"),
    ({"consentTypes": [a_kvk("ACIK_RIZA_METNI")] * 2}, "H1060"),
    ({"consentTypes": [a_kvk("ACIK_RIZA_METNI", "ACIK_RIZA_METNI")]}, "H1061"),
]
OF_ETK = [
    ({"types": ["EPOSTA"]}, "H1086"),
    ({"brandCodes": [841002]}, "H1014"),
    ({"brandCodes": ["1"]}, "H1029"),
    ({"recipientType": "KURUM"}, "H1063"),
]


async def test_what_does_not_fit_is_refused_by_the_contract_s_codes(ours, theirs, form, owner):
    for fields, code in FAULTS:
        answer = await ours.post(f"{VIA}/consent", json=a_start(form, PHONE, **fields))
        assert code_of(answer) == (400, code), (fields, answer.text)
    for fields, code in OF_ETK:
        body = a_start(form, PHONE)
        body["consentTypes"][0] |= fields
        answer = await ours.post(f"{VIA}/consent", json=body)
        assert code_of(answer) == (400, code), (fields, answer.text)
    assert code_of(await ours.post(f"{VIA}/consent", content=b"{")) == (400, "H1041")
    assert code_of(await ours.post(f"{VIA}/consent", json=[])) == (400, "H1043")
    assert code_of(await theirs.post(f"{VIA}/consent", json={})) == (403, "H1040")
    assert code_of(await theirs.get(f"{VIA}/consent/{uuid4()}")) == (403, "H353")
    for path in (f"consent/request/{uuid4()}", f"consent/{uuid4()}", "consent/x"):
        assert code_of(await ours.get(f"{VIA}/{path}")) == (400, "H1030")
    assert code_of(await confirm(ours, str(uuid4()), "12345678")) == (400, "H1030")
    assert await owner.fetchval("select count(*) from via_request") == 0
    assert await owner.fetchval("select count(*) from message") == 0


async def test_who_is_not_known_hears_it_in_the_contract_s_words(house):
    async with house.client() as nobody, house.client("x" * 43) as stranger:
        assert code_of(await nobody.post(f"{VIA}/consent", json={})) == (401, "H1038")
        assert code_of(await stranger.post(f"{VIA}/consent", json={})) == (401, "H1045")
        assert code_of(await nobody.get(f"{VIA}/consent/{uuid4()}")) == (401, "H351")


async def test_errors_have_the_shapes_that_are_documented(ours, form, owner):
    await owner.execute("update via_plan set credit = 1")
    short = await ours.post(f"{VIA}/consent", json=a_start(form, PHONE))
    assert short.json()["errors"]["code"] == "H1015"
    unfit = await ours.post(
        f"{VIA}/consent", json=a_start(form, PHONE, verificationType="SMS_SHORTURL")
    )
    assert unfit.json()["code"] == "H1065"
    unknown = await ours.get(f"{VIA}/consent/request/{uuid4()}")
    assert unknown.json()["code"] == "H1030"


async def test_a_form_and_credits_are_needed(ours, operator_database, form, owner):
    draft = await ours.put(f"/x/via/forms/{form}", json={})
    assert draft.status_code == 422
    made = await ours.post(
        "/x/via/forms",
        json={
            "name": "x",
            "kind": "OTP",
            **{name: said("x") for name in ("informed", "notice")},
            "short": {"tr": "x", "en": "x"},
            "kvk": {"ACIK_RIZA_METNI": said("x")},
        },
    )
    body = a_start(made.json()["formId"], PHONE, consentTypes=[a_kvk("ACIK_RIZA_METNI")])
    assert code_of(await ours.post(f"{VIA}/consent", json=body)) == (400, "H1000")
    start = a_start(form, PHONE)
    past = (datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    await put(operator_database, IYS_CODE, credit=-1, during=past, by=OPERATOR)
    assert code_of(await ours.post(f"{VIA}/consent", json=start)) == (400, "H1092")
    await owner.execute("delete from via_plan")
    assert code_of(await ours.post(f"{VIA}/consent", json=start)) == (400, "H1093")
    during = (datetime(2026, 1, 1, tzinfo=UTC), ENDS)
    await put(operator_database, IYS_CODE, credit=-1, during=during, by=OPERATOR)
    assert (await ours.post(f"{VIA}/consent", json=start)).status_code == 200


async def test_what_is_left_of_the_credits_is_shown_to_the_company(ours, given, house, form):
    await given.subscription()

    async def is_known() -> bool:
        return (await ours.get(f"/sps/{IYS_CODE}/subscription")).is_success

    await until(is_known)
    plan = (await ours.get(f"/sps/{IYS_CODE}/subscription")).json()["viaSubscriptionPackage"]
    assert (plan["viaSubscriptionPackageName"], plan["viaCredit"]) == ("ViA-100", 100)
    assert plan["status"] == "ACTIVE"


async def test_one_address_is_asked_twice_a_day_and_not_within_three_minutes(ours, form, owner):
    start = a_start(form, PHONE)
    await begun(ours, start)
    soon = await ours.post(f"{VIA}/consent", json=start)
    assert code_of(soon) == (400, "IZ134")
    assert 0 < int(soon.headers["retry-after"]) <= 180
    await owner.execute("delete from budget where kind = 'via_apart'")
    await begun(ours, start)
    await owner.execute("delete from budget where kind = 'via_apart'")
    assert code_of(await ours.post(f"{VIA}/consent", json=start)) == (400, "IZ133")


async def test_adjacent_numbers_cost_little(ours, form, owner):
    """Ten thousand of them lie in two blocks at most, whose budgets all companies share."""
    codes = []
    for number in range(9_990, 10_010):
        answer = await ours.post(f"{VIA}/consent", json=a_start(form, f"+90599{number:07d}"))
        codes.append(answer.status_code)
    assert codes.count(200) == 20
    await owner.execute("update budget set used = 29 where kind = 'company_block_hour'")
    answer = await ours.post(f"{VIA}/consent", json=a_start(form, "+905990009979"))
    assert code_of(answer) == (400, "IZ110"), "a request counts the notice and its code"
    used = await owner.fetchval("select sum(used) from budget where kind = 'company_block_day'")
    assert used == 40
    # both blocks have 60 a day, whatever number of them is asked: 120 messages
    await owner.execute("update budget set used = 60 where kind = 'company_block_day'")
    await owner.execute("update budget set used = 0 where kind = 'company_block_hour'")
    for number in (*range(9_000, 9_020), *range(10_100, 10_120)):
        answer = await ours.post(f"{VIA}/consent", json=a_start(form, f"+90599{number:07d}"))
        assert code_of(answer) == (400, "IZ110")


async def test_a_partner_needs_a_mandate_for_it(house, given, form, database):
    await given.partner()
    await given.api_user("api@ortak.example", partner=PARTNER_CODE)
    by = OPERATOR
    for scope, status_code in ((Scope.MESAJ, 404), (Scope.VIA, 200)):
        wanted = Grant(
            partner_code=PARTNER_CODE,
            scope=scope,
            can_write=True,
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        )
        await grant(database, wanted, of=(IYS_CODE, BRAND_CODE), by=by)
        await house.app._door.services.directory.refresh()
        async with await house.sign_in("api@ortak.example", PASSWORD) as partner:
            answer = await partner.post(f"{VIA}/consent", json=a_start(form, PHONE))
        assert answer.status_code == status_code, answer.text


async def test_names_are_whole_and_what_they_cost_is_counted_in_segments(ours, post, form, owner):
    name = "Örnek Büyük Mağazacılık Perakende ve Ticaret Merkezi"
    await owner.execute("update brand set name = $1 where brand_code = $2", name, BRAND_CODE)
    await coded(ours, post, a_start(form, PHONE))
    for each in post.took:
        assert "Ornek Buyuk Magazacilik Perakende ve Ticaret Merkezi" in each.body
        assert segment_count(each.body) == 2
    used = {
        row["kind"]: row["used"]
        for row in await owner.fetch("select kind, sum(used) as used from budget group by kind")
    }
    assert (used["to_day"], used["company_block_day"]) == (2, 2), "she was sent two messages"
    assert (used["sender_day"], used["all_day"]) == (4, 4), "which cost four"


async def test_a_text_that_would_be_too_long_is_asked_for_by_nobody(ours, form, owner):
    name = " ".join(["Örnek"] * 42)
    await owner.execute("update brand set name = $1 where brand_code = $2", name, BRAND_CODE)
    assert (await ours.post(f"{VIA}/consent", json=a_start(form, PHONE))).status_code == 200
    await owner.execute("update brand set name = name || ' ' || name || ' ' || name || ' ' || name")
    long = await ours.post(f"{VIA}/consent", json=a_start(form, "+905990000002"))
    assert code_of(long) == (400, "IZ137")
    assert "6" in long.json()["errors"][0]["message"]
    assert await owner.fetchval("select count(*) from message") == 1


async def test_nobody_is_asked_for_a_package_that_is_full(ours, given, house, form, owner):
    await given.subscription(address_limit=1, may_exceed=False)
    await house.app._door.services.directory.refresh()
    row = {"recipient": PHONE, "type": "MESAJ", "recipientType": "BIREYSEL", "source": "HS_WEB"}
    row |= {"status": "ONAY", "consentDate": ago(hours=1)}
    assert (await ours.post(f"{BRAND}/consents", json=row)).status_code == 200
    await begun(ours, a_start(form, PHONE))  # an address that is there already
    sent = await owner.fetchval("select count(*) from message")
    used = await owner.fetchval("select sum(used) from budget")
    full = await ours.post(f"{VIA}/consent", json=a_start(form, "+905990000002"))
    assert code_of(full) == (400, "H1031")
    kvk = a_start(form, "+905990000002", consentTypes=[a_kvk("ACIK_RIZA_METNI")])
    assert await owner.fetchval("select count(*) from message") == sent
    assert await owner.fetchval("select sum(used) from budget") == used
    await begun(ours, kvk)  # takes no room


async def test_who_is_asked_of_personal_data_alone_is_told_of_nothing_else(ours, post, form):
    alone = a_start(form, PHONE, consentTypes=[a_kvk("ACIK_RIZA_METNI")])
    english = {"accept-language": "en"}
    answer = await ours.post(f"{VIA}/consent", json=alone, headers=english)
    assert answer.status_code == 200, answer.text
    [sent] = await post.carry()
    assert "about your personal data: consent. No consent to adverts." in sent.body
    assert "ampaign" not in sent.body
    assert f"/n/{form}/1/kvk " in sent.body
