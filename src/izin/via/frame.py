"""A form on a page of its company's own: which page that is, and by which keys it speaks.

A nonce is for one widget, host and network, and begins one request within half an hour. The cookie
key is drawn anew each time the script is loaded, and only that page knows it; the CSRF token holds
both together. All of them are made, and known again, by a key of the registry's: none is stored.

Source  contract 1.17b, tag VİA FRAME; security T12, T29
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from izin.core.codes import IysCode
from izin.vault.proof import ProofKeys, is_same

KEYS_LIFE = timedelta(minutes=30)
WORK_BITS = 16
"""Some sixty thousand hashes: half a second of a browser, nobody's riddle."""

_DRAWN, _MAC, _TIME, _COOKIE = 12, 16, 4, 33
_NONCE_BYTES = _TIME + _DRAWN + _MAC
_WORK_MAX = 32
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_domain = re.compile(
    rf"(?=.{{4,253}}\Z)(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])"
).fullmatch
_SANDBOX = frozenset({"localhost", "127.0.0.1"})


def is_domain(text: str) -> bool:
    """Is this a host's name, as a form may have it: in lower case, no address and no port?"""
    return _domain(text) is not None


def host_of(origin: str, *, sandbox: bool) -> str:
    """Give the host of a page by its Origin header; "" where no widget may stand.

    Takes   sandbox: whether this machine's own pages count too, on any port and without TLS
    """
    try:
        parts = urlsplit(origin)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if origin != f"{parts.scheme}://{parts.netloc}" or "@" in origin:
        return ""
    if sandbox and host in _SANDBOX and parts.scheme in ("http", "https"):
        return host
    return host if parts.scheme == "https" and port is None else ""


def widget_of(of: IysCode, form_id: int) -> UUID:
    """Give a form's widget UUID: both numbers, which are no secret, and 58 bits that check them.

    It is of version 8 (RFC 9562), and the same for every version of the form.
    """
    check = hashlib.sha256(b"izin widget %d %d" % (of, form_id)).digest()[:8]
    whole = of << 90 | form_id << 58 | int.from_bytes(check, "big") >> 6
    high, middle, low = whole >> 74, whole >> 62 & 0xFFF, whole & (1 << 62) - 1
    return UUID(int=high << 80 | 8 << 76 | middle << 64 | 2 << 62 | low)


def form_of(text: str) -> tuple[UUID, IysCode, int] | None:
    """Read a widget's UUID: itself, whose it is, and of which form; None for one that is none."""
    try:
        widget = UUID(text)
    except ValueError:
        return None
    number = widget.int
    whole = (number >> 80) << 74 | (number >> 64 & 0xFFF) << 62 | number & (1 << 62) - 1
    of, form_id = IysCode(whole >> 90), whole >> 58 & 0xFFFFFFFF
    return (widget, of, form_id) if widget_of(of, form_id) == widget else None


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Where a widget stands, and from where it is looked at. It prints no network."""

    widget: UUID
    domain: str
    network: str

    def __repr__(self) -> str:
        """Leave the network out."""
        return f"Page({self.widget}, {self.domain})"


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What a page shows with each call. It prints nothing."""

    nonce: str
    cookie: str
    csrf: str

    def __repr__(self) -> str:
        """Show nothing."""
        return "Keys(…)"


def draw_nonce(keys: ProofKeys, page: Page, now: datetime) -> str:
    """Draw a nonce for one page and network: 64 hex digits."""
    head = int(now.timestamp()).to_bytes(_TIME, "big") + secrets.token_bytes(_DRAWN)
    return (head + _nonce_mac(keys, page, head)).hex()


def is_nonce(keys: ProofKeys, page: Page, nonce: str, now: datetime) -> bool:
    """Was this one drawn for the page, not long ago?"""
    try:
        given = bytes.fromhex(nonce)
    except ValueError:
        return False
    if len(given) != _NONCE_BYTES or given.hex() != nonce:
        return False
    head, mac = given[:-_MAC], given[-_MAC:]
    age = now.timestamp() - int.from_bytes(head[:_TIME], "big")
    return -1 <= age <= KEYS_LIFE.total_seconds() and is_same(mac, _nonce_mac(keys, page, head))


def draw_keys(keys: ProofKeys, page: Page, nonce: str) -> Keys:
    """Draw what one load of the script gets beside its nonce."""
    cookie = secrets.token_urlsafe(_COOKIE)
    return Keys(nonce=nonce, cookie=cookie, csrf=_csrf(keys, page, nonce, cookie))


def are_keys(keys: ProofKeys, page: Page, given: Keys) -> bool:
    """Do these belong together, and to this page?"""
    wanted = _csrf(keys, page, given.nonce, given.cookie)
    return is_same(given.csrf.encode(), wanted.encode())


def hash_of(keys: ProofKeys, given: Keys) -> bytes:
    """Give that by which a request knows again the page that began it."""
    return keys.page_key("keys", *(each.encode() for each in msgspec.structs.astuple(given)))


def work_id(keys: ProofKeys, nonce: str) -> UUID:
    """Give the name of the work that a nonce may have to do."""
    return UUID(bytes=keys.page_key("work", nonce.encode())[:16])


def is_work(keys: ProofKeys, nonce: str, cid: str, answer: str) -> bool:
    """Was the work done: does a hash over nonce and answer begin with so many noughts?"""
    if cid != str(work_id(keys, nonce)) or not 0 < len(answer) <= _WORK_MAX:
        return False
    digest = hashlib.sha256(f"{nonce}:{answer}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - WORK_BITS) == 0


def _nonce_mac(keys: ProofKeys, page: Page, head: bytes) -> bytes:
    where = (page.widget.bytes, page.domain.encode(), page.network.encode())
    return keys.page_key("nonce", *where, head)[:_MAC]


def _csrf(keys: ProofKeys, page: Page, nonce: str, cookie: str) -> str:
    fields = (page.widget.bytes, page.domain.encode(), nonce.encode(), cookie.encode())
    return keys.page_key("csrf", *fields).hex()
