"""A caller's telephone before the voice menu, and a platform that speaks VoiceXML alone."""

from xml.etree import ElementTree as ET

import httpx2
from builders.agents import CODE, ORIGIN

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


def children(*names: str) -> frozenset[str]:
    return frozenset(names)


OF_2_1 = {
    "vxml": ({"version", LANG}, children("property", "catch", "form")),
    "property": ({"name", "value"}, children()),
    "catch": ({"event", "count", "cond"}, children("exit", "submit", "assign", "prompt")),
    "form": ({"id", "scope"}, children("var", "block", "field", "property", "filled")),
    "var": ({"name", "expr"}, children()),
    "block": ({"name", "expr", "cond"}, children("prompt", "submit", "exit", "disconnect")),
    "field": (
        {"name", "expr", "cond", "type", "slot", "modal"},
        children("grammar", "prompt", "noinput", "nomatch", "filled", "property"),
    ),
    "grammar": ({"mode", "version", "root", "type", "src", LANG}, children("rule")),
    "rule": ({"id", "scope"}, children("one-of", "item", "ruleref")),
    "one-of": ({LANG}, children("item")),
    "item": ({"repeat", "repeat-prob", "weight", LANG}, children("one-of", "item", "ruleref")),
    "ruleref": ({"uri", "special", "type", LANG}, children()),
    "prompt": ({"bargein", "cond", "count", "timeout", LANG}, children("break", "say-as", "s")),
    "noinput": ({"count", "cond"}, children("assign", "submit", "exit", "prompt")),
    "nomatch": ({"count", "cond"}, children("assign", "submit", "exit", "prompt")),
    "filled": ({"mode", "namelist"}, children("assign", "submit", "exit", "prompt")),
    "assign": ({"name", "expr"}, children()),
    "submit": ({"next", "expr", "namelist", "method", "enctype"}, children()),
    "exit": ({"expr", "namelist"}, children()),
    "disconnect": ({"namelist"}, children()),
}
"""Of VoiceXML 2.1 what is used here: attributes, and what may stand within. Source: its DTD."""


def document_of(answer: httpx2.Response) -> ET.Element:
    """A document, once every element of it is where VoiceXML 2.1 has it."""
    assert answer.headers["content-type"] == "application/voicexml+xml"
    root = ET.fromstring(answer.content)
    assert (root.tag, root.get("version")) == (f"{VXML}vxml", "2.1")
    for element in root.iter():
        attributes, within = OF_2_1[element.tag.removeprefix(VXML)]
        assert set(element.keys()) <= attributes, element.tag
        assert {each.tag.removeprefix(VXML) for each in element} <= within, element.tag
    assert not any(each[1:] in answer.text for each in (LINE, FIXED))
    assert "://" not in answer.text.replace("http://www.w3.org/2001/vxml", "")
    return root


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
