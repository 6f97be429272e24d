"""Requests as published clients write them, byte for byte, over a real socket."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
import pytest_asyncio
from builders.house import a_row, ago
from builders.parties import PASSWORD
from builders.registry import BRAND_CODES, IYS_CODES, Registry, brand_path, username

from izin.wiring.connection import ConnectionBounds
from izin.wiring.server import server_of

from .provocations import a_question

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
BY_PASSWORD = {"username": username("ours"), "password": PASSWORD, "grant_type": "password"}
B = brand_path()


class Reply(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """Writes requests header by header; nothing is added but host, length and the end."""

    def __init__(self, registry: Registry, port: int) -> None:
        self.registry = registry
        self._port = port

    async def send(
        self, line: str, body: bytes | str | None = None, *, length: bool = True, **headers: str
    ) -> Reply:
        raw = body.encode() if isinstance(body, str) else body
        lines = [f"{line} HTTP/1.1", "Host: izin.example", "Connection: close"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if raw is not None and length:
            lines.append(f"Content-Length: {len(raw)}")
        return await self.write("\r\n".join([*lines, "", ""]).encode() + (raw or b""))

    async def write(self, request: bytes) -> Reply:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(request)
        async with asyncio.timeout(30):
            answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return _reply(answer)

    async def token(self) -> str:
        return f"Bearer {await self.registry.token_of('ours')}"


def _reply(answer: bytes) -> Reply:
    while True:
        head, _, body = answer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        status = int(first.split(" ")[1])
        if status != 100:
            break
        answer = body
    pairs = (line.split(": ", 1) for line in lines)
    return Reply(status, {name.lower(): value for name, value in pairs}, body)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def wire(registry) -> AsyncIterator[Wire]:
    """The registry behind the server that it runs under."""
    async with _serving(registry) as port:
        yield Wire(registry, port)


@asynccontextmanager
async def _serving(registry: Registry) -> AsyncIterator[int]:
    server = server_of(registry.app, bounds=ConnectionBounds(), trusted=(), drain_s=1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # `serve` would take the test run's signal handlers
        task = asyncio.create_task(server._serve([listening]))
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            await task


# the token call -------------------------------------------------------------------------------

TOKEN_BODIES: dict[str, tuple[bytes | str, dict[str, str]]] = {
    "JSON": (json.dumps(BY_PASSWORD), {"Content_Type": JSON, "Accept": JSON}),
    "JSON, no Accept": (json.dumps(BY_PASSWORD), {"Content_Type": JSON}),
    "JSON with a character set": (
        json.dumps(BY_PASSWORD),
        {"Content_Type": "application/json; charset=utf-8", "Accept": "*/*"},
    ),
    "JSON with a byte order mark": (
        b"\xef\xbb\xbf" + json.dumps(BY_PASSWORD).encode(),
        {"Content_Type": JSON},
    ),
    "JSON, keys in another order": (
        json.dumps(dict(reversed(BY_PASSWORD.items()))),
        {"Content_Type": JSON},
    ),
    "JSON with the client's whole configuration": (
        json.dumps(
            {"iysCode": IYS_CODES["ours"], "brandCode": BRAND_CODES["ours"], "status": "ONAY"}
            | BY_PASSWORD
        ),
        {"Content_Type": JSON},
    ),
    "JSON labelled as a form": (json.dumps(BY_PASSWORD, indent=2), {"Content_Type": FORM}),
    "JSON labelled as text": (json.dumps(BY_PASSWORD), {"Content_Type": "text/plain"}),
    "JSON without a label": (json.dumps(BY_PASSWORD), {}),
    "JSON of a client that wants a page": (
        json.dumps(BY_PASSWORD),
        {"Content_Type": JSON, "Accept": "text/html, application/xml"},
    ),
    "a form": (urlencode(BY_PASSWORD), {"Content_Type": FORM, "Accept": JSON}),
    "a form, no Accept": (urlencode(BY_PASSWORD), {"Content_Type": FORM}),
    "a form with more keys": (
        urlencode(BY_PASSWORD | {"client_id": "", "scope": "izin"}),
        {"Content_Type": FORM},
    ),
    "a form in another order": (
        urlencode(dict(reversed(BY_PASSWORD.items()))),
        {"Content_Type": FORM + "; charset=UTF-8"},
    ),
    "a body that waits to be asked for": (
        json.dumps(BY_PASSWORD),
        {"Content_Type": JSON, "Expect": "100-continue"},
    ),
    "an old token beside it": (
        json.dumps(BY_PASSWORD),
        {"Content_Type": JSON, "Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."},
    ),
}


@pytest.mark.parametrize("shape", TOKEN_BODIES)
async def test_every_shape_of_the_token_call_is_answered(wire, shape):
    body, headers = TOKEN_BODIES[shape]
    reply = await wire.send("POST /oauth2/token", body, **headers)
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"] == JSON
    token = reply.json()
    assert (token["token_type"], token["expires_in"]) == ("bearer", 7200)
    assert token["refresh_expires_in"] == 14400
    brands = await wire.send(
        f"GET /sps/{IYS_CODES['ours']}/brands", Authorization=f"Bearer {token['access_token']}"
    )
    assert brands.status == 200


async def test_a_body_in_chunks_is_read(wire):
    body = json.dumps(BY_PASSWORD).encode()
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:9], body[9:]))
    reply = await wire.send(
        "POST /oauth2/token",
        chunks + b"0\r\n\r\n",
        length=False,
        Content_Type=JSON,
        Transfer_Encoding="chunked",
    )
    assert reply.status == 200, reply.body


async def _sign_in(wire: Wire) -> dict[str, Any]:
    reply = await wire.send("POST /oauth2/token", json.dumps(BY_PASSWORD), Content_Type=JSON)
    found: dict[str, Any] = reply.json()
    return found


async def test_tokens_say_nothing_of_whom_they_belong_to(wire):
    token = await _sign_in(wire)
    for name in ("access_token", "refresh_token"):
        assert re.fullmatch(r"[A-Za-z0-9_-]{20,200}", token[name]), "one opaque word"
        assert str(IYS_CODES["ours"]) not in token[name]
    assert token["accessToken"] == token["access_token"]
    assert token["refreshToken"] == token["refresh_token"]


@pytest.mark.parametrize("kind", [JSON, FORM])
async def test_a_refresh_token_used_twice_ends_the_whole_family(wire, kind):
    def renewing(token: str) -> str:
        fields = {"grant_type": "refresh_token", "refresh_token": token}
        return json.dumps(fields) if kind == JSON else urlencode(fields)

    async def renew(token: str) -> Reply:
        return await wire.send("POST /oauth2/token", renewing(token), Content_Type=kind)

    async def works(token: str) -> bool:
        return (await wire.send("GET /info/city", Authorization=f"Bearer {token}")).status == 200

    first = await _sign_in(wire)
    second = (await renew(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert await works(second["access_token"])
    stolen = await renew(first["refresh_token"])
    assert (stolen.status, stolen.json()["error"]) == (400, "invalid_grant")
    assert not await works(second["access_token"])
    assert (await renew(second["refresh_token"])).status == 400


async def test_clients_of_the_first_api_sign_in_and_renew(wire):
    fields = {"username": username("ours"), "password": PASSWORD}
    signed = await wire.send("POST /oauth/token", json.dumps(fields), Content_Type=JSON)
    assert signed.status == 200, signed.body
    result = signed.json()["result"]
    assert set(result) == {"accessToken", "refreshToken", "expiresIn", "tokenType"}
    renewed = await wire.send(
        "POST /oauth/refresh",
        json.dumps({"refreshToken": result["refreshToken"]}),
        Content_Type=JSON,
    )
    assert renewed.status == 200, renewed.body
    authorization = f"Bearer {renewed.json()['result']['accessToken']}"
    assert (await wire.send("GET /info/cities", Authorization=authorization)).status == 200


# reading ------------------------------------------------------------------------------------

READS: dict[str, tuple[str, dict[str, str], int]] = {
    "a GET with a Content-Type": (f"/sps/{IYS_CODES['ours']}/brands", {"Content_Type": JSON}, 200),
    "no Accept": (f"/sps/{IYS_CODES['ours']}/brands", {}, 200),
    "an Accept of something else": ("/info/city", {"Accept": "application/xml"}, 200),
    "an empty query": (f"{B}/consents/changes?", {"Content_Type": JSON}, 204),
    "an empty cursor": (f"{B}/consents/changes?after=&limit=10", {}, 204),
    "side and limit": (f"{B}/consents/changes?source=IYS&limit=999", {}, 204),
    "an unknown parameter": (f"{B}/consents/changes?source=IYS&_=1770000000", {}, 204),
    "the old name of the provinces": ("/info/cities", {}, 200),
    "the old name of one province": ("/info/cities/34", {}, 200),
    "an escaped path": (B.replace("sps", "s%70s") + "/consents/changes", {}, 204),
}


@pytest.mark.parametrize("case", READS)
async def test_every_way_of_reading_is_answered(wire, case):
    path, headers, status = READS[case]
    reply = await wire.send(f"GET {path}", Authorization=await wire.token(), **headers)
    assert reply.status == status, reply.body
    assert reply.body == b"" if status == 204 else reply.json()


@pytest.mark.parametrize("body", ["{}", "[]", "null", "", "this is no JSON"])
async def test_a_body_of_a_get_is_not_read(wire, body):
    reply = await wire.send(
        "GET /info/city/34", body, Authorization=await wire.token(), Content_Type=JSON
    )
    assert (reply.status, reply.json()["code"]) == (200, 34)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
async def test_the_scheme_is_read_in_any_letters(wire, scheme):
    token = await wire.registry.token_of("ours")
    assert (await wire.send("GET /info/town/1", Authorization=f"{scheme} {token}")).status == 200


async def test_a_request_is_known_with_and_without_dashes(wire):
    row = a_row(recipient=wire.registry.phone())
    authorization = await wire.token()
    taken = await wire.send(
        f"POST {B}/consents/request", json.dumps([row]), Authorization=authorization
    )
    assert taken.status == 202, taken.body
    request_id = taken.json()["requestId"]
    for written in (request_id, request_id.replace("-", ""), request_id.upper()):
        reply = await wire.send(f"GET {B}/consents/request/{written}", Authorization=authorization)
        assert len(reply.json()) == 1


# writing ------------------------------------------------------------------------------------


def in_another_order(row: dict[str, Any]) -> str:
    return json.dumps(dict(sorted(row.items(), reverse=True)), indent=4)


def utc_by_mistake(row: dict[str, Any]) -> str:
    """A helper that cuts an ISO date: three hours behind, hence accepted."""
    now = datetime.now(UTC).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
    return json.dumps(row | {"consentDate": now})


def escaped(row: dict[str, Any]) -> str:
    """A library that escapes more than it has to."""
    return json.dumps(row).replace("/", "\\/").replace("+", "\\u002b")


WRITES = {
    "as it is": json.dumps,
    "in another order": in_another_order,
    "with UTC for Turkish time": utc_by_mistake,
    "with escapes": escaped,
    "with a byte order mark": lambda row: "\ufeff" + json.dumps(row),
    "with no more than it needs": lambda row: json.dumps(
        {name: value for name, value in row.items() if name != "recipientType"}
    ),
}


@pytest.mark.parametrize("path", [f"{B}/consents", f"/v2{B}/consents"])
@pytest.mark.parametrize("case", WRITES)
async def test_every_way_of_writing_is_recorded(wire, case, path):
    row = a_row(recipient=wire.registry.phone(), consentDate=ago(hours=4))
    body = WRITES[case](row)
    reply = await wire.send(f"POST {path}", body, Authorization=await wire.token())
    assert reply.status == 200, reply.body
    assert set(reply.json()) == {"transactionId", "creationDate"}


async def test_an_e_mail_comes_back_in_small_letters(wire):
    row = a_row(recipient="Ayse.Kaya+IZIN@Posta.Example", type="EPOSTA")
    authorization = await wire.token()
    added = await wire.send(f"POST {B}/consents", json.dumps(row), Authorization=authorization)
    assert added.status == 200, added.body
    for path in (f"{B}/consents/status", f"{B}/status"):
        asked = a_question("aYSE.kAYA+izin@posta.example", type="EPOSTA")
        reply = await wire.send(f"POST {path}", json.dumps(asked), Authorization=authorization)
        assert reply.json()["recipient"] == "ayse.kaya+izin@posta.example"


async def test_what_a_client_adds_to_a_consent_is_refused_field_by_field(wire):
    """One that sends its own number, and an empty list where there is no dealer."""
    row = a_row(recipient=wire.registry.phone(), transactionId="1", retailerAccess=[])
    reply = await wire.send(f"POST {B}/consents", json.dumps(row), Authorization=await wire.token())
    assert reply.status == 422
    assert [(each["code"], each["location"]) for each in reply.json()["errors"]] == [
        ("H118", ["transactionId"]),
        ("H163", ["retailerAccess"]),
    ]


async def test_a_batch_wrapped_in_an_object_is_refused(wire):
    wrapped = {"consents": [a_row(recipient=wire.registry.phone())]}
    reply = await wire.send(
        f"POST {B}/consents/request", json.dumps(wrapped), Authorization=await wire.token()
    )
    assert (reply.status, reply.json()["errors"][0]["code"]) == (400, "H092")
