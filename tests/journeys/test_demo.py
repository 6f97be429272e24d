"""`make run`: a registry of invented people that starts, answers, stops, and keeps its data."""

import json
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from datetime import UTC, datetime

import httpx2
import psutil
import pytest
from builders.authenticator import App
from builders.command import Command, free_port, until, until_gone
from builders.house import a_row, ago

from izin.simulator.registration import Way
from izin.storage.folder import processes_in

DATABASE = "database"


@pytest.fixture
def place(tmp_path):
    """A data folder that is not there yet, and a port."""
    return {"folder": tmp_path / "var", "port": free_port()}


@pytest.fixture
def started():
    """Starts commands, and sees at the end that nothing is left of them."""
    commands: list[Command] = []

    def start(*arguments: str, **place) -> Command:
        commands.append(Command(*arguments, **place))
        return commands[-1]

    yield start
    for command in commands:
        command.close()


def signed_in(file: dict) -> httpx2.Client:
    answer = httpx2.post(f"{file['base_url']}/oauth2/token", json=file)
    assert answer.status_code == 200, answer.text
    token = answer.json()["access_token"]
    return httpx2.Client(
        base_url=file["base_url"], headers={"authorization": f"Bearer {token}"}, timeout=20
    )


def brand_path(file: dict) -> str:
    return f"/sps/{file['iysCode']}/brands/{file['brandCode']}"


PERSON = "+905990999999"


def is_allowed(file: dict) -> bool:
    """May the first company send a message to the person?"""
    with signed_in(file) as client:
        asked = {"recipients": [PERSON], "type": "MESAJ"}
        told = client.post(f"/x/brands/{file['brandCode']}/ask", json=asked).json()
    return told["list"][0]["allowed"]


def acts_for(file: dict, who: str) -> tuple[str, int | None]:
    """Sign in as one of the people that the file tells of."""
    person = file[who]
    with httpx2.Client(base_url=file["base_url"], timeout=20) as client:
        body = {"email": person["email"], "password": person["password"]}
        begun = client.post("/x/sign-in", json=body).json()
        code = App(person["totpUri"]).code(datetime.now(UTC))
        done = client.post("/x/sign-in/finish", json={"signIn": begun["signIn"], "code": code})
        bearer = {"authorization": f"Bearer {done.json()['token']}"}
        me = client.get("/x/me", headers=bearer).json()
    return me["actsFor"], me.get("code")


def seen_after_e_devlet(citizens: str) -> str:
    """What a citizen sees who comes by what stands in for the gateway."""
    with httpx2.Client(follow_redirects=True, timeout=20) as browser:

        def click(page: httpx2.Response, path: str, **form: str) -> httpx2.Response:
            fields = dict(re.findall(r'name="(mark|asked)" value="([^"]+)"', page.text))
            return browser.post(page.url.join(path), data=fields | form)

        page = click(browser.get(f"{citizens}/sign-in"), "/e-devlet")
        page = click(page, "/sign-in", person="ayse", way=Way.PASSWORD)
        page = click(page, "/consent", answer="allow")
        assert str(page.url).startswith(f"{citizens}/e-devlet/back?"), page.url
        return browser.get(f"{citizens}/notice").text


def add_consent(file: dict) -> None:
    """The person consents to the first company's messages."""
    row = {
        "recipient": PERSON,
        "type": "MESAJ",
        "source": "HS_WEB",
        "status": "ONAY",
        "consentDate": ago(hours=1),
        "recipientType": "BIREYSEL",
    }
    with signed_in(file) as client:
        added = client.post(f"{brand_path(file)}/consents", json=row)
    assert added.status_code == 200, added.text


def answers_about(file: dict, other: dict) -> tuple[int, str]:
    """What a company on İLETİ is answered by itself, and what its partner is."""
    row = a_row(1, recipientType="TACIR")
    path = f"/sps/{other['iysCode']}/brands/{other['brandCode']}/consents"
    with signed_in(file | other | {"grant_type": "password"}) as client:
        refused = client.post(path, json=row).json()["errors"][0]["code"]
    with signed_in(file | file["integrator"]) as client:
        return client.post(path, json=row).status_code, refused


def test_a_demonstration_keeps_its_data_and_leaves_nothing_running(place, started):
    data, path = place["folder"] / DATABASE / "data", place["folder"] / "demo.json"
    first = started("demo", "--json", **place)
    ready = first.answer()
    file = json.loads(path.read_text("utf-8"))
    assert file["base_url"] == ready["base_url"] == f"http://127.0.0.1:{place['port']}"
    add_consent(file)
    assert acts_for(file, "owner") == ("COMPANY", file["iysCode"])
    assert acts_for(file, "staff") == ("REGISTRY", None)
    [through_partner, paused] = file["others"]
    assert (through_partner["package"], paused["package"]) == ("ILETI-25", "ILETI+")
    assert answers_about(file, through_partner) == (200, "H586")
    assert file["owner"]["url"] == f"{file['base_url']}/x/sign-in"
    assert file["staff"]["url"] == f"{ready['desk_url']}/"
    assert "Giriş" in httpx2.get(file["staff"]["url"], follow_redirects=True).text
    assert "Aydınlatma metni" in seen_after_e_devlet(ready["citizen_url"])
    tree = first.tree()
    assert len(tree) > 4

    assert first.stop(signal.SIGINT) == 0
    until_gone(tree, seconds=1)
    assert processes_in(data) == []
    assert not (place["folder"] / "running.json").exists()

    second = started("demo", "--json", **place)
    second.answer()
    assert json.loads(path.read_text("utf-8")) == file
    assert is_allowed(file)

    # its parent is killed: no child may outlive it
    orphans = second.tree()
    second.stop(signal.SIGKILL)
    until_gone(orphans, seconds=10)
    until(lambda: processes_in(data) == [], seconds=10)


def test_what_stands_on_the_screen_can_be_typed_and_a_polite_kill_ends_it(place, started):
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here to try")
    demo = started("demo", **place)
    until(lambda: "Ctrl-C stops everything" in demo.said() or demo.process.poll() is not None)
    lines = [line.strip() for line in demo.said().splitlines()]
    typed = [line for line in lines if line.startswith(("TOKEN=", "curl "))]
    shown = subprocess.run(
        ["sh", "-ec", "\n".join(typed)],
        capture_output=True,
        check=True,
        cwd=place["folder"].parent,
        timeout=30,
    )
    reasons = [each["reason"] for each in json.loads(shown.stdout)["list"]]
    assert reasons == ["CONSENT", "REJECTED", "NO_CONSENT"]
    assert demo.stop(signal.SIGTERM) == 0
    assert demo.said().rstrip().endswith("Stopped.")


def test_a_start_over_what_is_in_use_says_so(place, started):
    started("serve", "--json", **place).answer()
    same_port = started("demo", folder=place["folder"].parent / "other", port=place["port"])
    assert same_port.ended() == 1
    assert f"Port {place['port']} is in use" in same_port.said()
    same_folder = started("demo", folder=place["folder"], port=free_port())
    assert same_folder.ended() == 1
    assert f"{place['folder'] / DATABASE} is in use" in same_folder.said()


def test_whatever_dies_is_started_again_the_database_too(place, started):
    running = started("serve", "--web", "1", "--json", **place)
    base_url = running.answer()["base_url"]
    [web] = [p for p in running.tree() if "web" in p.cmdline()]
    os.kill(web.pid, signal.SIGKILL)

    def answers() -> bool:
        try:
            return httpx2.get(f"{base_url}/readyz", timeout=1).status_code == 200
        except httpx2.TransportError:
            return False

    until(lambda: not psutil.pid_exists(web.pid) and answers())
    server = processes_in(place["folder"] / DATABASE / "data")
    for pid in server:
        with suppress(ProcessLookupError):  # a backend ends when its client or the postmaster does
            os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(psutil.pid_exists, server)) and answers())
