"""Every page and form of the desk, over a registry in use: no recipient, no identity number."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html.parser import HTMLParser

import httpx2
from builders.canaries import Watch
from builders.companies import an_application
from builders.desk import Browser
from builders.house import BRAND, a_row
from builders.parties import OPERATOR

from izin.application.agreement import publish
from izin.application.apply import apply
from izin.application.intake import parse_application
from izin.core.identity import shown_mersis

RECIPIENTS = [f"+90599{number:07d}" for number in range(3_300_000, 3_300_020)]
PAGES_MAX = 400
NEVER = {"/sign-out"}


class Seen(HTMLParser):
    """Links and forms of one page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str, dict[str, str]]] = []
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append((given["method"], given["action"], {}))
        elif self.forms and tag in {"input", "textarea"} and "name" in given:
            self.forms[-1][2][given["name"]] = given.get("value") or self._filled(given)
        elif tag == "select":
            self._select = given["name"]
        elif tag == "option" and self.forms and given["value"]:
            self.forms[-1][2].setdefault(self._select, given["value"])

    @staticmethod
    def _filled(given: dict[str, str]) -> str:
        wanted = {"email": "yeni@masa.example", "activation": "26.11.2026", "code": "123456"}
        if re.search("until|_on$|since", given["name"]):
            return "26.11.2027"
        return wanted.get(given["name"], "Deneme")


async def every_answer(browser: Browser) -> AsyncIterator[tuple[str, httpx2.Response]]:
    """Follow every link and send every form, each address once."""
    waiting, known = [("get", "/", {})], set()
    while waiting and len(known) < PAGES_MAX:
        method, path, fields = waiting.pop(0)
        key = method, re.sub(r"before=\d+", "before=…", path), fields.get("to"), fields.get("state")
        if key in known or path in NEVER or not path.startswith("/"):
            continue
        known.add(key)
        if method == "get":
            answer = await browser.client.get(path, params=fields or None)
        else:
            await browser.get("/")
            answer = await browser.send(path, **{k: v for k, v in fields.items() if k != "mark"})
        yield path, answer
        if answer.status_code == 303:
            waiting.append(("get", answer.headers["location"], {}))
        seen = Seen(answer.text)
        waiting += [("get", link, {}) for link in seen.links]
        waiting += seen.forms


async def test_no_answer_of_the_desk_tells_of_a_recipient(
    desk, house, ours, owner, given, database
):
    body = an_application(title="Mühürlü Ticaret A.Ş.", brandName="Mühürlü")
    entry = parse_application(body, sandbox=True)
    await apply(database, house.parts.keyring, entry, now=datetime.now(UTC), by=OPERATOR)
    await publish(given.database, "Metin", "Text", by=OPERATOR)
    await given.partner()
    await given.carrier()
    for place, recipient in enumerate(RECIPIENTS):
        answer = await ours.post(f"{BRAND}/consents", json=a_row(3_300_000 + place))
        assert answer.status_code == 200, recipient
    await house.numbered(len(RECIPIENTS))
    persons = [
        *(body["signatories"][0][name] for name in ("tckn", "mobile", "email")),
        *(body[name] for name in ("mobile", "email")),  # its tax number is in its MERSİS
    ]
    secret = re.compile("|".join(map(re.escape, [*persons, *(each[3:] for each in RECIPIENTS)])))
    watch = Watch(RECIPIENTS)
    browser, paths = await desk.at_work(), []
    async for path, answer in every_answer(browser):
        paths.append(path)
        told = str(answer.headers) + answer.text.replace("yeni@masa.example", "")
        assert not secret.search(told), path
        assert not watch.kinds(told.encode()), path
    assert len(paths) > 60
    assert any(path.endswith(("/activate", "/move")) for path in paths)
    assert await owner.fetchval("select count(*) from provider_consent") == len(RECIPIENTS)


def test_a_tradesman_s_number_is_not_shown_whole():
    assert shown_mersis("0123456789000015") == "0123456789000015"
    assert shown_mersis("1000007013200015") == "•••••••••••00015"
    assert shown_mersis(None) is None


def test_the_crawler_would_find_one():
    page = f"<p>Alıcı: 0{RECIPIENTS[3][3:]}</p>"
    assert Watch(RECIPIENTS).kinds(page.encode())
