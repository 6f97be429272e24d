"""How a request's link is called: eighty bits that nobody can guess, kept as a keyed tag."""

import re
import secrets
from uuid import UUID

from izin.keyring import Keyring

_BYTES = 10
_shape = re.compile(r"[0-9a-f]{20}", re.ASCII).fullmatch


def draw() -> str:
    """Draw a link's end."""
    return secrets.token_hex(_BYTES)


def is_link(text: str) -> bool:
    """May this be a link's end?"""
    return _shape(text) is not None


def tag_of(keyring: Keyring, link: str) -> UUID:
    """Give the tag under which a link is found."""
    return keyring.pseudonyms.token_tag(f"via {link}")
