"""A first consent as README.md shows it: run as it stands, against a registry that answers."""

import asyncio
import json
import os
import re
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn
from builders.dealers import a_vkn
from builders.heart import until
from builders.house import LONG_AGO, House, ago
from builders.members import member
from builders.parties import BRAND_CODE, CARRIER_CODE, IYS_CODE, PARTNER_CODE

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PASSWORD = "Sessiz-Kavak-31"
PARTNER_USER, CARRIER_USER = "api@ortak.example", "api@araci.example"
TIN = a_vkn()
SHOWN_ADDRESS, SHOWN_CODE = "http://127.0.0.1:8000", "731001"


def shown(language: str, naming: str) -> str:
    """The pieces of one language that speak to the API, one after the other."""
    pieces = [code for kind, code in FENCED.findall(README) if kind == language]
    found = "".join(piece for piece in pieces if naming in piece)
    assert found, f"README.md shows no {language} with {naming}"
    return found


@asynccontextmanager
async def listening(house: House) -> AsyncIterator[str]:
    """The house on a port of this machine, for clients that know HTTP only."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        bound.listen()
        server = uvicorn.Server(uvicorn.Config(house.app, lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve(sockets=[bound]))
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


@pytest.fixture
async def partner(house, given) -> None:
    """It writes our brand's messages, and the door knows it."""
    await given.partner()
    await given.api_user(PARTNER_USER, partner=PARTNER_CODE)
    body = {"partnerCode": PARTNER_CODE, "scope": "MESAJ", "right": "write"}
    async with await member(given, house) as leading:
        answer = await leading.post(f"/x/brands/{BRAND_CODE}/mandates", json=body)
    assert answer.status_code == 201, answer.text
    async with await house.sign_in(PARTNER_USER, PASSWORD) as client:

        async def is_known() -> bool:
            return (await client.get(f"/sps/{IYS_CODE}/brands")).is_success

        await until(is_known)


@pytest.fixture
async def carrier(house, given) -> None:
    """It finds our company by its tax number."""
    await given.carrier()
    await given.api_user(CARRIER_USER, carrier=CARRIER_CODE)
    tag = house.parts.keyring.pseudonyms.tin_tag(TIN)
    await given.provider(IYS_CODE, activated_at=LONG_AGO, tin_tag=tag)
    async with house.client() as client:
        client.auth = (CARRIER_USER, PASSWORD)

        async def is_known() -> bool:
            return str(BRAND_CODE) in (await client.get(f"/ahs/brands/{TIN}")).text

        await until(is_known)


@pytest.fixture
async def address(house, partner, carrier, tmp_path) -> AsyncIterator[str]:
    async with listening(house) as base_url:
        demo = {
            "base_url": base_url,
            "username": "api@firma.example",
            "password": PASSWORD,
            "iysCode": IYS_CODE,
            "brandCode": BRAND_CODE,
            "grant_type": "password",
            "integrator": {
                "username": PARTNER_USER,
                "password": PASSWORD,
                "integratorCode": PARTNER_CODE,
            },
            "carrier": {
                "base_url": f"{base_url}/ahs/",
                "username": CARRIER_USER,
                "password": PASSWORD,
            },
            "tin": TIN,
        }
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "demo.json").write_text(json.dumps(demo), "utf-8")
        yield base_url


async def said(folder: Path, *command: str, **settings: str) -> list[str]:
    """Run a command where the demonstration's file lies; its lines."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=os.environ | settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, trouble = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, trouble.decode()
    return [line for line in out.decode().splitlines() if line]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
async def test_a_first_consent_by_curl(address, tmp_path):
    script = shown("sh", "curl").replace(SHOWN_ADDRESS, address)
    script = script.replace(f"/sps/{SHOWN_CODE}", f"/sps/{IYS_CODE}")
    script = script.replace(f"/brands/{SHOWN_CODE}", f"/brands/{BRAND_CODE}")
    added, asked = map(json.loads, await said(tmp_path, "sh", "-c", script))
    assert len(added["transactionId"]) == 64
    reasons = [(each["allowed"], each["reason"]) for each in asked["list"]]
    assert reasons == [(True, "CONSENT"), (False, "NO_CONSENT")]


async def test_a_first_consent_by_python(address, tmp_path):
    script = shown("python", "demo")
    added, asked, written, refused, brands = await said(
        tmp_path, sys.executable, "-I", "-c", script
    )
    assert "transactionId" in added
    assert "'allowed': True" in asked
    assert "transactionId" in written
    assert "H353" in refused
    assert str(BRAND_CODE) in brands


async def test_the_same_without_http(house, settings, tmp_path):
    """The house is there for its brands and keys; the commands work beside it."""
    given = f"alici;kanal;durum;izin_tarihi;kaynak\n0599 123 45 67;SMS;Onay;{ago(hours=1)};Web\n"
    (tmp_path / "new.csv").write_text(given, "utf-8")
    commands = shown("sh", "bin/izin").replace(SHOWN_CODE, str(BRAND_CODE)).splitlines()
    assert len(commands) == 4
    for command in commands:
        words = command.removeprefix(".venv/bin/izin ").split()
        answer = await said(
            tmp_path,
            *(sys.executable, "-m", "izin", *words, "--json"),
            IZIN_DATABASE_URL=settings.database_url,
            IZIN_DATA_FOLDER=str(tmp_path),
        )
        assert json.loads(answer[-1])
    assert (tmp_path / "consents.xlsx").exists()
