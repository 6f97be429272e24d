"""A dealer's report: what it took, by how it stands; only with the module of brands and dealers."""

from builders.door import codes
from builders.heart import until
from builders.house import BRAND, a_row, ago
from builders.parties import BRAND_CODE, RETAILER_CODE

from izin.retailer import store

pytest_plugins = ("builders.house",)

REPORT = f"/x/brands/{BRAND_CODE}/retailers/{RETAILER_CODE}/report"


async def took(ours, number: int, **fields) -> None:
    row = a_row(number, retailerCode=RETAILER_CODE, **fields)
    assert (await ours.post(f"{BRAND}/consents", json=row)).status_code == 200


async def test_a_dealer_is_shown_with_what_it_took(house, ours, given, monkeypatch):
    await given.retailer()
    for number in (1, 2):
        await took(ours, number)
    await took(ours, 3, recipientType="TACIR")
    await took(ours, 2, status="RET", consentDate=ago(minutes=5))
    assert (await ours.post(f"{BRAND}/consents", json=a_row(4))).status_code == 200  # by nobody
    shown = (await ours.get(REPORT)).json()
    kinds = {each["recipientType"]: each for each in shown["list"]}
    assert (shown["taken"], shown["isWhole"], shown["retailerCode"]) == (
        3,
        True,
        str(RETAILER_CODE),
    )
    assert (kinds["BIREYSEL"]["approvals"], kinds["BIREYSEL"]["rejections"]) == (1, 1)
    assert (kinds["TACIR"]["approvals"], kinds["TACIR"]["rejections"]) == (1, 0)
    assert codes(await ours.get(REPORT.replace(str(RETAILER_CODE), "99999999"))) == ["H058"]
    monkeypatch.setattr(store, "REPORT_ROWS", 2)
    assert (await ours.get(REPORT)).json()["taken"] == 2


async def test_a_package_without_the_module_does_not_show_it(house, ours, given):
    await given.retailer()
    await given.subscription(level=1)

    async def is_shut() -> bool:
        return (await ours.get(REPORT)).status_code == 403

    await until(is_shut)
    assert codes(await ours.get(REPORT)) == ["IZ078"]
    assert (await ours.get(f"{BRAND}/retailers")).status_code == 200
