"""``izin client`` as an operator types it."""

import asyncio
import json

import pytest
from builders.holder import Certificate, an_ec_key, public
from builders.parties import IYS_CODE, Given

from izin.cli.main import run
from izin.storage.database import Database


@pytest.fixture
def izin(fresh_database, tmp_path, monkeypatch, capsys):
    """Types a command; gives its exit code, and its JSON or what people read."""
    monkeypatch.setenv("IZIN_DATABASE_URL", fresh_database)
    monkeypatch.setenv("IZIN_DATA_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("COLUMNS", "300")

    def type_(*words: object):
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        return code, json.loads(said.out) if "--json" in words else said.out + said.err

    return type_


@pytest.fixture
def company(fresh_database, passwords):
    async def register() -> None:
        database = await Database.open(fresh_database, role="izin_operator", size_max=1)
        try:
            await Given(database, passwords).provider()
        finally:
            await database.close()

    asyncio.run(register())
    return IYS_CODE


def the_account(izin, company):
    _, told = izin("client", "list", "--company", company, "--json")
    [account] = told["clients"]
    return account


def codes(told) -> list[str]:
    return [each["code"] for each in told["errors"]]


def test_an_account_is_entered_gets_keys_and_is_stopped(izin, company, tmp_path):
    assert "API hesabı yok" in izin("client", "list", "--company", company)[1]
    code, told = izin("client", "add", "--company", company, "--json")
    assert (code, told["password"][:5]) == (0, "izin_")
    client = told["clientId"]
    jwk, pem = tmp_path / "key.json", tmp_path / "certificate.pem"
    key, certificate = an_ec_key(), Certificate()
    jwk.write_text(json.dumps(public(key)))
    pem.write_text(certificate.pem)
    code, added = izin("client", "key", client, jwk, "--days", 30, "--json")
    assert (code, added["thumbprint"]) == (0, key.thumbprint())
    code, added = izin("client", "certificate", client, pem, "--json")
    assert (code, added["thumbprint"]) == (0, certificate.thumbprint)
    assert izin("client", "resource-server", client)[0] == 0
    account = the_account(izin, company)
    assert [each["kind"] for each in account["keys"]] == ["jwk", "certificate"]
    assert (account["client_id"], account["is_resource_server"]) == (client, True)
    assert izin("client", "resource-server", client, "--no")[0] == 0
    assert izin("client", "withdraw", client, added["keyId"])[0] == 0
    account = the_account(izin, company)
    assert [each["kind"] for each in account["keys"]] == ["jwk"]
    assert not account["is_resource_server"]
    assert "etkin" in izin("client", "list", "--company", company)[1]
    assert izin("client", "stop", client)[0] == 0
    assert not the_account(izin, company)["is_active"]
    code, refused = izin("client", "stop", client, "--json")
    assert (code, codes(refused)) == (1, ["IZ068"])
    assert "durduruldu" in izin("client", "list", "--company", company)[1]


def test_a_new_password_is_drawn_and_nothing_of_it_is_in_the_trail(izin, company):
    _, first = izin("client", "add", "--company", company, "--json")
    code, second = izin("client", "password", first["clientId"], "--keep-days", 3, "--json")
    assert (code, first["password"] == second["password"]) == (0, False)
    _, trail = izin("audit", "--company", company, "--json")
    text = json.dumps(trail)
    assert "client.password" in text
    assert first["password"] not in text
    assert second["password"] not in text


def test_private_keys_are_refused_and_so_is_what_is_nobodys(izin, company, tmp_path):
    _, told = izin("client", "add", "--company", company, "--json")
    private = tmp_path / "private.json"
    private.write_text(json.dumps(an_ec_key().as_dict(private=True)))
    for client, file, code in (
        (told["clientId"], private, "IZ065"),
        ("6b0b9a4e-0d60-4ee5-9b43-0a6a5d0a1f37", private, "IZ065"),
    ):
        exit_code, refused = izin("client", "key", client, file, "--json")
        assert (exit_code, codes(refused)) == (1, [code])
    private.write_text("no JSON")
    assert izin("client", "key", told["clientId"], private)[0] == 1
    for option, code in (("--company", "H001"), ("--partner", "IZ033"), ("--carrier", "IZ037")):
        assert codes(izin("client", "add", option, 1, "--json")[1]) == [code]
    exit_code, said = izin("client", "add", "--lang", "en")
    assert (exit_code, "exactly one" in said) == (1, True)
