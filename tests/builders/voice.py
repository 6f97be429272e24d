"""A caller's telephone before the voice menu, and a platform that speaks VoiceXML alone."""

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx2
from builders.agents import CODE, ORIGIN
from lxml import etree

from izin.message.seal import opened

LINE, OTHER = "05990000001", "05990000002"
FIXED = "02120000001"
"""A fixed line that is nobody's: no subscriber's number begins with 0, which leads out of town."""

SECRET = "s" * 43
BEARER = {"authorization": f"Bearer {SECRET}"}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
VXML = "{http://www.w3.org/2001/vxml}"


class Caller:
    """A telephone, with the voice platform between it and the registry."""

    def __init__(self, app, owner, keyring) -> None:
        transport = httpx2.ASGITransport(app=app)
        self.client = httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers=BEARER)
        self.owner = owner
        self.keyring = keyring
        self.said: dict = {}

    @property
    def text(self) -> str:
        return " ".join(each["text"] for each in self.said["say"])

    async def post(self, path: str, body: dict, status: int = 200) -> dict:
        answer = await self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def call(self, line: str | None = LINE) -> dict:
        self.said = await self.post("/ivr/calls", {"line": line})
        return self.said

    async def key(self, *inputs: str) -> dict:
        for digits in inputs:
            path = f"/ivr/calls/{self.said['call']}/input"
            self.said = await self.post(path, {"digits": digits})
        return self.said

    async def told(self) -> str:
        """What came to the telephone last."""
        row = await self.owner.fetchrow(
            "select message_id, sealed from message order by message_id desc limit 1"
        )
        return opened(self.keyring.message_sealer, row["message_id"], row["sealed"]).body

    async def code(self) -> str:
        return CODE.search(await self.told())[0]

    async def come_in(self, line: str = LINE) -> None:
        await self.call(line)
        await self.key("1")
        await self.key(await self.code())
        assert self.said["step"] == "MAIN", self.text


_DTD = etree.DTD(file=str(Path(__file__).with_name("vxml-2.1.dtd")))
"""The W3C's own of VoiceXML 2.1 (20060322), as it stands; SRGS within is of it."""

_COMING_BACK = ("noinput", "nomatch", "filled")


def root_of(body: bytes) -> ET.Element:
    """A document, once it is valid by the DTD and by what that cannot say."""
    tree = etree.fromstring(body)
    assert _DTD.validate(tree), _DTD.error_log.filter_from_errors()
    root = ET.fromstring(body)
    assert (root.tag, root.get("version")) == (f"{VXML}vxml", "2.1")
    for grammar in root.iter(f"{VXML}grammar"):
        rules = {each.get("id") for each in grammar.findall(f"{VXML}rule")}
        assert (grammar.get("mode"), grammar.get("root") in rules) == ("dtmf", True)
        assert {f"#{each}" for each in rules} >= {
            each.get("uri") for each in grammar.iter(f"{VXML}ruleref")
        }
    for field in root.iter(f"{VXML}field"):
        for name in _COMING_BACK:  # whatever a caller does, the call goes on
            [handler] = field.findall(f"{VXML}{name}")
            assert handler[-1].tag == f"{VXML}submit"
    known = {each.get("name") for name in ("var", "field") for each in root.iter(f"{VXML}{name}")}
    for submit in root.iter(f"{VXML}submit"):
        assert set(submit.get("namelist").split()) <= known
        assert re.fullmatch(r"/ivr/calls(/[0-9a-f-]{36}/input)?", submit.get("next"))
    return root


def document_of(answer: httpx2.Response) -> ET.Element:
    """What came, read as `root_of` does."""
    assert answer.headers["content-type"] == "application/voicexml+xml"
    assert not any(each[1:] in answer.text for each in (LINE, FIXED))
    assert "://" not in answer.text.replace("http://www.w3.org/2001/vxml", "")
    return root_of(answer.content)


class Browser:
    """As much of a VoiceXML browser as holds a call by keys."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def start(self, line: str = LINE) -> None:
        answer = await self.client.get("/ivr/menu.vxml")
        self.root = document_of(answer)
        await self.submit(self.root.find(f".//{VXML}block/{VXML}submit"), f"tel:+9{line}")

    async def submit(self, element: ET.Element, value: str) -> None:
        assert element.get("method") == "post"
        held = {each.get("name"): each.get("expr") for each in self.root.iter(f"{VXML}var")}
        first, *others = element.get("namelist").split()
        data = {first: value} | {name: held[name].strip("'") for name in others}
        answer = await self.client.post(element.get("next"), data=data)
        assert answer.status_code == 200, answer.text
        self.root = document_of(answer)

    @property
    def text(self) -> str:
        return " ".join(each.text for each in self.root.iter(f"{VXML}prompt"))

    async def key(self, digits: str) -> None:
        event, value = ("filled", " ".join(digits)) if self.matches(digits) else ("nomatch", "")
        await self.submit(self.root.find(f".//{VXML}{event}/{VXML}submit"), value)

    def matches(self, digits: str) -> bool:
        for item in self.root.findall(f".//{VXML}rule[@id='input']/{VXML}one-of/{VXML}item"):
            if item.text == digits:
                return True
            shortest, _, longest = (item.get("repeat") or "0-0").partition("-")
            if int(shortest) <= len(digits) <= int(longest):
                return True
        return False
