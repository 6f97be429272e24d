"""The table of number plans says what the library says whose metadata it was made from."""

import itertools
import random
from collections.abc import Iterator

import phonenumbers
import pytest
from phonenumbers import NumberParseException, PhoneNumberType

from izin.core.address import Address, parse_phone
from izin.core.numberplan import is_valid_number
from izin.core.numberplan_table import REGIONS

ALL_REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
ALL_TYPES = [kind for kind in PhoneNumberType.values() if kind != PhoneNumberType.UNKNOWN]


def the_library_says(text: str) -> bool:
    """Valid, written exactly as E.164 writes it, and not above its 15 digits."""
    if len(text) > 16:
        return False
    try:
        number = phonenumbers.parse(text)
    except NumberParseException:
        return False
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return form == text and phonenumbers.is_valid_number(number)


def disagreements(numbers: Iterator[str]) -> list[str]:
    return [text for text in numbers if is_valid_number(text) is not the_library_says(text)]


def test_turkey_agrees_for_every_block_of_a_million() -> None:
    blocks = range(10_000)
    lows, highs = (f"+90{block:04}004321" for block in blocks), (f"+90{b:04}995678" for b in blocks)
    assert disagreements(itertools.chain(lows, highs)) == []


def test_turkey_agrees_in_blocks_that_are_split_finer() -> None:
    fine = (f"+90{prefix}{rest:03}0123" for prefix in (561, 582, 592) for rest in range(1000))
    assert disagreements(fine) == []


@pytest.mark.drill
def test_turkey_agrees_for_every_block_of_ten_thousand() -> None:
    assert disagreements(f"+90{block:06}4321" for block in range(1_000_000)) == []


def test_turkey_agrees_in_every_length() -> None:
    digits = "01234567890"
    numbers = (f"+90{prefix:03}{digits[:n]}" for prefix in range(1000) for n in range(12))
    assert disagreements(numbers) == []


def _near(seed: random.Random, number: str) -> Iterator[str]:
    """Numbers one slip away: a digit other, missing, doubled."""
    for _ in range(6):
        at = seed.randrange(2, len(number))
        yield number[:at] + str(seed.randrange(10)) + number[at + 1 :]
    yield number[:-1]
    yield number + "0"
    at = seed.randrange(2, len(number))
    yield number[:at] + number[at - 1] + number[at:]


def _examples(region: str) -> Iterator[str]:
    for kind in ALL_TYPES:
        example = phonenumbers.example_number_for_type(region, kind)
        if example is not None:
            yield phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)


def test_every_country_agrees_on_its_examples_and_their_neighbours() -> None:
    seed = random.Random(1)
    examples = [number for region in ALL_REGIONS for number in _examples(region)]
    assert len(examples) > 900
    assert [number for number in examples if not is_valid_number(number)] == []
    assert disagreements(near for number in examples for near in _near(seed, number)) == []


def test_numbers_without_a_country_agree() -> None:
    codes = phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
    found = [phonenumbers.example_number_for_non_geo_entity(code) for code in codes]
    texts = [
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        for number in found
        if number is not None
    ]
    assert texts
    assert [text for text in texts if not is_valid_number(text)] == []


def test_every_calling_code_agrees_on_random_numbers() -> None:
    seed = random.Random(2)
    codes = [*REGIONS, "999", "210", "0"]
    numbers = (
        f"+{code}{seed.randrange(10 ** seed.randint(4, 12))}" for code in codes for _ in range(40)
    )
    assert disagreements(numbers) == []


def test_production_accepts_the_numbers_that_turkey_gives_out() -> None:
    seed = random.Random(3)
    mobile = [f"+90532{seed.randrange(10**7):07}" for _ in range(50)]
    fixed = [f"+90212{seed.randrange(10**7):07}" for _ in range(50)]
    for text in (*mobile, *fixed, "+908500000000", "+904440000"):
        read = parse_phone(text, sandbox=False)
        assert isinstance(read, Address)
        assert read.clear == text


def test_the_table_is_of_the_installed_metadata() -> None:
    assert set(REGIONS) == {str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE}
