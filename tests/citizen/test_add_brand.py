"""A citizen consents of her own accord at a brand that has no record of hers."""

from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_BRAND_CODE,
    OTHER_IYS_CODE,
)
from builders.visitor import RECEIPT

from izin.brand.manage import set_status
from izin.brand.model import BrandStatus
from izin.consent.opened import open_bodies

HERE = f"/brands/{OTHER_BRAND_CODE}/add"


async def test_she_finds_a_brand_and_adds_it(visitor, given, owner, heart):
    await given.provider(OTHER_IYS_CODE, title="Çınar Market A.Ş.")
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE, name="Çınar Market")
    await visitor.sign_in()
    for text in ("çınar", "CINAR mar", str(OTHER_BRAND_CODE)):
        await visitor.get(f"/brands/search?search={text}")
        assert HERE in visitor.page, text
    await visitor.get(HERE)
    assert "EPOSTA" not in visitor.page, "a telephone is not reached by mail"
    answer = await visitor.send(HERE, recipient="BIREYSEL")
    assert answer.status_code == 422
    assert "En az bir yol seçin." in visitor.page
    fields = {"way_MESAJ": "1", "recipient": "BIREYSEL", "citizenName": "Ayşe Işık"}
    answer = await visitor.send(HERE, **fields | {"citizenName": "<b>"})
    assert answer.status_code == 422
    await visitor.send(HERE, **fields)
    assert "Onay kaydedildi." in visitor.page
    assert RECEIPT.search(visitor.page)
    row = await owner.fetchrow(
        "select event_id, status::text, code from provider_consent join source on id = source"
        " where code = 'IYS_WEB_YENI'"
    )
    assert row["status"] == "ONAY"
    async with heart.database.connection() as connection:
        [opened] = await open_bodies(connection, heart.keyring, [row["event_id"]])
    assert opened.body.citizen_name == "Ayşe Işık"
    await visitor.send(HERE, **fields)
    assert "kaydınız zaten vardı" in visitor.page, "a record that is there does not change here"
    assert "Çınar Market" in (await visitor.get(f"/brands/{OTHER_BRAND_CODE}")).text
    for table in ("consent_event", "citizen_act", "provider_consent"):
        rows = await owner.fetch(f"select {table}::text as row from {table}")
        assert not [each for each in rows if "Ayşe" in each["row"]]


async def test_what_is_not_at_work_cannot_be_added(visitor, given, owner, operator_database):
    await given.brand(OTHER_BRAND_CODE, of=IYS_CODE, name="Işık Ev")
    await visitor.sign_in()
    before = await owner.fetchval("select count(*) from consent_event")
    wanted = {"way_MESAJ": "1", "recipient": "BIREYSEL"}
    await set_status(operator_database, OTHER_BRAND_CODE, BrandStatus.SUSPENDED, by=OPERATOR)
    for path in (HERE, "/brands/99999999/add"):
        assert (await visitor.get(path)).status_code == 404
        await visitor.get("/consents")
        assert (await visitor.send(path, **wanted)).status_code == 404
    await owner.execute("update provider set state = 'SUSPENDED'")
    assert (await visitor.get(f"/brands/{BRAND_CODE}/add")).status_code == 404
    await visitor.get("/brands/search?search=isik")
    assert "Böyle bir marka yok" in visitor.page
    assert await owner.fetchval("select count(*) from consent_event") == before


async def test_every_beginning_of_a_name_finds_it_and_nothing_else(visitor, given):
    await given.provider(OTHER_IYS_CODE, title="Çınar Market A.Ş.")
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE, name="Örnek Vvater")
    await given.brand(OTHER_BRAND_CODE + 1, of=OTHER_IYS_CODE, name="Omega")
    await visitor.sign_in()
    name = "ornek vvater"
    for length in range(2, len(name) + 1):
        await visitor.get(f"/brands/search?search={name[:length]}")
        assert HERE in visitor.page, name[:length]
    await visitor.get("/brands/search?search=or")
    assert "Omega" not in visitor.page, "r and n look like m, r alone does not"
