"""``izin partner`` and ``izin carrier`` as an operator types them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from izin.cli.main import run

TODAY = datetime.now(UTC).date()


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


def test_a_partner_becomes_live_and_is_revoked(izin):
    code, told = izin("partner", "add", "Ortak A.Ş.", "--kind", "CRM", "--json")
    assert code == 0
    partner = told["partnerCode"]
    assert izin("partner", "state", partner, "MINISTRY_REVIEW")[0] == 0
    code, told = izin("partner", "state", partner, "AUTHORISED", "--json")
    assert (code, told["errors"][0]["code"]) == (1, "IZ034")
    year = TODAY + timedelta(days=365)
    shown = ("--authorisation", "TB-1", "--contracted-on", TODAY, "--fee-paid-on", TODAY)
    certificates = ("--iso22301-until", year, "--iso27001-until", year)
    assert izin("partner", "evidence", partner, *shown, *certificates)[0] == 0
    for state in ("AUTHORISED", "CONTRACTED", "LIVE", "SUSPENDED"):
        code, said = izin("partner", "state", partner, state)
        assert (code, str(partner) in said) == (0, True)
    code, said = izin("partner", "state", partner, "REVOKED")
    assert (code, "--for-ever" in said) == (1, True)
    assert izin("partner", "state", partner, "REVOKED", "--for-ever")[0] == 0
    _, told = izin("partner", "list", "--json")
    [listed] = told["partners"]
    assert (listed["state"], listed["iso27001_until"]) == ("REVOKED", year.isoformat())
    assert "Ortak A.Ş." in izin("partner", "list")[1]
    code, said = izin("partner", "evidence", partner, "--fee-paid-on", "dün", "--lang", "en")
    assert (code, "is no day" in said) == (1, True)


def test_a_carrier_is_let_ask_and_suspended(izin):
    assert "Aracı yok" in izin("carrier", "list")[1]
    code, told = izin("carrier", "add", "Hat A.Ş.", "--json")
    assert code == 0
    for state in ("INTEGRATED", "ACTIVE", "SUSPENDED", "ACTIVE"):
        assert izin("carrier", "state", told["carrierCode"], state)[0] == 0
    code, refused = izin("carrier", "state", told["carrierCode"], "REGISTERED", "--json")
    assert (code, refused["errors"][0]["code"]) == (1, "IZ028")
    code, refused = izin("carrier", "state", 1, "ACTIVE", "--json")
    assert (code, refused["errors"][0]["code"]) == (1, "IZ037")
    assert "Hat A.Ş." in izin("carrier", "list")[1]
