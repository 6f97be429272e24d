"""Every text of 3338 is one GSM segment, whatever stands in it."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from izin.brand.model import Brand
from izin.core.codes import BrandCode, IysCode
from izin.core.plain import shown
from izin.receipt.number import BITS, written
from izin.shortcode.replies import ROOM, day, say, say_choices, say_of, texts

GSM = frozenset(string.ascii_letters + string.digits + " @$_!\"#%&'()*+,-./:;<=>?")
"""The signs of the basic GSM alphabet that are ASCII too: each takes one place."""

COUNT, CODE = 9_999_999, BrandCode(99_999_999)
DAY = day(datetime(2026, 12, 31, 22, tzinfo=UTC))
STATES = say("state_of_both", status="ONAY", date=DAY, other_status="ONAY", other_date=DAY)
LONGEST = {
    "receipt": written(2**BITS - 1),
    "date": DAY,
    "count": COUNT,
    "minutes": 10,
    "approvals": COUNT,
    "refusals": COUNT,
    "status": "ONAY",
    "other_status": "ONAY",
    "other_date": DAY,
    "states": STATES,
    "call_centre": " " + "0" * 20,
}
NAMES = [
    "A",
    "Örnek Mağaza",
    "W" * 255,
    "ğüşiöçIİ" * 31,
    "№" * 255,
    "™" * 255,
    "ﬃ" * 255,
    "tikla.example/x",
    "Ev 100%_=*#@",
    '"' * 254 + "a",
]
PLACES = {name: {field for _, field, _, _ in string.Formatter().parse(words) if field}
          for name, words in texts().items()}  # fmt: skip
OF_BRAND = sorted(name for name, places in PLACES.items() if "brand" in places)
OF_CHOICES = sorted(name for name, places in PLACES.items() if "choices" in places)
OTHERS = sorted(set(PLACES) - set(OF_BRAND) - set(OF_CHOICES))


def a_brand(name: str, code: int = CODE) -> Brand:
    return Brand(brand_code=BrandCode(code), iys_code=IysCode(1), name=name)


def assert_fits(text: str) -> None:
    assert len(text) <= ROOM, text
    assert set(text) <= GSM, set(text) - GSM


def test_every_place_of_every_text_has_its_longest_value():
    assert set.union(*PLACES.values()) == LONGEST.keys() | {"brand", "choices", "word"}


@pytest.mark.parametrize("name", OTHERS)
def test_a_text_is_one_segment(name):
    assert_fits(say(name, **LONGEST))


@pytest.mark.parametrize("brand", NAMES, ids=range(len(NAMES)))
@pytest.mark.parametrize("name", OF_BRAND)
def test_a_text_about_a_brand_is_one_segment(name, brand):
    text = say_of(name, a_brand(brand), **LONGEST)
    assert_fits(text)
    assert shown(brand)[:30] in text


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("brand", NAMES, ids=range(len(NAMES)))
@pytest.mark.parametrize("name", OF_CHOICES)
def test_a_choice_is_of_three_at_most(name, brand, count):
    chosen = [a_brand(brand, CODE - number) for number in range(count)]
    text = say_choices(name, chosen, "DURUM")
    assert_fits(text)
    assert "DURUM ve numarasini yazin" in text, "the number alone is no command"
    shown_codes = [code for code in range(CODE - count, CODE + 1) if str(code) in text]
    assert len(shown_codes) == min(count, 3)
    assert shown(brand)[:8] in text


@given(st.text(max_size=255))
def test_every_name_fits_and_none_makes_a_link(name):
    for text in OF_BRAND:
        assert_fits(say_of(text, a_brand(name), **LONGEST))
    assert not set(shown(name)) & set("./:@\n\r")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Örnek Mağaza", "Ornek Magaza"),
        ("IŞIK Giyim", "ISIK Giyim"),
        ("ılık İpek", "ilik Ipek"),
        ("L'Été & Søn", "L'Ete & Son"),
        ("Ömer’in Yeri", "Omer'in Yeri"),
        ("ornek.com/x", "ornek com x"),
        ("™", "TM"),
        ("…", "Marka"),
    ],
)
def test_a_name_is_shown_in_plain_letters(name, plain):
    assert shown(name) == plain


def test_a_day_is_istanbuls():
    assert day(datetime(2026, 11, 25, 21, 30, tzinfo=UTC)) == "26.11.2026"
