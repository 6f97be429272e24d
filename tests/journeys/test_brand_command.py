"""``izin brand`` as an operator types it, over a registry of two companies."""

import json

import pytest
from builders.parties import BRAND_CODE, IYS_CODE, OTHER_IYS_CODE

from izin.cli.main import run


@pytest.fixture
async def companies(given) -> None:
    await given.provider()
    await given.provider(OTHER_IYS_CODE)
    await given.brand(name="Işık", is_master=True)


@pytest.fixture
def izin(fresh_database, tmp_path, monkeypatch, capsys, companies):
    """Types a command; gives its exit code, and its JSON or what people read."""
    monkeypatch.setenv("IZIN_DATABASE_URL", fresh_database)
    monkeypatch.setenv("IZIN_DATA_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "200")

    def type_(*words: object):
        code = run(["brand", *map(str, words)])
        said = capsys.readouterr()
        return code, json.loads(said.out) if "--json" in words else said.out + said.err

    return type_


def test_brands_are_entered_named_and_listed(izin):
    code, told = izin("add", "Gündüz Çarşı", "--company", IYS_CODE, "--json")
    assert code == 0
    second = told["brandCode"]
    for words in (
        ("rename", second, "Gündüz Pazarı"),
        ("short-names", second, "GUNDUZ", "PAZAR"),
        ("status", second, "suspended"),
        ("master", second),
    ):
        assert izin(*words)[0] == 0
    code, told = izin("list", "--company", IYS_CODE, "--json")
    assert code == 0
    first, other = told["brands"]
    assert first == {
        "brandCode": second,
        "iysCode": IYS_CODE,
        "name": "Gündüz Pazarı",
        "master": True,
        "test": False,
        "status": "suspended",
        "shortNames": ["GUNDUZ", "PAZAR"],
    }
    assert (other["brandCode"], other["master"]) == (BRAND_CODE, False)
    _, shown = izin("list", "--company", IYS_CODE)
    assert "Gündüz Pazarı" in shown
    assert "GUNDUZ, PAZAR" in shown


def test_a_brand_moves(izin):
    code, said = izin("move", BRAND_CODE, "--to", OTHER_IYS_CODE)
    assert code == 0
    assert str(BRAND_CODE) in said
    _, told = izin("list", "--company", OTHER_IYS_CODE, "--json")
    assert [each["brandCode"] for each in told["brands"]] == [BRAND_CODE]
    assert "markası yok" in izin("list", "--company", IYS_CODE)[1]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("add", "IŞIK", "--company", OTHER_IYS_CODE), "IZ017"),
        (("add", "Ay", "--company", 99999999), "H001"),
        (("rename", BRAND_CODE, "Ω"), "IZ018"),
        (("short-names", BRAND_CODE, "12345"), "IZ020"),
        (("rename", 99999999, "Ay"), "H018"),
        (("move", BRAND_CODE, "--to", 99999999), "H001"),
    ],
)
def test_what_cannot_be_is_said_in_both_languages(izin, words, expected):
    code, told = izin(*words, "--json")
    assert code == 1
    [error] = told["errors"]
    assert error["code"] == expected
    _, turkish = izin(*words)
    _, english = izin(*words, "--lang", "en")
    assert error["message"] in turkish
    assert turkish != english
