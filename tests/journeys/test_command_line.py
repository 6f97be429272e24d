"""The commands over a registry that runs, as an operator types them."""

import asyncio
import csv
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import asyncpg
import httpx2
import msgspec
import pytest
from builders.command import Command, environment, free_port, until
from builders.dealer_sheets import HEADINGS as DEALER_HEADINGS
from builders.dealer_sheets import a_dealer_row
from python_calamine import CalamineWorkbook
from typer.main import get_command

from izin.cli.main import COMMANDS, run
from izin.files.form import Form
from izin.files.headings import TEMPLATE
from izin.files.write import written
from izin.keyring.survey import try_keys
from izin.storage.database import Database
from izin.vault.provider import FileKeyProvider
from izin.vault.purpose import OWN_PURPOSES
from izin.wiring.people import examples

LOADING_BRAND = 741001
"""Of the company that may still load what is old."""

ACTIVE_BRAND = 731001
PAUSED_BRAND = 751001


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """A demonstration that runs while this module is tried."""
    folder = tmp_path_factory.mktemp("line") / "var"
    demo = Command("demo", "--json", folder=folder, port=free_port())
    ready = demo.answer()
    password = json.loads((folder / "demo.json").read_text("utf-8"))["password"]
    assert password not in demo.said() + json.dumps(ready)
    yield folder
    assert demo.stop() == 0
    demo.close()


@pytest.fixture
def izin(registry, monkeypatch, capsys):
    """Types a command in this process; gives its exit code, its JSON, and what people read."""
    monkeypatch.setenv("IZIN_DATA_FOLDER", str(registry))
    monkeypatch.setenv("COLUMNS", "200")

    def type_(*words: str):
        code = run([str(word) for word in words])
        said = capsys.readouterr()
        if "--json" in words:
            return code, json.loads(said.out), said.err
        return code, None, said.out + said.err

    return type_


def a_file(path: Path, *rows: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(
            [
                TEMPLATE[name]
                for name in (
                    "recipient",
                    "type",
                    "status",
                    "source",
                    "consentDate",
                    "recipientType",
                )
            ]
        )
        writer.writerows(rows)
    return path


def a_line(number: int, **changes: str) -> tuple[str, ...]:
    given = {
        "recipient": f"+90599{number:07}",
        "type": "MESAJ",
        "status": "ONAY",
        "source": "HS_WEB",
        "date": "2024-05-06 07:08:09",
        "kind": "BIREYSEL",
    }
    return tuple((given | changes).values())


def test_a_demonstration_hands_out_a_user_in_a_private_file(registry):
    path = registry / "demo.json"
    assert stat.S_IMODE(registry.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    file = json.loads(path.read_text("utf-8"))
    assert type(file["iysCode"]) is type(file["brandCode"]) is int
    brand = f"{file['base_url']}/sps/{file['iysCode']}/brands/{file['brandCode']}"
    token = httpx2.post(f"{file['base_url']}/oauth2/token", json=file).json()["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    feed = httpx2.get(f"{brand}/consents/changes", params={"source": "IYS"}, headers=bearer)
    assert feed.json()["list"], "citizens have changed something"
    assert httpx2.post(f"{brand}/consents", json={}, headers=bearer).status_code == 422


def test_the_question_is_answered_with_its_reason_and_its_age(izin):
    consents, refused, unknown = (address.clear for address in examples())
    code, told, _ = izin("ask", ACTIVE_BRAND, consents, refused, unknown, "nobody", "--json")
    assert code == 2, "one of them cannot be read"
    assert [(each["decision"], each["reason"]) for each in told["list"]] == [
        ("ALLOWED", "CONSENT"),
        ("DENIED", "REJECTED"),
        ("DENIED", "NO_CONSENT"),
        ("UNKNOWN", "INVALID_REQUEST"),
    ]
    assert [each["since"] is not None for each in told["list"]] == [True, True, False, False]


def test_people_see_a_table_that_shows_no_address(izin):
    consents, *_ = (address.clear for address in examples())
    code, told, seen = izin("ask", ACTIVE_BRAND, consents)
    assert (code, told) == (0, None)
    assert "ALLOWED" in seen
    assert consents not in seen


def test_answers_can_be_kept_in_a_file_and_told_apart(izin, capsys, registry):
    code = run(["ask", str(ACTIVE_BRAND), "+905991111101", "+905992222201", "--lang", "en"])
    seen = capsys.readouterr()
    assert (code, seen.err) == (0, "")
    lines = [line.split()[:2] for line in seen.out.splitlines() if "***" in line]
    assert lines == [["1", "+90***01"], ["2", "+90***01"]]


def test_a_command_speaks_one_language(izin, tmp_path):
    file = a_file(tmp_path / "dil.csv", a_line(5_300_001), a_line(5_300_002, status="?"))
    _, _, turkish = izin("import", file, "--brand", LOADING_BRAND)
    assert "2 satır: 1 kaydedildi, 0 zaten kayıtlıydı, 1 reddedildi." in turkish
    assert "rows" not in turkish
    _, _, english = izin("import", file, "--brand", LOADING_BRAND, "--lang", "en")
    assert "2 rows: 0 recorded, 1 recorded before, 1 refused." in english
    assert "satır:" not in english
    assert "amaç" in izin("keys")[2]


def test_the_question_can_be_asked_as_of_an_instant(izin):
    consents, *_ = (address.clear for address in examples())
    past = ("--at", "2024-01-01 00:00:00", "--json")
    _, told, _ = izin("ask", ACTIVE_BRAND, consents, *past)
    assert told["list"][0]["reason"] == "NO_CONSENT"  # nothing was recorded yet
    future = ("--at", "2090-01-01 00:00:00", "--json")
    _, told, _ = izin("ask", ACTIVE_BRAND, consents, *future)
    assert told["list"][0]["reason"] == "CONSENT"
    words = ("--at", "yesterday", "--json", "--lang", "en")
    code, told, _ = izin("ask", ACTIVE_BRAND, consents, *words)
    assert (code, "no instant" in told["errors"][0]["message"]) == (1, True)


def test_a_file_is_loaded_but_for_its_wrong_rows_which_come_back(izin, tmp_path):
    file = a_file(tmp_path / "izinler.csv", a_line(5_000_001), a_line(5_000_002, status="EVET?"))
    code, told, seen = izin("import", file, "--brand", LOADING_BRAND, "--json")
    assert code == 2, seen
    assert (told["recorded"], told["refused"]) == (1, 1)
    assert [(e["code"], e["lines"]) for e in told["errors"]] == [("H115", [3])]
    back = Path(told["error_file"])
    assert back.name == "izinler.errors.csv"
    assert "+905995000002"[-10:] in back.read_text("utf-8-sig")
    _, asked, _ = izin("ask", LOADING_BRAND, "+905995000001", "--json")
    assert asked["list"][0]["reason"] == "CONSENT"


def test_a_row_that_names_no_dealer_of_the_brand_is_refused_as_by_the_api(izin, tmp_path):
    own, sisters, nobodys = 74100102, 74100101, 7
    numbers = range(5_050_001, 5_050_006)
    dealers = [f"{own};", f"{sisters};", f"{nobodys};", f"{own};{own} {nobodys}", ";"]
    rows = [
        f"+90599{number};MESAJ;ONAY;HS_WEB;06.05.2024;{dealer}"
        for number, dealer in zip(numbers, dealers, strict=True)
    ]
    file = tmp_path / "bayiler.csv"
    heading = "alici;kanal;durum;kaynak;izin_tarihi;bayi_kodu;bayi_erisimi"
    file.write_text("\n".join([heading, *rows]), "utf-8")
    code, told, seen = izin("import", file, "--brand", LOADING_BRAND, "--json")
    assert (code, told["recorded"], told["refused"]) == (2, 2, 3), seen
    assert [(e["code"], e["field"], e["lines"]) for e in told["errors"]] == [
        ("H180", "retailerCode", [3, 4]),
        ("H180", "retailerAccess", [5]),
    ]


def test_a_paused_company_loads_its_refusals_only(izin, tmp_path):
    exported = tmp_path / "kurgu.csv"
    izin("export", exported, "--brand", PAUSED_BRAND, "--plain")
    with exported.open(encoding="utf-8-sig", newline="") as file:
        known = next(row for row in csv.DictReader(file, delimiter=";") if row["durum"] == "ONAY")
    day = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 3 * 3600))
    changes = {"recipient": known["alici"], "type": known["kanal"], "kind": known["alici_tipi"]}
    rows = [a_line(0, **changes, status=status, date=day) for status in ("ONAY", "RET")]
    file = a_file(tmp_path / "askida.csv", *rows)
    code, told, seen = izin("import", file, "--brand", PAUSED_BRAND, "--json")
    assert (code, told["recorded"]) == (2, 1), seen
    assert [(e["code"], e["field"], e["lines"]) for e in told["errors"]] == [
        ("H520", "status", [2])
    ]


def test_rows_that_were_all_refused_are_no_success(izin, tmp_path):
    file = a_file(tmp_path / "ret.csv", a_line(5_060_001, status="RET"))
    code, told, _ = izin("import", file, "--brand", LOADING_BRAND, "--json")
    assert (code, told["recorded"], told["refused"]) == (1, 0, 1)
    assert [(e["code"], e["count"], e["lines"]) for e in told["errors"]] == [("H175", 1, [2])]


def test_a_file_is_loaded_once(izin, tmp_path):
    file = a_file(tmp_path / "bir.csv", a_line(5_100_001))
    assert izin("import", file, "--brand", LOADING_BRAND)[0] == 0
    code, told, _ = izin("import", file, "--brand", LOADING_BRAND, "--json", "--lang", "en")
    assert (code, told["errors"][0]["code"]) == (1, "IZ216")
    assert "(IZ216)" not in told["errors"][0]["message"]


def test_all_or_nothing_records_nothing_if_a_row_is_wrong(izin, tmp_path):
    file = a_file(tmp_path / "hep.csv", a_line(5_200_001), a_line(5_200_002, type="FAKS"))
    code, _, seen = izin("import", file, "--brand", LOADING_BRAND, "--all-or-nothing")
    assert code == 1
    assert "Hiçbir satır kaydedilmedi" in seen
    _, asked, _ = izin("ask", LOADING_BRAND, "+905995200001", "--json")
    assert asked["list"][0]["reason"] == "NO_CONSENT"


@pytest.mark.parametrize("name", ["hepsi.csv", "hepsi.xlsx"])
def test_a_brand_is_written_as_a_file_that_only_its_owner_reads(izin, tmp_path, name):
    file = tmp_path / name
    code, told, seen = izin("export", file, "--brand", LOADING_BRAND + 1, "--json")
    assert code == 0, seen
    assert told["rows"] > 100
    assert file.stat().st_mode & 0o077 == 0


def test_a_plain_export_has_one_line_a_consent(izin, tmp_path):
    file = tmp_path / "duz.csv"
    _, told, _ = izin("export", file, "--brand", ACTIVE_BRAND, "--plain", "--json")
    text = file.read_text("utf-8-sig")
    assert len(text.splitlines()) == told["rows"] + 1
    assert "\n+90599" in text


def test_an_export_is_recognised_but_for_what_citizens_changed(izin, tmp_path):
    file = tmp_path / "geri.csv"
    _, exported, _ = izin("export", file, "--brand", ACTIVE_BRAND, "--json")
    code, told, seen = izin("import", file, "--brand", ACTIVE_BRAND, "--json")
    assert code == 2, seen
    assert told["recorded"] == 0
    assert told["repeated"] + told["refused"] == exported["rows"]
    assert {each["code"] for each in told["errors"]} == {"H119"}
    text = file.read_text("utf-8-sig")
    assert told["refused"] == sum(";IYS_" in line for line in text.splitlines())


def test_a_new_row_that_comes_too_late_is_refused_by_its_date(izin, tmp_path):
    file = a_file(tmp_path / "gec.csv", a_line(5_400_001))
    code, told, _ = izin("import", file, "--brand", ACTIVE_BRAND, "--json")
    assert code == 1
    assert [(e["code"], e["field"]) for e in told["errors"]] == [("H467", "consentDate")]


def test_an_export_says_which_kinds_of_file_there_are(izin, tmp_path):
    code, _, seen = izin("export", tmp_path / "hepsi.pdf", "--brand", ACTIVE_BRAND)
    assert code == 1
    assert ".csv ya da .xlsx" in seen


def test_the_keys_are_counted_and_each_opens(izin):
    code, told, _ = izin("keys", "--json")
    assert code == 0
    scopes = {group["purpose"]: group["scope_count"] for group in told["keys"]}
    assert scopes["brand-seal"] == 7  # six brands, and an application
    assert scopes["citizen-seal"] == 1
    code, tried, _ = izin("keys", "check", "--json")
    assert code == 0
    assert tried == {"keys": sum(group["key_count"] for group in told["keys"]), "lost": []}
    assert "wrapped" not in json.dumps(told)
    assert "brand-seal" in izin("keys")[2]


def test_the_demonstration_s_views_agree_with_its_movements(izin):
    code, told, _ = izin("rebuild", "--json")
    assert code == 0
    assert told["left"] == 0
    assert told["movements"] > told["keys"] > 3000
    code, _, seen = izin("rebuild", "--write", "--lang", "en")
    assert code == 0
    assert "movements make up" in seen


def test_an_unknown_brand_is_told_in_one_line(izin, tmp_path):
    file = a_file(tmp_path / "yok.csv", a_line(1))
    for words in (
        ("ask", 999999, "+905990000001"),
        ("export", tmp_path / "yok.xlsx", "--brand", 999999),
        ("import", file, "--brand", 999999),
    ):
        code, told, seen = izin(*words)
        assert (code, told) == (1, None)
        assert seen.strip() == "Bu kayıt defterinde 999999 kodlu bir marka yok."


def test_without_a_registry_a_command_says_how_to_make_one(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("IZIN_DATA_FOLDER", str(tmp_path / "nothing"))
    assert run(["keys"]) == 1
    said = capsys.readouterr().err
    assert "There is no registry in" in said
    assert len(said.strip().splitlines()) == 1


def test_a_registry_that_does_not_run_is_started_for_the_time_of_a_command(
    monkeypatch, tmp_path, capsys
):
    monkeypatch.setenv("IZIN_DATA_FOLDER", str(tmp_path / "var"))
    assert run(["migrate", "--json"]) == 0
    applied = json.loads(capsys.readouterr().out)
    assert applied["applied"][-1] == applied["schema"]
    assert run(["migrate"]) == 0
    assert "already" in capsys.readouterr().out
    assert run(["rebuild", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["movements"] == 0


def test_what_was_typed_wrong_is_refused_with_exit_code_1(capsys):
    assert run(["keys", "--nonsense"]) == 1
    assert run(["demon"]) == 1
    assert "Did you mean 'demo'" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("import", "nowhere.csv", "--brand", "1"),
        ("import",),
        ("ask", "one"),
        ("keys", "--nonsense"),
        ("demon",),
        ("ask", "1", "+905991234567", "--lang", "fr"),
    ],
)
def test_programs_read_what_was_typed_wrong_as_json(words, capsys):
    assert run([*words, "--json"]) == 1
    seen = capsys.readouterr()
    [error] = json.loads(seen.out)["errors"]
    assert error["message"]
    assert seen.err == ""


def lines() -> list[list[str]]:
    """Every command, and of those that only gather others each of these."""
    found: list[list[str]] = []
    for name, (module, _) in COMMANDS.items():
        command = get_command(import_module(f"izin.cli.{module}").app)
        below = getattr(command, "commands", {})
        found += [[name, each] for each in below]
        if not below or command.invoke_without_command:
            found.append([name])
    return found


@pytest.mark.parametrize("words", lines(), ids=" ".join)
def test_every_command_answers_in_json_and_helps(words, capsys):
    assert run([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "--json" in shown
    assert "--lang" in shown


def test_who_entered_what_is_told_the_newest_first(izin):
    code, told, _ = izin("audit", "--company", ACTIVE_BRAND, "--json")
    assert code == 0
    events = told["events"]
    assert [each["auditId"] for each in events] == sorted(
        (each["auditId"] for each in events), reverse=True
    )
    assert {each["iysCode"] for each in events} == {ACTIVE_BRAND}
    by_others = [each for each in events if each["by"]["name"] != "demo"]
    assert [each["action"] for each in by_others] == ["member.enrolled"], "its owner, by himself"
    entered = [each for each in events if each["action"] == "provider.put"]
    assert [each["facts"]["activatedAt"] is None for each in entered] == [False, True]
    code, told, _ = izin("audit", "--action", "key.made", "--most", 2, "--json")
    assert [each["by"]["kind"] for each in told["events"]] == ["registry"] * 2
    code, _, seen = izin("audit", "--subject", ACTIVE_BRAND, "--until", "2020-01-01 00:00:00")
    assert (code, seen.strip()) == (0, "Aranan türde bir değişiklik yok.")
    code, _, seen = izin("audit", "--since", "dün", "--lang", "en")
    assert code == 1
    assert "is no instant" in seen


def test_settings_that_do_not_fit_are_told_in_one_line(monkeypatch, capsys):
    monkeypatch.setenv("IZIN_PORT", "many")
    assert run(["keys", "--json"]) == 1
    [error] = msgspec.json.decode(capsys.readouterr().out)["errors"]
    assert "The settings do not fit" in error["message"]


def test_the_help_reads_no_database_and_no_server():
    code = "import sys; import izin.cli.main as m; m.run(['--help']); print(sorted(sys.modules))"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    ).stdout
    assert "izin.cli.main" in shown
    for heavy in ("asyncpg", "uvicorn", "starlette", "izin.consent", "cryptography"):
        assert f"'{heavy}'" not in shown


def test_what_differs_is_told_by_the_exit_code_and_put_right(izin, registry):
    async def corrupt() -> None:
        url = json.loads((registry / "running.json").read_text("utf-8"))["url"]
        owner = await asyncpg.connect(url)
        await owner.execute("update brand_figure set approvals = approvals + 1")
        await owner.execute("update provider_consent set source = null where channel = 'ARAMA'")
        await owner.close()

    asyncio.run(corrupt())
    code, told, _ = izin("rebuild", "--json")
    assert code == 1
    assert told["left"] == told["figures_differing"] + told["provider_differing"] > 100
    code, _, seen = izin("rebuild", "--write")
    assert code == 0
    assert f"{told['left']} satır düzeltildi." in seen
    assert izin("rebuild", "--check")[0] == 0


def when(true: Callable[[], bool]) -> threading.Thread:
    """Presses Ctrl-C in this process once something is true."""

    def press() -> None:
        until(true)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    return thread


@pytest.mark.parametrize(
    ("name", "sign"), [("demo", "Ctrl-C stops everything"), ("serve", "Ctrl-C stops it")]
)
def test_a_server_runs_until_ctrl_c(name, sign, fresh_database, monkeypatch, tmp_path, capfd):
    monkeypatch.setenv("IZIN_DATABASE_URL", fresh_database)
    monkeypatch.setenv("IZIN_DATA_FOLDER", str(tmp_path / "var"))
    seen: list[str] = []

    def is_ready() -> bool:
        seen.append(capfd.readouterr().err)
        return sign in "".join(seen)

    pressing = when(is_ready)
    code = run([name, "--web", "1", "--port", str(free_port())])
    pressing.join()
    assert (code, "Stopped." in capfd.readouterr().err) == (0, True)


async def test_a_key_of_another_root_is_told_as_lost(fresh_database, keeper_keyring, tmp_path):
    assert keeper_keyring.citizen  # the keys are made
    database = await Database.open(fresh_database, role="izin_keeper")
    try:
        other = FileKeyProvider(tmp_path / "other.key", production=False)
        tried = await try_keys(database, other, lambda _done, _total: None)
    finally:
        await database.close()
    assert tried.key_count == len(tried.lost) == len(OWN_PURPOSES)


def test_a_load_that_is_killed_goes_on_and_doubles_no_row(izin, registry, tmp_path):
    rows = 8000
    file = a_file(tmp_path / "uzun.csv", *(a_line(6_000_000 + n) for n in range(rows)))
    words = ["import", str(file), "--brand", str(LOADING_BRAND + 1), "--json"]
    loading = subprocess.Popen(
        [sys.executable, "-m", "izin", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(registry, free_port()),
    )

    def some_are_there() -> bool:
        _, asked, _ = izin("ask", LOADING_BRAND + 1, "+905996000000", "--json")
        return asked["list"][0]["reason"] == "CONSENT" or loading.poll() is not None

    until(some_are_there)
    loading.send_signal(signal.SIGKILL)
    loading.wait()
    code, told, _ = izin(*words)
    assert code == 0
    assert (told["recorded"], told["repeated"], told["refused"]) == (rows, 0, 0)
    _, before, _ = izin("rebuild", "--json")
    assert before["left"] == 0, {k: v for k, v in before.items() if v}


def test_a_file_of_dealers_is_entered_once_and_comes_out_without_persons(izin, tmp_path):
    file, out = tmp_path / "bayiler.csv", tmp_path / "bayiler.xlsx"
    rows = [a_dealer_row(number) for number in (1, 2)]
    bad = a_dealer_row(3, il="Atlantis")
    file.write_bytes(written([DEALER_HEADINGS, *rows, bad], Form()))
    words = ["retailer", "import", str(file), "--brand", str(ACTIVE_BRAND), "--json"]
    code, told, _ = izin(*words)
    assert (code, told["entered"], told["already"], told["refused"]) == (2, 2, 0, 1)
    assert told["errors"] == [{"code": "H016", "field": "city", "count": 1, "lines": [4]}]
    code, told, seen = izin(*words)
    assert (code, told["entered"], told["already"], told["refused"]) == (2, 0, 2, 1)
    assert rows[0][2] not in seen
    code, told, _ = izin("retailer", "export", str(out), "--brand", str(ACTIVE_BRAND), "--json")
    with CalamineWorkbook.from_path(out) as book:
        shown = book.get_sheet_by_index(0).to_python()
    assert (code, told["rows"]) == (0, len(shown) - 1)
    assert {rows[0][0], rows[1][0]} <= {row[1] for row in shown}
    cells = {str(cell) for row in shown for cell in row}
    assert not cells & {rows[0][2], rows[0][5], rows[0][1]}, "neither a person nor whose taxes"


def test_a_partner_acts_for_the_demonstration_s_companies(registry):
    file = json.loads((registry / "demo.json").read_text("utf-8"))
    partner = file["integrator"]
    signing_in = {"grant_type": "password", **partner}
    answer = httpx2.post(f"{file['base_url']}/oauth2/token", json=signing_in)
    bearer = {"authorization": f"Bearer {answer.json()['access_token']}"}
    path = f"{file['base_url']}/integrator/{partner['integratorCode']}/sps"
    told = {each["brandCode"]: each for each in httpx2.get(path, headers=bearer).json()["list"]}
    through_partner, _ = file["others"]  # on a package that has the API in no other way
    for brand, e_mails in ((file, "read"), (through_partner, "write")):
        of = told.pop(brand["brandCode"])
        rights = {name: of.get(name) for name in ("MESAJ", "EPOSTA", "ARAMA")}
        assert rights == {"MESAJ": "write", "EPOSTA": e_mails, "ARAMA": None}
        assert of["iysCode"] == brand["iysCode"]
    assert told == {}


def test_a_carrier_asks_before_it_sends(registry):
    file = json.loads((registry / "demo.json").read_text("utf-8"))
    carrier = file["carrier"]
    consents, refused, unknown = (address.clear for address in examples())
    answer = httpx2.post(
        f"{carrier['base_url']}brands/{file['brandCode']}/consents/BIREYSEL/rejected/MESAJ",
        json={"recipients": [consents, refused, unknown]},
        auth=(carrier["username"], carrier["password"]),
    )
    assert answer.json()["list"] == [refused, unknown]
