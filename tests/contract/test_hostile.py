"""Bad input gets its documented error and changes nothing."""

import gzip
import json
from typing import Any

import pytest
import pytest_asyncio
from builders.house import a_row
from builders.registry import RETAILER, Attempt, Registry, brand_path

from .provocations import changed, good

SINGLE, BATCH = "addConsent", "addBatchConsent"
PHONE = "+905990000000"


def text(**fields: Any) -> str:
    """A row as JSON."""
    return json.dumps(a_row(**fields), ensure_ascii=False)


def replaced(old: str, new: str) -> bytes:
    """A good row but for one piece of its text."""
    row = text(retailerCode=RETAILER)
    assert old in row
    return row.replace(old, new).encode()


def nested(depth: int) -> bytes:
    return replaced(f'"retailerCode": {RETAILER}', f'"x": {"[" * depth}{"]" * depth}')


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def some_records(registry) -> None:
    """What bad input could damage: a consent, a refusal, and a consent with dealers."""
    for fields in ({}, {"recipientType": "TACIR"}, {"retailerAccess": [RETAILER]}):
        row = a_row(**({"recipient": registry.phone()} | fields))
        answer = await registry.send(changed(good(SINGLE, registry), body=row))
        assert answer.status_code == 200, answer.text


# what no two readers could agree on ---------------------------------------------------------

UNREADABLE: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b"  \n",
    "cut off": text()[:-1].encode(),
    "a form": b"recipient=%2B905990000000&type=MESAJ",
    "single quotes": text().replace('"', "'").encode(),
    "a comma too many": text().replace("}", ",}").encode(),
    "text behind it": (text() + " {}").encode(),
    "a comment": ("/* */" + text()).encode(),
    "a key twice": replaced("{", f'{{"recipient": "{PHONE}", '),
    "a key twice, once escaped": replaced("{", '{"\\u0074ype": "ARAMA", '),
    "a key twice, deep down": replaced(str(RETAILER), '{"a": 1, "a": 1}'),
    "NaN": replaced(str(RETAILER), "NaN"),
    "an infinity": replaced(str(RETAILER), "Infinity"),
    "a negative infinity": replaced(str(RETAILER), "-Infinity"),
    "an overflow": replaced(str(RETAILER), "1e999"),
    "more digits than a number has": replaced(str(RETAILER), "9" * 19),
    "a leading zero": replaced(str(RETAILER), "012"),
    "hexadecimal": replaced(str(RETAILER), "0x10"),
    "half a pair": replaced(PHONE[:4], "\\ud800"),
    "half a pair as a key": replaced('"retailerCode"', '"\\udc00"'),
    "halves in the wrong order": replaced(PHONE[:4], "\\udc00\\ud800"),
    "half a pair in bytes": text().encode().replace(b"HS_WEB", b"\xed\xa0\x80"),
    "an overlong slash": text().encode().replace(b"HS_WEB", b"\xc0\xaf"),
    "Latin-5": text(source="İ").encode("iso-8859-9"),
    "UTF-16": text().encode("utf-16"),
    "a control letter": replaced("HS_WEB", "HS\nWEB"),
    "33 levels": nested(33),
    "a thousand levels": nested(1000),
    "a hundred thousand levels": b"[" * 30_000 + b"]" * 30_000,
}


@pytest.mark.parametrize("name", [SINGLE, BATCH])
@pytest.mark.parametrize("case", UNREADABLE)
async def test_what_cannot_be_read_in_one_way_is_refused(registry, name, case):
    raw = UNREADABLE[case]
    if name == BATCH and raw.strip():
        raw = b"[" + raw + b"]"
    await assert_refused(registry, changed(good(name, registry), raw=raw), 400, "H014")


# what is readable but no consent ------------------------------------------------------------

NO_CONSENT: dict[str, tuple[dict[str, Any], str]] = {
    "Arabic-Indic digits": ({"recipient": "+90٥٩٩٠٠٠٠٠٠١"}, "H121"),
    "full-width digits": ({"recipient": "+９０5990000001"}, "H121"),
    "a full-width plus": ({"recipient": "＋905990000001"}, "H121"),
    "a blank before": ({"recipient": f" {PHONE}"}, "H121"),
    "a line break behind": ({"recipient": f"{PHONE}\n"}, "H121"),
    "a zero byte": ({"recipient": f"{PHONE[:-1]}\0"}, "H121"),
    "blanks within": ({"recipient": "+90 599 000 00 01"}, "H121"),
    "a direction mark": ({"recipient": f"\u200e{PHONE}"[:15]}, "H121"),
    "no country": ({"recipient": "05990000001"}, "H121"),
    "a zero after the country": ({"recipient": "+9005990000001"}, "H121"),
    "İ": ({"type": "EPOSTA", "recipient": "İrem@firma.example"}, "H120"),
    "ı": ({"type": "EPOSTA", "recipient": "ırmak@firma.example"}, "H120"),
    "ş in the domain": ({"type": "EPOSTA", "recipient": "a@şirket.example"}, "H120"),
    "the sign of Kelvin": ({"type": "EPOSTA", "recipient": "\u212aemal@firma.example"}, "H120"),
    "an e's accent apart": ({"type": "EPOSTA", "recipient": "e\u0301@firma.example"}, "H120"),
    "a soft hyphen": ({"type": "EPOSTA", "recipient": "a\u00adb@firma.example"}, "H120"),
    "a line break": ({"type": "EPOSTA", "recipient": "a@firma.example\n"}, "H120"),
    "two signs": ({"type": "EPOSTA", "recipient": "a@b@firma.example"}, "H120"),
    "266 letters": ({"type": "EPOSTA", "recipient": "a" * 252 + "@firma.example"}, "H120"),
    "a blank behind the date": ({"consentDate": "2026-02-11 12:00:00 "}, "H158"),
    "a blank before the date": ({"consentDate": " 2026-02-11 12:00:00"}, "H158"),
    "a line break behind the date": ({"consentDate": "2026-02-11 12:00:00\n"}, "H158"),
    "a hard blank in the date": ({"consentDate": "2026-02-11\u00a012:00:00"}, "H158"),
    "a T": ({"consentDate": "2026-02-11T12:00:00"}, "H158"),
    "a zone": ({"consentDate": "2026-02-11 12:00:00+03:00"}, "H158"),
    "milliseconds": ({"consentDate": "2026-02-11 12:00:00.000"}, "H158"),
    "a date's Arabic-Indic digits": ({"consentDate": "٢٠٢٦-02-11 12:00:00"}, "H158"),
    "a day of one digit": ({"consentDate": "2026-2-11 12:00:00"}, "H158"),
    "the other order": ({"consentDate": "31.12.9999 00:00:00"}, "H158"),
    "seconds since 1970": ({"consentDate": 1_770_000_000}, "H158"),
    "29 February of no leap year": ({"consentDate": "2025-02-29 10:00:00"}, "H157"),
    "29 February of 2100": ({"consentDate": "2100-02-29 10:00:00"}, "H157"),
    "31 April": ({"consentDate": "2026-04-31 10:00:00"}, "H157"),
    "hour 24": ({"consentDate": "2026-02-11 24:00:00"}, "H157"),
    "second 60": ({"consentDate": "2026-02-11 23:59:60"}, "H157"),
    "year 0": ({"consentDate": "0000-01-01 00:00:00"}, "H157"),
    "year 1, before time began": ({"consentDate": "0001-01-01 00:00:00"}, "H157"),
    "the last day of time": ({"consentDate": "9999-12-31 23:59:59"}, "H162"),
    "the first second of 9999": ({"consentDate": "9999-12-31 00:00:00"}, "H162"),
    "no text": ({"recipient": 905990000001}, "H121"),
    "a list of texts": ({"status": ["ONAY"]}, "H115"),
    "an object": ({"source": {"HS_WEB": 1}}, "H119"),
    "small letters": ({"type": "mesaj"}, "H117"),
    "ı for I": ({"recipientType": "BıREYSEL"}, "H116"),
    "a dealer as a text": ({"retailerCode": str(RETAILER)}, "IZ011"),
    "a dealer with a fraction": ({"retailerCode": float(RETAILER)}, "IZ011"),
    "a dealer that is true": ({"retailerCode": True}, "IZ011"),
    "a dealer below zero": ({"retailerAccess": [-1]}, "IZ011"),
    "a field of another's": ({"__proto__": {"status": "ONAY"}}, "H118"),
    "32 levels": ({"x": json.loads("[" * 29 + "]" * 29)}, "H118"),
}


@pytest.mark.parametrize("name", [SINGLE, BATCH])
@pytest.mark.parametrize("case", NO_CONSENT)
async def test_what_is_no_consent_is_refused_and_echoed(registry, name, case):
    fields, code = NO_CONSENT[case]
    row = a_row(**({"recipient": registry.phone()} | fields))
    attempt = changed(good(name, registry), body=row if name == SINGLE else [row])
    [error] = await assert_refused(registry, attempt, 422, code)
    field = next(reversed(fields))
    assert error["location"][0] == field
    assert error["value"] in (row[field], *_members(row[field]))
    assert error.get("index") == (None if name == SINGLE else 0)


def _members(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


@pytest.mark.parametrize("body", [None, True, 1, "ONAY", [], {}], ids=repr)
@pytest.mark.parametrize(("name", "code"), [(SINGLE, "H085"), (BATCH, "H092")])
async def test_a_body_of_another_kind_is_refused(registry, name, code, body):
    if (name, body) == (SINGLE, {}):
        codes = ["H111", "H114", "H110", "H113", "H112"]
        await assert_refused(registry, changed(good(name, registry), body=body), 422, *codes)
    else:
        await assert_refused(registry, changed(good(name, registry), body=body), 400, code)


@pytest.mark.parametrize("empty", ["", None], ids=repr)
@pytest.mark.parametrize("field", ["retailerCode", "retailerAccess", "recipientType"])
async def test_an_empty_optional_alone_is_400_and_among_others_422(registry, field, empty):
    row = a_row(recipient=registry.phone()) | {field: empty}
    attempt = good(SINGLE, registry)
    await assert_refused(registry, changed(attempt, body=row), 400, "H267")
    worse = row | {"status": "BELKI"}
    answer = await registry.send(changed(attempt, body=worse))
    assert answer.status_code == 422
    assert {each["code"] for each in answer.json()["errors"]} == {"H267", "H115"}


# what is too much ---------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "max_bytes"), [(SINGLE, 64 * 1024), (BATCH, 1024 * 1024)])
async def test_a_body_past_its_bound_is_not_read(registry, name, max_bytes):
    attempt = good(name, registry)
    whole = attempt.content + b" " * (max_bytes - len(attempt.content))
    [error] = await assert_refused(registry, changed(attempt, raw=whole + b" "), 413, "IZ001")
    assert str(max_bytes) in error["message"]
    announced = {"content-length": str(10**12)}
    await assert_refused(registry, changed(attempt, headers=announced), 413, "IZ001")
    await assert_refused(registry, changed(attempt, raw=b"[" * (max_bytes + 1)), 413, "IZ001")


async def test_a_row_too_many_refuses_all(registry):
    rows = [a_row(recipient=registry.phone()) for _ in range(1001)]
    attempt = changed(good(BATCH, registry), body=rows)
    [error] = await assert_refused(registry, attempt, 422, "H091")
    assert set(error) == {"code", "message"}


async def test_a_packed_body_is_not_unpacked(registry):
    for encoding in ("gzip", "deflate", "br", "gzip, identity"):
        attempt = changed(
            good(BATCH, registry),
            raw=gzip.compress(text().encode()),
            headers={"content-encoding": encoding},
        )
        await assert_refused(registry, attempt, 415, "IZ006")


@pytest.mark.parametrize("name", ["batchConsentStatus", "consentDetail", "consentsHistory"])
async def test_questions_are_read_as_strictly(registry, name):
    attempt = good(name, registry)
    for raw in (b"", b"{", b'{"type":"MESAJ","type":"MESAJ"}', b'{"a":NaN}', b'"\\ud800"'):
        await assert_refused(registry, changed(attempt, raw=raw), 400, "H014")


@pytest.mark.parametrize(
    "path",
    [
        "/consents/changes?source=HS&source=IYS",
        "/consents/changes?limit=%ff",
        "/consents/changes?" + "&".join(f"a{n}=1" for n in range(33)),
    ],
)
async def test_a_query_that_can_be_read_in_two_ways_is_refused(registry, path):
    attempt = Attempt(method="GET", path=brand_path() + path)
    await assert_refused(registry, attempt, 422, "IZ005")


async def test_a_body_at_its_bound_is_read(registry):
    attempt = good(BATCH, registry)
    rows = [a_row(recipient=registry.phone()) for _ in range(1000)]
    raw = json.dumps(rows).encode()
    assert len(raw) < 1024 * 1024, "a thousand rows fit"
    answer = await registry.send(changed(attempt, raw=raw.ljust(1024 * 1024)))
    assert answer.status_code == 202


ODD_AND_RIGHT: dict[str, dict[str, Any]] = {
    "29 February of a leap year": {"consentDate": "2024-02-29 23:59:59"},
    "the first day of all": {"source": "HS_2015", "consentDate": "2015-05-01 00:00:00"},
    "a winter in which the zone database errs": {"consentDate": "2015-12-01 00:00:00"},
    "the shortest e-mail": {"type": "EPOSTA", "recipient": "a@b.co"},
    "the longest e-mail": {"type": "EPOSTA", "recipient": "a" * 251 + "@firma.example"},
    "signs in an e-mail": {"type": "EPOSTA", "recipient": "-._a--..__+b@firma.example"},
    "no recipient type": {"recipientType": None},
}


@pytest.mark.parametrize("case", ODD_AND_RIGHT)
async def test_what_is_odd_and_right_is_recorded_as_it_came(registry, case):
    row = a_row(**({"recipient": registry.phone()} | ODD_AND_RIGHT[case]))
    answer = await registry.send(changed(good(SINGLE, registry, "loading"), body=row))
    assert answer.status_code == 200, answer.text
    asked = {"recipientType": "BIREYSEL"} | {name: row[name] for name in ("recipient", "type")}
    shown = await registry.send(changed(good("consentDetail", registry, "loading"), body=asked))
    assert {name: shown.json()[name] for name in row} == row


async def assert_refused(
    registry: Registry, attempt: Attempt, status: int, *codes: str
) -> list[dict[str, Any]]:
    """The answer has this status and these codes, and not a row was written or changed."""
    before = await registry.content()
    answer = await registry.send(attempt)
    assert answer.status_code == status, answer.text
    errors: list[dict[str, Any]] = answer.json()["errors"]
    assert [each["code"] for each in errors] == list(codes)
    assert await registry.content() == before
    return errors
