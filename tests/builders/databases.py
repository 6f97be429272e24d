"""Databases of one server, by their URL."""

from urllib.parse import urlsplit, urlunsplit


def at_database(url: str, name: str) -> str:
    """Give the URL of another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
