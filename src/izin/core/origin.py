"""Addresses on the web, written as browsers write them."""

import re

_DEFAULT_PORT = re.compile(r"(https://[^/?#]*):443(?![^/?#])|(http://[^/?#]*):80(?![^/?#])")


def without_default_port(url: str) -> str:
    """Write an address without the port that its scheme has anyway. Source: RFC 3986 6.2.3."""
    found = _DEFAULT_PORT.match(url)
    return url if found is None else (found[1] or found[2]) + url[found.end() :]
