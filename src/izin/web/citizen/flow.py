"""Ways that wait for a citizen's code: each is finished in the tab where it was begun."""

import hashlib

from izin.proof.model import LIFE
from izin.web.shared import flow
from izin.web.shared.flow import FLOW, begun, named, over
from izin.web.shared.visit import Gone, Shown

__all__ = ["FLOW", "begin", "begun", "lost", "name_of", "named", "over"]

_CODE_S = int(LIFE.total_seconds())


def begin(to: str, text: str, **more: str) -> Gone:
    """Go to the page that asks for the code, as long as it is good."""
    return flow.begin(to, text, _CODE_S, **more)


def name_of(state: str) -> str:
    """Name a way by what comes back of it from elsewhere, which is nobody else's to see."""
    return hashlib.sha256(state.encode()).hexdigest()[: 2 * flow.NAME_BYTES]


def lost(back: str) -> Shown:
    """Say that what the code belongs to is not in this browser, and where it begins anew."""
    return Shown("code_lost.html", {"back": back}, 410)
