"""A file of dealers over HTTP: for whom has the module, and as large as one brand's dealers."""

from builders.dealer_sheets import HEADINGS, a_dealer_row
from builders.door import codes
from builders.heart import until
from builders.house import BRAND
from builders.parties import BRAND_CODE

from izin.api.retailer_files import BODY_MAX
from izin.files.form import Form
from izin.files.write import written

pytest_plugins = ("builders.house",)

IMPORT = f"/x/brands/{BRAND_CODE}/retailers/import"


async def sent(client, *rows, content: bytes | None = None, **headers: str):
    body = written([HEADINGS, *rows], Form()) if content is None else content
    return await client.post(IMPORT, content=body, headers={"content-type": "text/csv"} | headers)


async def test_dealers_of_a_file_are_entered_and_the_rest_is_told_by_line(ours):
    good, bad = a_dealer_row(1), a_dealer_row(2, tckn="12")
    answer = await sent(ours, good, bad)
    told = answer.json()
    assert (answer.status_code, told["entered"], told["refused"]) == (200, 1, 1)
    [row] = told["list"]
    assert (row["line"], row["errors"][0]["heading"], row["errors"][0]["code"]) == (
        3,
        "tckn",
        "H226",
    )
    listed = (await ours.get(f"{BRAND}/retailers")).json()["list"]
    assert [each["title"] for each in listed] == [good[0]]
    again = (await sent(ours, good)).json()
    assert (again["entered"], again["already"], again["list"]) == (0, 1, [])


async def test_what_is_found_is_not_repeated(ours):
    answer = await sent(ours, a_dealer_row(1, tckn="98765432109"))
    assert answer.json()["refused"] == 1
    assert "98765432109" not in answer.text


async def test_a_file_that_cannot_be_read_enters_nothing(ours):
    for content in (b"", b"unvan;tckn\r\na;b", b"a\0b", b"PK\x03\x04", b"{}"):
        answer = await sent(ours, content=content)
        assert (answer.status_code, codes(answer)) == (400, ["IZ091"])
    assert (await sent(ours, content=b"x" * (BODY_MAX + 1))).status_code == 413
    packed = await sent(ours, a_dealer_row(1), **{"content-encoding": "gzip"})
    assert codes(packed) == ["IZ006"]
    assert (await ours.get(f"{BRAND}/retailers")).json()["list"] == []


async def test_only_a_package_with_the_module_takes_it(ours, given):
    await given.subscription(level=1)

    async def is_shut() -> bool:
        return (await sent(ours, content=b"")).status_code == 403

    await until(is_shut)
    assert codes(await sent(ours, a_dealer_row(1))) == ["IZ078"]
