"""``izin member`` as an operator types it."""

import json

import pytest

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


def test_people_of_the_registry_are_invited_listed_and_stopped(izin):
    code, made = izin(
        "member", "invite", "Gizem Örnek", "gizem@izin.example", "--registry", "--json"
    )
    assert code == 0
    assert made["invitation"].startswith("izin_")
    code, said = izin(
        "member", "invite", "İkinci", "iki@izin.example", "--registry", "--role", "VIEWER"
    )
    assert (code, "davet edildi" in said, "izin_" in said) == (0, True, True)
    _, listed = izin("member", "list", "--registry", "--json")
    assert [each["post"]["role"] for each in listed["members"]] == ["VIEWER", "OWNER"]
    shown = izin("member", "list", "--registry")[1]
    assert "OWNER" in shown
    assert "gizem" not in shown.lower()
    second = listed["members"][0]["member_id"]
    assert izin("member", "role", second, "OPERATOR")[0] == 0
    code, anew = izin("member", "reinvite", second, "--json")
    assert (code, anew["memberId"]) == (0, second)
    assert izin("member", "stop", second)[0] == 0
    code, told = izin("member", "stop", second, "--json")
    assert (code, told["errors"][0]["code"]) == (1, "IZ047")
    _, trail = izin("audit", "--json")
    done = [each["action"] for each in trail["events"] if each["action"].startswith("member")]
    put, invited = "member.put", "member.invited"
    assert done == [put, invited, put, invited, invited]
    assert "gizem" not in json.dumps(trail).lower()


def test_where_there_is_mail_nobody_sees_an_invitation_unless_he_asks_for_it(izin, monkeypatch):
    monkeypatch.setenv("IZIN_SMTP_URLS", "smtp://127.0.0.1:2525")
    whom = "invite", "Gizem Örnek", "gizem@izin.example", "--registry"
    code, said = izin("member", *whom)
    assert (code, "postayla gönderiliyor" in said, "izin_" in said) == (0, True, False)
    _, listed = izin("member", "list", "--registry", "--json")
    [member_id] = [each["member_id"] for each in listed["members"]]
    _, made = izin("member", "reinvite", member_id, "--json")
    assert (made["isMailed"], "invitation" in made) == (True, False)
    _, made = izin("member", "reinvite", member_id, "--by-hand", "--json")
    assert (made["isMailed"], made["invitation"][:5]) == (False, "izin_")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("invite", "A", "hiç adres değil", "--registry"), "is no e-mail address"),
        (("invite", "A", "a@izin.example"), "one of them"),
        (("list", "--registry", "--company", "731001"), "one of them"),
        (("invite", "A", "a@izin.example", "--company", "731001"), "H001"),
        (("invite", "A", "a@izin.example", "--partner", "30000001"), "IZ033"),
        (("invite", "A", "a@izin.example", "--carrier", "10000001"), "IZ037"),
        (("invite", "A", "a@izin.example", "--registry", "--brand", "731001"), "IZ049"),
        (("invite", "A", "a@izin.example", "--registry", "--role", "API"), "IZ049"),
    ],
)
def test_what_cannot_be_is_said(izin, words, said):
    code, told = izin("member", *words, "--lang", "en")
    assert (code, said in told) == (1, True), told


def test_nobody_is_there(izin):
    assert "Kullanıcı yok" in izin("member", "list", "--registry")[1]
