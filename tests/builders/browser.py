"""Chromium, as Debian has it, in front of the desk; skipped in a line where there is none."""

import asyncio
import hashlib
import os
import re
import shutil
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from builders.desk import DeskHouse
from playwright.async_api import Browser, Page, async_playwright

from izin.wiring.connection import ConnectionBounds
from izin.wiring.server import server_of

AXE = (Path(__file__).parents[1] / "assets/axe-core-4.14.1/axe.min.js").read_text("utf-8")
RULES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "dark": ["color-contrast", "link-in-text-block"],
}
"""Dark is what light is in other colours, so there axe looks at those alone."""
LOOKS = ((320, "light"), (320, "dark"), (1280, "dark"), (1280, "light"))
"""In the order in which least changes from one to the next, and from page to page."""
LIGHT = (LOOKS[0], LOOKS[-1])
"""For a second language: colours are the same in each."""

LOOK = """async rules => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
    const faults = found.violations.map(each => `${each.id}: ${each.nodes[0].html}`);
    return [found.passes.length, faults];
}"""
CUT_OFF = """() => [...document.querySelectorAll('main *, header *, nav *')].filter(each => {
    const box = each.getBoundingClientRect(), style = getComputedStyle(each);
    if (!box.width || each.closest('thead') || style.position === 'absolute') return false;
    const hidden = style.overflowX !== 'visible' && style.overflowX !== 'auto'
        && !['SELECT', 'OPTION', 'INPUT', 'TEXTAREA'].includes(each.tagName)
        && each.scrollWidth > each.clientWidth + 1;
    return hidden || box.right > innerWidth + 1 || box.left < -1;
}).map(each => `cut off: ${each.outerHTML.slice(0, 90)}`)"""
"""What reaches past the window's edge, or past its own."""

_FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def chromium() -> str:
    """Where the browser is; a skip where none is installed, a failure where one has to be."""
    found = shutil.which("chromium")
    if found is None and os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail("no Chromium is installed, and BROWSER_TESTS=required")
    if found is None:
        pytest.skip("no Chromium is installed: apt-get install chromium fonts-noto-core")
    return found


def hash_of(text: str) -> str:
    """A short name for a title, which has any letters."""
    return hashlib.sha256(text.encode()).hexdigest()[:4]


@asynccontextmanager
async def serving(app: Any, port: int = 0) -> AsyncIterator[str]:
    """An application on a port of its own; gives its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", port))
        listening.listen()
        server = server_of(app, bounds=ConnectionBounds(), trusted=(), drain_s=1)
        server.capture_signals = nullcontext
        running = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


class Screen:
    """A window of the browser, and everything that it complained of."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("console", lambda each: self.complaints.append(each.text))
        page.on("pageerror", lambda each: self.complaints.append(str(each)))
        page.on("request", self._asked)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.base):
            self.complaints.append(f"asked another host: {request.url}")

    async def open(self, path: str) -> None:
        await self.page.goto(self.base + path)

    async def look(
        self, name: str, looks: Sequence[tuple[int, str]] = LOOKS
    ) -> dict[str, list[str]]:
        """Look at a page in each of these widths and schemes; gives the faults of each."""
        each = {look: await self._faults(*look) for look in looks}
        return {f"{name} {look}": faults for look, faults in each.items() if faults}

    async def _faults(self, width: int, scheme: str) -> list[str]:
        """What axe finds at this width in this scheme, and what is cut off or too wide."""
        if self.page.viewport_size != (size := {"width": width, "height": 900}):
            await self.page.set_viewport_size(size)
        await self.page.emulate_media(color_scheme=scheme)
        await self._keep(f"{width}-{scheme}")
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE)
        passes, faults = await self.page.evaluate(LOOK, RULES[scheme])
        assert passes > (10 if scheme == "light" else 0), "axe has looked"
        if await self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append("it scrolls sideways")
        return faults + await self.page.evaluate(CUT_OFF)

    async def _keep(self, look: str) -> None:
        """Keep what is seen, for whoever wants to look at it: in the folder that SCREENS names."""
        if folder := os.environ.get("SCREENS"):
            title = await self.page.title()
            language = await self.page.get_attribute("html", "lang")
            path = re.sub(r"[^a-z0-9]+", "_", self.page.url.removeprefix(self.base).lower())
            name = f"{path.strip('_') or 'start'}-{hash_of(title)}-{language}-{look}.png"
            await self.page.screenshot(path=Path(folder) / name, full_page=True)


@pytest.fixture
async def base(desk: DeskHouse) -> AsyncIterator[str]:
    async with serving(desk.app) as address:
        yield address


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield opened
        await opened.close()


async def screen(browser: Browser, base: str, *, scripts: bool = True) -> Screen:
    """A new window, its cookies its own."""
    context = await browser.new_context(
        locale="tr-TR", timezone_id="Europe/Istanbul", java_script_enabled=scripts
    )
    if scripts:  # it is read once, where every page would have it sent
        await context.add_init_script(AXE)
    return Screen(await context.new_page(), base)
