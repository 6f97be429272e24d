"""Dealers of a file, entered into the real registry: nothing twice, nothing lost, all told."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import pytest
from builders.dealer_sheets import HEADINGS, a_dealer_row
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR, OTHER_IYS_CODE

from izin.core.codes import BrandCode
from izin.core.errors import RefusalError
from izin.files.dealer_import import DealerOrder, Entered, import_dealers
from izin.files.dealers import DEALERS
from izin.files.form import Form
from izin.files.open import open_rows
from izin.files.problem import FileRefusedError
from izin.files.write import written
from izin.retailer import enter as entering
from izin.retailer import enter_list as listing
from izin.retailer.enter_list import enter_list

SISTER = BrandCode(731003)


@pytest.fixture
async def brand(given):
    await given.provider()
    await given.brand()
    await given.brand(SISTER, is_master=False)


class Company:
    """Imports files of dealers for our brand."""

    def __init__(self, database, keyring, folder) -> None:
        self._there = database, keyring
        self._folder = folder
        self.errors = folder / "hatalar.csv"

    async def imports(self, *rows: Sequence, brand=BRAND_CODE, of=IYS_CODE) -> Entered:
        path = self._folder / "bayiler.csv"
        path.write_bytes(written([HEADINGS, *rows], Form()))
        order = DealerOrder(
            path=path,
            error_path=self.errors,
            folder=self._folder / "loads",
            tag_of=partial(self._there[1].pseudonyms.file_tag, brand),
            sandbox=True,
        )
        now = datetime.now(UTC)
        of_brand = of, brand
        return await import_dealers(
            order,
            lambda entries: enter_list(*self._there, entries, of=of_brand, now=now, by=OPERATOR),
        )


@pytest.fixture
def company(database, keyring, brand, tmp_path) -> Company:
    return Company(database, keyring, tmp_path)


def counts(done: Entered) -> tuple[int, int, int]:
    return done.entered, done.already, len(done.refused)


def refused_rows(path) -> list[list]:
    return [cells for _, cells in open_rows(path, vocabulary=DEALERS).rows()]


async def dealers(owner) -> int:
    return await owner.fetchval("select count(*) from retailer")


async def test_good_rows_are_entered_and_bad_ones_come_back(company, owner):
    bad = a_dealer_row(3, tckn="12")
    done = await company.imports(a_dealer_row(1), a_dealer_row(2), bad)
    assert counts(done) == (2, 0, 1)
    [row] = refused_rows(company.errors)
    assert row[: len(HEADINGS)] == bad
    assert row[len(HEADINGS) :][:4] == ["4", "tckn", "12", "H226"]
    stored = await owner.fetch("select * from retailer order by title")
    assert [each["title"] for each in stored] == ["Kurgu Ticaret 1", "Kurgu Ticaret 2"]
    assert {(each["iys_code"], each["brand_code"]) for each in stored} == {(IYS_CODE, BRAND_CODE)}
    told = await owner.fetch("select subject from audit_event where action = 'retailer.entered'")
    assert {each["subject"] for each in told} == {str(each["retailer_code"]) for each in stored}


async def test_the_same_file_again_enters_nothing(company, owner):
    rows = [a_dealer_row(number) for number in range(1, 21)]
    assert counts(await company.imports(*rows)) == (20, 0, 0)
    assert counts(await company.imports(*rows, a_dealer_row(21))) == (1, 20, 0)
    assert await dealers(owner) == 21


async def test_a_row_that_stands_twice_is_one_dealer(company, owner):
    assert counts(await company.imports(a_dealer_row(1), a_dealer_row(1))) == (1, 1, 0)
    assert await dealers(owner) == 1


async def test_a_dealer_with_other_facts_is_refused_by_its_code(company, owner):
    await company.imports(a_dealer_row(1))
    code = await owner.fetchval("select retailer_code from retailer")
    done = await company.imports(a_dealer_row(1, takma_ad="Başka", ilce="Üsküdar"))
    assert counts(done) == (0, 0, 1)
    [row] = refused_rows(company.errors)
    assert row[len(HEADINGS) :][3] == "IZ090"
    assert f"{code} ile kayıtlı" in row[-2]
    assert "ilce, takma_ad" in row[-2]
    assert await owner.fetchval("select alias from retailer") == "Çarşı"


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({}, {"tckn": a_dealer_row(2)[2]}, "H230"),
        ({}, {"mersis": a_dealer_row(2)[6]}, "H231"),
        ({"bayi_durumu": "pasif"}, {"mersis": ""}, "H253"),
    ],
)
async def test_another_dealers_number_is_refused_by_its_code(company, owner, first, second, code):
    await company.imports(a_dealer_row(1, **first))
    stored = await owner.fetchval("select retailer_code from retailer")
    done = await company.imports(a_dealer_row(1, **second))
    [(_, [problem])] = done.refused
    assert problem.code == code
    assert dict(problem.facts)["retailerCode"] == str(stored)


async def test_two_rows_of_one_person_are_told_apart_by_their_place(company):
    done = await company.imports(a_dealer_row(1), a_dealer_row(2, tckn=a_dealer_row(1)[2]))
    [(_, [problem])] = done.refused
    assert (problem.line, problem.code, dict(problem.facts)["retailerCode"]) == (3, "H231", "#1")


async def test_a_sister_brands_dealer_is_another_brands(company):
    await company.imports(a_dealer_row(1))
    done = await company.imports(a_dealer_row(1), brand=SISTER)
    [(_, [problem])] = done.refused
    assert (problem.code, dict(problem.facts)["fields"]) == ("IZ090", "brandCode")


async def test_past_the_most_that_a_brand_may_have_rows_come_back(company, owner, monkeypatch):
    monkeypatch.setattr(listing, "PER_BRAND_MAX", 3)
    await company.imports(a_dealer_row(1))
    done = await company.imports(*(a_dealer_row(number) for number in range(1, 6)))
    assert counts(done) == (2, 1, 2)
    assert {problem.code for _, problems in done.refused for problem in problems} == {"IZ016"}
    assert await dealers(owner) == 3


async def test_codes_that_are_taken_are_drawn_again(company, owner, monkeypatch):
    drawn = iter([5, 5, 6, 5, 7])
    monkeypatch.setattr(listing.secrets, "randbelow", lambda _: next(drawn))
    await company.imports(a_dealer_row(1), a_dealer_row(2))
    await company.imports(a_dealer_row(3))
    codes = await owner.fetch("select retailer_code from retailer order by retailer_code")
    assert [each["retailer_code"] - entering.CODE_LEAST for each in codes] == [5, 6, 7]


async def test_a_brand_that_has_moved_takes_nothing(company, given, owner):
    await given.provider(OTHER_IYS_CODE)
    with pytest.raises(RefusalError) as caught:
        await company.imports(a_dealer_row(1), of=OTHER_IYS_CODE)
    assert caught.value.refused[0].code == "H353"
    assert await dealers(owner) == 0


async def test_an_error_file_takes_no_other_files_place(company, owner):
    company.errors.write_text("mine", "utf-8")
    with pytest.raises(FileRefusedError) as caught:
        await company.imports(a_dealer_row(1))
    assert caught.value.refused[0].code == "IZ222"
    assert await dealers(owner) == 0
    assert company.errors.read_text("utf-8") == "mine"


async def test_a_whole_brand_is_entered_in_a_few_statements(company, owner):
    """Three thousand dealers: no statement for each."""
    done = await company.imports(*(a_dealer_row(number) for number in range(1, 3002)))
    assert counts(done) == (3000, 0, 1)
    told = "select count(*) from audit_event where action = 'retailer.entered'"
    assert await owner.fetchval(told) == 3000
