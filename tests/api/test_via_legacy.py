"""İYS Yolu as it was called in 2020."""

from uuid import uuid4

from builders.house import BRAND
from builders.via import a_form_in_force, code_in, said
from builders.via_wire import PHONE, code_of, other


async def test_a_form_that_stands_on_pages_is_not_taken_of_old(ours, operator_database):
    fields = {"domains": ["magaza.example"], "informed": said("Üyelik sayfasında")}
    await a_form_in_force(ours, operator_database, **fields)
    row = {"recipient": PHONE, "type": ["MESAJ"], "source": "IYS_KISAMESAJ"}
    path = f"{BRAND}/consents/overIys"
    assert code_of(await ours.post(path, json=row)) == (422, "IZ135"), "she was told on no page"
    await a_form_in_force(ours, operator_database)
    assert (await ours.post(path, json=row)).status_code == 200


async def test_of_old_it_is_called_otherwise(ours, post, form, owner):
    row = {
        "recipient": PHONE,
        "recipientType": "BIREYSEL",
        "type": ["MESAJ"],
        "source": "IYS_KISAMESAJ",
    }
    path = f"{BRAND}/consents"
    for fields, code in (
        ({"type": "MESAJ"}, "H450"),
        ({"type": ["FAX"]}, "H450"),
        ({"type": ["EPOSTA"]}, "H459"),
        ({"source": "HS_WEB"}, "H452"),
        ({"recipient": "x"}, "H121"),
        ({"recipientType": "x"}, "H116"),
    ):
        answer = await ours.post(f"{path}/overIys", json=row | fields)
        assert code_of(answer) == (422, code), answer.text
    begun_ = await ours.post(f"{path}/overIys", json=row)
    assert begun_.status_code == 200, begun_.text
    told = {"requestId": begun_.json()["requestId"], "verificationCode": "12345678"}
    assert code_of(await ours.post(f"{path}/overIys", json=row)) == (422, "H465")
    assert code_of(await ours.post(f"{path}/verificationCode", json=told)) == (422, "H456")
    await post.carry()
    await post.arrive()
    code = code_in(await post.next())
    for fields, refused in (
        ({"requestId": "x"}, "H454"),
        ({"requestId": str(uuid4())}, "H456"),
        ({"verificationCode": "x"}, "H455"),
        *[({"verificationCode": code[:7]}, "H455")] * 4,  # costs no try
        ({"verificationCode": other(code)}, "H460"),
    ):
        answer = await ours.post(f"{path}/verificationCode", json=told | fields)
        assert code_of(answer) == (422, refused), answer.text
    done = await ours.post(f"{path}/verificationCode", json=told | {"verificationCode": code})
    assert [each["type"] for each in done.json()["list"]] == ["MESAJ"], done.text
    await owner.execute("update budget set used = 2 where kind = 'via_day'")
    await owner.execute("delete from budget where kind = 'via_apart'")
    assert code_of(await ours.post(f"{path}/overIys", json=row)) == (422, "H453")
    await owner.execute("delete from via_request")
    await owner.execute("alter table via_form_version disable trigger all")
    await owner.execute("update via_form_version set state = 'REJECTED'")
    assert code_of(await ours.post(f"{path}/overIys", json=row)) == (422, "IZ135")
