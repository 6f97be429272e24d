"""``izin company`` as an operator types it, from a paper application to the closed company."""

import json

import pytest
from builders.companies import a_signatory, an_application

from izin.cli.main import run


@pytest.fixture
def izin(fresh_database, tmp_path, monkeypatch, capsys):
    """Types a command; gives its exit code, and its JSON or what people read."""
    monkeypatch.setenv("IZIN_DATABASE_URL", fresh_database)
    monkeypatch.setenv("IZIN_DATA_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "200")

    def type_(*words: object):
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return code, json.loads(said.out) if "--json" in words else said.out + said.err

    return type_


@pytest.fixture
def applied(izin, tmp_path) -> str:
    """An application from a file, and an agreement that is published."""
    for name in ("tr", "en"):
        (tmp_path / name).write_text(f"Sözleşme {name}", "utf-8")
    code, told = izin("company", "agreement", tmp_path / "tr", tmp_path / "en", "--json")
    assert (code, told) == (0, {"agreementVersion": 1})
    file = tmp_path / "basvuru.json"
    file.write_text(json.dumps(an_application()), "utf-8")
    code, told = izin("company", "apply", file, "--json")
    assert code == 0
    return told["applicationId"]


def test_a_company_is_taken_on_suspended_and_closed(izin, applied):
    code, said = izin("company", "list")
    assert code == 0
    assert "Kurgu Sanayi 1 A.Ş." in said
    for state in ("SUBMITTED", "DOCUMENT_CHECK", "SIGNATURE_PENDING"):
        code, said = izin("company", "move", applied, state, "--note", "evrak tamam")
        assert (code, state in said) == (0, True)
    assert izin("company", "accept", applied, "--signatory", 1)[0] == 0
    _, told = izin("company", "signatures", applied, "--json")
    [signature] = told["signatures"]
    assert (signature["place"], signature["agreement_version"]) == (1, 1)
    code, told = izin(
        "company", "activate", applied, "--activation", "2026-12-31 00:00:00", "--json"
    )
    assert code == 0
    company = told["iysCode"]
    _, told = izin("company", "list", "--state", "ACTIVE", "--json")
    assert [each["iysCode"] for each in told["applications"]] == [company]
    assert izin("company", "activation-date", company, "2027-01-31 00:00:00")[0] == 0
    for state in ("SUSPENDED", "ACTIVE"):
        assert izin("company", "state", company, state)[0] == 0
    code, said = izin("company", "state", company, "CLOSED")
    assert (code, "--for-ever" in said) == (1, True)
    assert izin("company", "state", company, "CLOSED", "--for-ever")[0] == 0
    code, told = izin("company", "state", company, "ACTIVE", "--json")
    assert (code, told["errors"][0]["code"]) == (1, "IZ028")
    _, trail = izin("audit", "--company", company, "--json")
    assert len(trail["events"]) == 8  # its package too
    person = a_signatory()
    for words in (("company", "list"), ("audit",), ("audit", "--json")):
        said = str(izin(*words)[1])
        assert not [each for each in person.values() if each in said]


def test_what_cannot_be_is_said(izin, applied, tmp_path):
    code, told = izin("company", "activate", applied, "--json")
    assert (code, told["errors"][0]["code"]) == (1, "IZ028")
    code, said = izin("company", "move", applied, "ACTIVE", "--lang", "en")
    assert (code, "izin company activate" in said) == (1, True)
    file = tmp_path / "kotu.json"
    file.write_text("{", "utf-8")
    code, said = izin("company", "apply", file)
    assert (code, "kotu.json" in said) == (1, True)
    file.write_text(json.dumps(an_application(tin="1", mersis="2")), "utf-8")
    code, told = izin("company", "apply", file, "--json")
    assert code == 1
    assert [each["location"] for each in told["errors"]] == [["mersis"], ["tin"]]
    code, said = izin("company", "apply", tmp_path / "yok.json")
    assert code == 1


def test_a_tradesmans_number_is_not_listed_by_that_of_his_trade(izin, tmp_path):
    """His MERSİS begins with his own number."""
    tckn = "10000070132"
    file = tmp_path / "esnaf.json"
    body = an_application(kind="ESNAF", mersis=f"{tckn}00015", tin=tckn)
    file.write_text(json.dumps(body), "utf-8")
    assert izin("company", "apply", file, "--json")[0] == 0
    _, told = izin("company", "list", "--json")
    [each] = told["applications"]
    assert each["mersis"] == "•" * 11 + "00015"
    assert tckn not in str(told)
