"""A way that waits for a code: begun in one tab it is finished there, whatever other tabs do.

Each has a cookie of its own. The address of its page names the cookie, and nothing by which the way
could be finished elsewhere.
"""

import hashlib
import secrets

from izin.proof.model import LIFE
from izin.web.citizen.services import Visit
from izin.web.shared.visit import HALF, Cookie, Gone, Shown

FLOW = "flow"
_NAME_BYTES = 6
_CODE_S = int(LIFE.total_seconds())


def name() -> str:
    """Name a way that begins."""
    return secrets.token_hex(_NAME_BYTES)


def name_of(state: str) -> str:
    """Name a way by what comes back of it from elsewhere, which is nobody else's to see."""
    return hashlib.sha256(state.encode()).hexdigest()[: 2 * _NAME_BYTES]


def begin(to: str, text: str) -> Gone:
    """Go to the page that asks for the code; `text` is what it is finished with."""
    flow = name()
    return Gone(f"{to}?{FLOW}={flow}", (Cookie(HALF + flow, text, _CODE_S),))


def named(visit: Visit) -> str:
    """Which way the page is of."""
    return visit.query.values.get(FLOW, "")


def begun(visit: Visit) -> str | None:
    """What this browser began it with; None where it did not, or too long ago."""
    return visit.halves.get(named(visit))


def over(visit: Visit) -> Cookie:
    """Have the browser forget a way that `begun` has found."""
    return Cookie(HALF + named(visit), "", 0)


def lost(back: str) -> Shown:
    """Say that what the code belongs to is not in this browser, and where it begins anew."""
    return Shown("code_lost.html", {"back": back}, 410)
