"""One brand of hers: several ways changed in one act, and what happened to each of them."""

import re

from builders.heart import a_key, a_proposal
from builders.parties import BRAND_CODE, OTHER_BRAND_CODE, RETAILER_CODE
from builders.visitor import RECEIPT

from izin.core.terms import Channel, Status

HERE = f"/brands/{BRAND_CODE}"


def lines(page: str) -> list[str]:
    """What the timeline says, line by line."""
    found = re.findall(r"<li>(.*?)</li>", page.split('class="timeline"')[1], re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in found]


async def test_several_ways_are_changed_in_one_act_with_one_receipt(visitor, owner):
    await visitor.sign_in()
    assert f'href="{HERE}"' in visitor.page
    wanted = {"to_MESAJ_BIREYSEL": "RET", "to_ARAMA_BIREYSEL": "RET", "to_MESAJ_TACIR": "ONAY"}
    await visitor.get(HERE)
    assert visitor.page.count('value="ONAY" checked') == 3
    assert f'method="get" action="{HERE}/review"' in visitor.page
    asked = "&".join(f"{name}={status}" for name, status in wanted.items())
    await visitor.get(f"{HERE}/review?{asked}")
    assert visitor.page.count("Onay → Ret") == 2, "what stays is not listed"
    assert "(3 iş günü)" in visitor.page
    assert f'method="post" action="{HERE}"' in visitor.page
    await visitor.send(HERE, **wanted)
    assert "Kaydedildi." in visitor.page
    assert len(set(RECEIPT.findall(visitor.page))) == 1
    rows = await owner.fetch("select status::text from provider_consent order by status")
    assert [row["status"] for row in rows] == ["ONAY", "ONAY", "RET", "RET"]
    assert await owner.fetchval("select count(*) from receipt_number") == 1


async def test_what_changes_nothing_is_said_to(visitor, owner):
    await visitor.sign_in()
    before = await owner.fetchval("select count(*) from consent_event")
    await visitor.get(f"{HERE}/review?to_MESAJ_BIREYSEL=ONAY")
    assert "Değişiklik yapmadınız." in visitor.page
    await visitor.send(HERE, to_MESAJ_BIREYSEL="ONAY", to_EPOSTA_BIREYSEL="ONAY")
    assert "Zaten öyleydi" in visitor.page
    await visitor.send(HERE)
    assert "Değişiklik yapmadınız." in visitor.page
    answer = await visitor.send(HERE, to_MESAJ_BIREYSEL="BELKI")
    assert answer.status_code in (404, 422)
    assert await owner.fetchval("select count(*) from consent_event") == before


async def test_a_brand_without_a_record_of_hers_is_not_there(visitor, given):
    await given.brand(OTHER_BRAND_CODE, name="Başka Marka")
    await visitor.sign_in()
    for path in (
        f"/brands/{OTHER_BRAND_CODE}",
        "/brands/x",
        "/brands/99999999",
        f"{HERE}9/history",
    ):
        answer = await visitor.get(path)
        assert answer.status_code == 404
        assert "Başka Marka" not in answer.text


async def test_dealers_are_named(visitor, given, heart):
    await given.retailer(title="Çarşı Bayii")
    await heart.record(a_proposal(1, retailer_code=RETAILER_CODE, retailer_access=(RETAILER_CODE,)))
    await visitor.sign_in()
    await visitor.get(HERE)
    assert "Çarşı Bayii" in visitor.page


async def test_her_history_says_who_changed_what_and_who_can_prove_it(visitor, heart):
    await visitor.sign_in()
    await visitor.change("RET")
    await visitor.get(f"{HERE}/history")
    told = lines(visitor.page)
    assert len(told) == 4
    assert "Onay → Ret" in told[0]
    assert "İYS web · Kanıt kimde: İleti İzin Kaydı" in told[0]
    assert all("İlk kayıt: Onay Kaynak: Web sitesi" in each for each in told[1:])
    assert all("Kanıt kimde: Işık Giyim A.Ş." in each for each in told[1:])


async def test_her_history_is_of_her_own_records(visitor, heart):
    await heart.record(a_proposal(key=a_key(2), status=Status.RET))
    await heart.record(a_proposal(key=a_key(2, channel=Channel.ARAMA)))
    await visitor.sign_in()
    await visitor.get(f"{HERE}/history")
    assert len(lines(visitor.page)) == 3
    assert "Ret" not in "".join(lines(visitor.page))
