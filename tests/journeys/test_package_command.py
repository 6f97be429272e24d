"""``izin package``, ``izin migration`` and ``izin billing`` as an operator types them."""

import asyncio
import json
from datetime import UTC, datetime

import pytest
from builders.parties import BRAND_CODE, IYS_CODE, PARTNER_CODE, Given
from builders.sheets import a_csv, a_row, phone

from izin.cli.main import run
from izin.storage.database import Database

YEAR = datetime.now(UTC).year


@pytest.fixture
def izin(fresh_database, tmp_path, monkeypatch, capsys, passwords):
    """Types a command over a registry of one company and one partner; gives code and answer."""
    monkeypatch.setenv("IZIN_DATABASE_URL", fresh_database)
    monkeypatch.setenv("IZIN_DATA_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "200")

    async def take_on() -> None:
        database = await Database.open(fresh_database, role="izin_operator")
        try:
            given = Given(database, passwords)
            await given.provider()
            await given.brand()
            await given.partner()
        finally:
            await database.close()

    asyncio.run(take_on())

    def type_(*words: object):
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return code, json.loads(said.out) if "--json" in words else said.out + said.err

    return type_


def test_a_company_subscribes_and_sees_what_it_owes(izin):
    assert izin("package", "list")[0] == 0
    starts, ends = f"{YEAR}-01-01 00:00:00", f"{YEAR + 1}-01-01 00:00:00"
    code, told = izin(
        *("package", "set", IYS_CODE, "ILETI-25", "--level", 1),
        *("--starts", starts, "--ends", ends, "--json"),
    )
    assert (code, list(told)) == (0, ["subscriptionId"])
    code, shown = izin("package", "show", IYS_CODE, "--json")
    [each] = shown["subscriptions"]
    assert (each["name"], each["address_limit"], each["may_exceed"], each["status"]) == (
        *("İleti-25 (Seviye 1)", 25_000, False, "ACTIVE"),
    )
    assert (shown["addresses"], shown["share"]) == (0, 0)
    code, owed = izin("billing", "statement", "--company", IYS_CODE, "--year", YEAR, "--json")
    assert (code, owed["due_kurus"]) == (0, 61_200)
    code, said = izin("billing", "statement", "--company", IYS_CODE, "--year", YEAR)
    assert (code, "612,00 TL" in said) == (0, True)
    assert izin("package", "state", IYS_CODE, "PAUSED")[0] == 0
    _, shown = izin("package", "list", "--json")
    assert [each["status"] for each in shown["subscriptions"]] == ["PAUSED"]
    assert "PAUSED" in izin("package", "show", IYS_CODE, "--lang", "en")[1]


def test_a_partner_has_a_licence_and_loads_for_a_fee(izin):
    assert izin("package", "set", PARTNER_CODE, "IO-API", "--of", "partner")[0] == 0
    code, told = izin("package", "set", PARTNER_CODE, "ILETI-5", "--of", "partner", "--json")
    assert (code, told["errors"][0]["code"]) == (1, "IZ070")
    assert izin("package", "state", PARTNER_CODE, "PAUSED", "--of", "partner")[0] == 0
    assert izin("package", "set", IYS_CODE, "ILETI+", "--level", 1)[0] == 0
    words = (PARTNER_CODE, IYS_CODE, "--rate", 2_000, "--until", f"{YEAR + 1}-01-01 00:00:00")
    code, told = izin("migration", "open", *words, "--json")
    assert code == 0
    code, again = izin("migration", "open", *words, "--json")
    assert (code, again["errors"][0]["code"]) == (1, "IZ075")
    assert "20,00 TL" in izin("migration", "list", "--company", IYS_CODE)[1]
    assert izin("migration", "close", told["migrationId"])[0] == 0
    code, owed = izin("billing", "statement", "--partner", PARTNER_CODE, "--json")
    assert (code, owed["owed_kurus"]) == (0, 0)
    assert [each["migration_id"] for each in owed["migrations"]] == [told["migrationId"]]
    assert izin("billing", "statement", "--partner", PARTNER_CODE)[0] == 0
    assert izin("migration", "list", "--partner", 1, "--lang", "en")[0] == 0


def test_a_statement_is_somebodys(izin):
    code, said = izin("billing", "statement", "--lang", "en")
    assert (code, "--company" in said) == (1, True)
    for of, refused in (("--company", "H001"), ("--partner", "IZ033")):
        code, said = izin("billing", "statement", of, 99999999, "--json")
        assert (code, said["errors"][0]["code"]) == (1, refused)


def test_a_file_tells_which_rows_a_full_package_has_no_room_for(izin, tmp_path):
    words = ("ILETI+", "--level", 1, "--limit", 2, "--no-excess")
    assert izin("package", "set", IYS_CODE, *words)[0] == 0
    file = a_csv(tmp_path, *(a_row(alici=phone(n)) for n in range(4)))
    code, told = izin("import", file, "--brand", BRAND_CODE, "--json")
    assert (code, told["recorded"], told["refused"]) == (2, 2, 2)
    errors = file.with_name("izinler.errors.csv").read_text("utf-8-sig")
    assert errors.count("H525") == 2


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2028-01-01 00:00:00", "2029-01-01 00:00:00"),  # of 366 days
        ("2028-02-29 10:00:00", "2029-03-01 10:00:00"),
        ("2029-06-15 23:30:00", "2030-06-15 23:30:00"),
    ],
)
def test_a_package_without_an_end_is_for_a_year_of_the_calendar(izin, starts, ends):
    assert izin("package", "set", IYS_CODE, "ILETI-25", "--level", 1, "--starts", starts)[0] == 0
    _, shown = izin("package", "show", IYS_CODE, "--json")
    assert [each["ends_at"] for each in shown["subscriptions"]] == [ends]
