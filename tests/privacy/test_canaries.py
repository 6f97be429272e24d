"""A thousand invented people go in by every door, and no log, no dump and no file tells of one."""

import asyncio
import csv
import io
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import msgspec
import pytest
from builders.canaries import Watch
from builders.command import Command, environment, free_port, until
from builders.house import ago
from builders.watch import FIRST_OWN, SIGN_IN_NAMES

from izin.files.headings import TEMPLATE
from izin.storage.logins import give_login

CANARIES = [
    *(f"+90599{8_100_000 + 37 * number}" for number in range(500)),
    *(f"kanarya.{number:03}@orman.example" for number in range(500)),
]
SINGLE, BATCH, FILE = CANARIES[::20], CANARIES[1::2], CANARIES[2::20] + CANARIES[4::20]
BAD_CALL, BAD_ROW, ASKED = CANARIES[6::20], CANARIES[8::20], CANARIES[10::20]
LOADING_BRAND = 741001
"""Of the company that may still load what is old."""

ROLES = ("izin_web", "izin_citizen", "izin_keeper", "izin_operator", "izin_desk")
DEBUG = {"IZIN_LOG_LEVEL": "DEBUG"}
PLANTED = {"md5, in hex"}

Look = Callable[[bytes], set[str]]


class Lived(msgspec.Struct, frozen=True):
    """What is left of it all."""

    logs: dict[str, bytes]
    dumps: dict[tuple[str, str], bytes]
    planted: bytes
    files: Path
    is_stored: bool


@pytest.fixture(scope="module")
def look() -> Look:
    """Names the ways in which a text tells of a canary; the same text is read once."""
    return cache(Watch(CANARIES).kinds)


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Lived:
    folder = tmp_path_factory.mktemp("canaries") / "var"
    demo = Command("demo", "--json", folder=folder, port=free_port(), settings=DEBUG)
    try:
        demo.answer()
        logs = dict(by_the_api(json.loads((folder / "demo.json").read_text("utf-8"))))
        logs |= dict(by_the_command_line(folder))
        url = json.loads((folder / "running.json").read_text("utf-8"))["url"]
        is_stored = b'"decision":"ALLOWED"' in logs.pop("answer of ask").replace(b" ", b"")
        dumps, planted = asyncio.run(dumped(url))
        assert demo.stop() == 0
        logs["processes"] = demo.said().encode()
        logs["server"] = (folder / "database" / "server.log").read_bytes()
    finally:
        demo.close()
    return Lived(logs, dumps, planted, folder / "database" / "data", is_stored)


def a_consent(recipient: str, **changes: Any) -> dict[str, Any]:
    channel = "EPOSTA" if "@" in recipient else "MESAJ"
    given = {"recipient": recipient, "type": channel, "source": "HS_WEB", "status": "ONAY"}
    return given | {"consentDate": ago(hours=1), "recipientType": "BIREYSEL"} | changes


def by_the_api(file: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Add one by one and in batches, wrongly too; ask; follow the changes."""
    token = httpx2.post(f"{file['base_url']}/oauth2/token", json=file).json()["access_token"]
    brand = f"/sps/{file['iysCode']}/brands/{file['brandCode']}"
    with httpx2.Client(
        base_url=file["base_url"], headers={"authorization": f"Bearer {token}"}, timeout=20
    ) as client:
        for each in SINGLE:
            assert client.post(f"{brand}/consents", json=a_consent(each)).status_code == 200
        for each in BAD_CALL:
            wrong = a_consent(each, consentDate="2099-01-01 00:00:00", status="BELKI")
            assert client.post(f"{brand}/consents", json=wrong).status_code == 422
            ret = a_consent(each, status="RET")
            assert client.post(f"{brand}/consents", json=ret).status_code == 400
        rows = [a_consent(each) for each in BATCH]
        taken = client.post(f"{brand}/consents/request", json=rows).json()
        done = f"{brand}/consents/request/{taken['requestId']}"
        until(lambda: all(row.get("status") == "success" for row in client.get(done).json()))
        odd = {"recipient": BAD_CALL, "raw": "\ud800".encode("utf-8", "surrogatepass").hex()}
        assert client.post(f"{brand}/consents/request", json=odd).status_code >= 400
        for channel in ("MESAJ", "EPOSTA"):
            asked = [each for each in BATCH + ASKED if ("@" in each) == (channel == "EPOSTA")]
            told = client.post(
                f"{brand}/consents/BIREYSEL/status/{channel}", json={"recipients": asked}
            )
            assert told.status_code == 200
            ours = {"recipients": asked, "type": channel}
            assert client.post(f"/x/brands/{file['brandCode']}/ask", json=ours).status_code == 200
        for each in (*SINGLE[:20], *ASKED[:20]):
            kind = {"recipient": each, "type": a_consent(each)["type"]}
            client.post(f"{brand}/consents/status", json=kind | {"recipientType": "BIREYSEL"})
        client.get(f"{brand}/consents/changes", params={"source": "HS"})
        path = f"{brand}/consents/{SINGLE[0]}"
        yield "no such path", client.get(path).headers.get("server", "").encode()


def by_the_command_line(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Load a file with bad rows, write one, ask, compare with all that happened."""
    path = folder.parent / "kanaryalar.csv"
    names = ("recipient", "type", "status", "source", "consentDate", "recipientType")
    with path.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.writer(opened, delimiter=";")
        writer.writerow([TEMPLATE[name] for name in names])
        for each in FILE:
            writer.writerow([a_consent(each)[name] for name in names])
        for each in BAD_ROW:
            writer.writerow([a_consent(each, status="BELKI")[name] for name in names])
    brand = ("--brand", str(LOADING_BRAND))
    yield from said(folder, "import", str(path), *brand, expected=2)
    yield from said(folder, "export", str(folder.parent / "hepsi.xlsx"), *brand)
    yield from said(folder, "rebuild", "--json")
    yield from said(folder, "rebuild", "--write")
    [(_, answer), log] = said(folder, "ask", str(LOADING_BRAND), FILE[0], "--json")
    yield "answer of ask", answer
    yield log


def said(folder: Path, *words: str, expected: int = 0) -> Iterator[tuple[str, bytes]]:
    """What a command wrote for people and for logs."""
    done = subprocess.run(
        [sys.executable, "-m", "izin", *words],
        capture_output=True,
        check=False,
        env=environment(folder, free_port()) | DEBUG,
    )
    assert done.returncode == expected, done.stderr.decode()
    yield f"{' '.join(words[:1])}, output", done.stdout
    yield f"{' '.join(words[:1])}, log", done.stderr


async def dumped(url: str) -> tuple[dict[tuple[str, str], bytes], bytes]:
    """Every table as each login, and the owner, may read it; and one with a digest planted."""
    owner = await asyncpg.connect(url)
    dumps = {("owner", name): data async for name, data in tables_of(owner)}
    await owner.execute("create table planted (a text)")
    await owner.execute("insert into planted values (upper(md5($1)))", CANARIES[0])
    planted = {name: data async for name, data in tables_of(owner)}["planted"]
    await owner.execute("drop table planted")
    for role in ROLES:
        thief = await asyncpg.connect(await give_login(url, role))
        dumps |= {(role, name): data async for name, data in tables_of(thief)}
        await thief.close()
    await owner.close()
    return dumps, planted


async def tables_of(reader: asyncpg.Connection) -> AsyncIterator[tuple[str, bytes]]:
    """Each table with what may be read of it."""
    tables = await reader.fetch(
        "select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns"
        " from pg_class as c join pg_attribute as a on a.attrelid = c.oid"
        " where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attnum > 0"
        " and has_column_privilege(c.oid, a.attnum, 'select') group by c.relname",
    )
    for table in tables:
        shown = [one for one in table["columns"] if (table["name"], one) not in SIGN_IN_NAMES]
        copied = io.BytesIO()
        query = f"select {', '.join(shown)} from {table['name']}"
        await reader.copy_from_query(query, output=copied, format="binary")
        yield table["name"], copied.getvalue()


def test_they_are_stored(lived):
    assert lived.is_stored
    assert len(lived.dumps["owner", "provider_consent"]) > 100 * len(CANARIES)


def test_no_log_line_tells_of_one(lived, look):
    assert all(lived.logs[name] for name in ("processes", "server", "import, output"))
    assert {name: look(text) for name, text in lived.logs.items() if look(text)} == {}


@pytest.mark.parametrize("role", ["owner", *ROLES])
def test_no_dump_tells_of_one_whoever_reads_it(lived, look, role):
    read = {table: data for (reader, table), data in lived.dumps.items() if reader == role}
    assert ("citizen_consent" in read) == (role not in ("izin_web", "izin_operator", "izin_desk"))
    assert {table: look(data) for table, data in read.items() if look(data)} == {}


def test_a_digest_in_a_dump_is_found(lived, look):
    assert look(lived.planted) == PLANTED


def test_no_file_of_the_database_tells_of_one(lived, look):
    """Tables, indexes and statistics, and the log of all that was ever written."""
    base = max((lived.files / "base").iterdir(), key=lambda place: len(list(place.iterdir())))
    assert any(int(p.name) >= FIRST_OWN for p in base.iterdir() if p.name.isdecimal())
    assert {kind for path in base.iterdir() for kind in told(look, path)} == set()
    written = (lived.files / "pg_wal").glob("0*")
    assert {kind for path in written for kind in told(look, path)} == PLANTED, "nothing else"


def told(look: Look, path: Path) -> set[str]:
    """What a file tells of canaries; names of companies' users are e-mails, too."""
    text = without_end(path)
    clear = {"a canary's domain"} if b"orman.example" in text.lower() else set()
    return clear | (look(text) - {"e-mail in clear"})


def without_end(path: Path) -> bytes:
    """A file's content, without the zeros that were never written over."""
    return path.read_bytes().rstrip(b"\0") if path.is_file() else b""
