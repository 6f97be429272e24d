"""What becomes of a company's brands: names that nobody mixes up, states, short names, a master."""

import pytest
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR, OTHER_BRAND_CODE, OTHER_IYS_CODE

from izin.brand import manage, store
from izin.brand.add import add
from izin.brand.model import Brand, BrandStatus
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError

NOBODY = BrandCode(99999999)


@pytest.fixture
async def brands(given) -> None:
    """Two companies with a brand each."""
    for iys_code, brand_code, name in (
        (IYS_CODE, BRAND_CODE, "Işık"),
        (OTHER_IYS_CODE, OTHER_BRAND_CODE, "Güneş"),
    ):
        await given.provider(iys_code)
        await given.brand(brand_code, of=iys_code, name=name, is_master=True)


async def of(database, iys_code: int = IYS_CODE):
    async with database.connection() as connection:
        return await store.of_provider(connection, IysCode(iys_code))


async def short_names(database, code: BrandCode = BRAND_CODE) -> list[str]:
    async with database.connection() as connection:
        return (await store.short_names(connection, [code])).get(code, [])


def refused(code: str):
    return pytest.raises(RefusalError, match=code)


@pytest.mark.usefixtures("brands")
async def test_no_two_brands_have_names_that_look_alike(given, operator_database):
    with refused("IZ017"):
        await given.brand(10001, name="IŞIK")
    with refused("IZ017"):
        await given.brand(10001, of=OTHER_IYS_CODE, name="ışık!")
    with refused("IZ017"):
        await manage.rename(operator_database, OTHER_BRAND_CODE, "isik", by=OPERATOR)
    await manage.rename(operator_database, BRAND_CODE, "ışıK", by=OPERATOR)
    assert [each.name for each in await of(operator_database)] == ["ışıK"]
    await manage.rename(operator_database, BRAND_CODE, "Ay", by=OPERATOR)
    await given.brand(10001, of=OTHER_IYS_CODE, name="Işık")


@pytest.mark.usefixtures("brands")
@pytest.mark.parametrize("name", ["", "Güneş Ω", "Ѕaray", "x" * 256, "<b>Güneş</b>", "Güneş\nAy"])
async def test_a_name_is_of_latin_letters(given, operator_database, name):
    with refused("IZ018"):
        await given.brand(10001, name=name)
    with refused("IZ018"):
        await manage.rename(operator_database, BRAND_CODE, name, by=OPERATOR)


@pytest.mark.usefixtures("brands")
async def test_a_code_is_one_brand_s(given):
    with refused("IZ023"):
        await given.brand(BRAND_CODE, of=OTHER_IYS_CODE, name="Ay")


@pytest.mark.usefixtures("brands")
async def test_a_closed_brand_stays_closed(operator_database):
    for status in (BrandStatus.SUSPENDED, BrandStatus.ACTIVE, BrandStatus.CLOSED):
        await manage.set_status(operator_database, BRAND_CODE, status, by=OPERATOR)
        assert [each.status for each in await of(operator_database)] == [status]
    with refused("IZ024"):
        await manage.set_status(operator_database, BRAND_CODE, BrandStatus.ACTIVE, by=OPERATOR)


@pytest.mark.usefixtures("brands")
async def test_one_brand_leads(given, operator_database):
    await given.brand(10001, name="Ay")
    await manage.lead(operator_database, BrandCode(10001), by=OPERATOR)
    found = await of(operator_database)
    assert [(each.brand_code, each.is_master) for each in found] == [
        (10001, True),
        (BRAND_CODE, False),
    ]


@pytest.mark.usefixtures("brands")
async def test_a_short_name_is_one_brand_s_in_the_whole_registry(operator_database):
    await manage.set_short_names(operator_database, BRAND_CODE, ["IŞIK", "ISK1"], by=OPERATOR)
    assert await short_names(operator_database) == ["ISK1", "IŞIK"]
    for taken in ("isik", "ışık", "İSKİ"):
        with refused("IZ019"):
            await manage.set_short_names(
                operator_database, OTHER_BRAND_CODE, ["GUNES", taken], by=OPERATOR
            )
    assert await short_names(operator_database, OTHER_BRAND_CODE) == []
    await manage.set_short_names(operator_database, BRAND_CODE, ["ISK1"], by=OPERATOR)
    await manage.set_short_names(operator_database, OTHER_BRAND_CODE, ["IŞIK"], by=OPERATOR)
    await manage.set_short_names(operator_database, BRAND_CODE, [], by=OPERATOR)
    assert await short_names(operator_database) == []


@pytest.mark.usefixtures("brands")
@pytest.mark.parametrize(
    "name", ["", "A", "1234567", "İKİ AD", "ON-İKİ", "ONİKİHARFLİ1", "ЯЯ", "Ret", "İPTAL"]
)
async def test_a_short_name_is_of_letters_and_digits(operator_database, name):
    with refused("IZ020"):
        await manage.set_short_names(operator_database, BRAND_CODE, [name], by=OPERATOR)


@pytest.mark.usefixtures("brands")
async def test_a_brand_has_three_short_names_at_most(operator_database):
    names = ["BIR", "IKI", "UC", "DORT"]
    with refused("IZ021"):
        await manage.set_short_names(operator_database, BRAND_CODE, names, by=OPERATOR)
    with refused("IZ019"):
        await manage.set_short_names(operator_database, BRAND_CODE, ["BİR", "bir"], by=OPERATOR)
    await manage.set_short_names(operator_database, BRAND_CODE, names[:3], by=OPERATOR)
    assert len(await short_names(operator_database)) == 3


@pytest.mark.usefixtures("brands")
async def test_a_brand_that_is_not_there_is_said(operator_database):
    for change in (
        manage.rename(operator_database, NOBODY, "Ay", by=OPERATOR),
        manage.set_status(operator_database, NOBODY, BrandStatus.CLOSED, by=OPERATOR),
        manage.lead(operator_database, NOBODY, by=OPERATOR),
        manage.set_short_names(operator_database, NOBODY, [], by=OPERATOR),
    ):
        with refused("H018"):
            await change


@pytest.mark.usefixtures("brands")
async def test_every_change_is_told(operator_database, owner):
    await manage.rename(operator_database, BRAND_CODE, "Ay", by=OPERATOR)
    await manage.set_status(operator_database, BRAND_CODE, BrandStatus.SUSPENDED, by=OPERATOR)
    await manage.set_short_names(operator_database, BRAND_CODE, ["AY"], by=OPERATOR)
    told = await owner.fetch(
        "select action, principal from audit_event where subject = $1 order by audit_id",
        str(BRAND_CODE),
    )
    assert [row["action"] for row in told] == [
        "brand.put",
        "brand.put",
        "brand.put",
        "brand.short_names",
    ]
    assert {row["principal"] for row in told} == {OPERATOR.name}


async def test_the_key_of_an_old_row_is_the_one_that_the_rules_make(given, owner, brands):
    """The migration folded the names that were there; so do the rules."""
    sql = (
        "select replace(replace(translate(regexp_replace(lower(translate(name,"
        "'İIıŞşĞğÜüÖöÇçÂâÎîÛû', 'iiissgguuooccaaiiuu')), '[^a-z0-9]', '', 'g'), '015l', 'oisi'),"
        "'rn', 'm'), 'vv', 'w') as folded, name_key from brand"
    )
    for place, name in enumerate(("Örnek Çarşı 150", "IĞDIR Kömür", "Vv & Yün 5l", "ÂLİM Kâğıt")):
        await given.brand(20000 + place, name=name)
    rows = await owner.fetch(sql)
    assert len(rows) == 6
    assert all(row["folded"] == row["name_key"] for row in rows)


@pytest.mark.usefixtures("brands")
async def test_a_code_that_is_known_is_no_new_brand(operator_database):
    await manage.set_status(operator_database, BRAND_CODE, BrandStatus.CLOSED, by=OPERATOR)
    again = Brand(brand_code=BRAND_CODE, iys_code=IysCode(IYS_CODE), name="Yeni Işık")
    with refused("IZ023"):
        await add(operator_database, again, by=OPERATOR)
    assert [each.status for each in await of(operator_database)] == [BrandStatus.CLOSED]


@pytest.mark.usefixtures("brands")
async def test_an_old_brand_whose_name_has_no_key_is_managed_too(given, operator_database, owner):
    await given.brand(10001, name="Ada")
    await owner.execute("update brand set name = 'Аda Ω', name_key = null where brand_code = 10001")
    code = BrandCode(10001)
    await manage.lead(operator_database, code, by=OPERATOR)
    await manage.lead(operator_database, BRAND_CODE, by=OPERATOR)
    await manage.set_status(operator_database, code, BrandStatus.CLOSED, by=OPERATOR)
    _, old = await of(operator_database)
    assert (old.name, old.status) == ("Аda Ω", BrandStatus.CLOSED)
