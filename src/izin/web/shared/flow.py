"""A way that waits for a code: begun in one tab it is finished there, whatever other tabs do.

Each has a cookie of its own. The address of its page names the cookie, and nothing by which the way
could be finished elsewhere.
"""

import secrets
from urllib.parse import urlencode

from izin.web.shared.visit import HALF, Cookie, Gone, Visit

FLOW = "flow"
NAME_BYTES = 6


def name() -> str:
    """Name a way that begins."""
    return secrets.token_hex(NAME_BYTES)


def begin(to: str, text: str, lasts_s: int, **more: str) -> Gone:
    """Go to the page that asks for the code.

    Takes   text: what it is finished with
            more: what else its address says, where there is something to say
    """
    flow = name()
    said = {FLOW: flow} | {key: value for key, value in more.items() if value}
    return Gone(f"{to}?{urlencode(said)}", (Cookie(HALF + flow, text, lasts_s),))


def named(visit: Visit) -> str:
    """Which way the page is of."""
    return visit.query.values.get(FLOW, "")


def begun(visit: Visit) -> str | None:
    """What this browser began it with; None where it did not, or too long ago."""
    return visit.halves.get(named(visit))


def over(visit: Visit) -> Cookie:
    """Have the browser forget a way that `begun` has found."""
    return Cookie(HALF + named(visit), "", 0)
