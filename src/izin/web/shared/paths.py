"""Where a browser is led: to pages of its own door alone, never to another host."""

from collections.abc import Collection

from izin.web.shared.visit import Visit

PATH_MAX = 2000


def own_path(text: str) -> str:
    """A path of this door, as a form brought it back; the first page for everything else."""
    is_own = text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if is_own and text.isascii() and text.isprintable() else "/"


def next_of(visit: Visit) -> str:
    """Where whoever comes in wanted to go; the first page where that is not said."""
    given = visit.form.values.get("next") or visit.query.values.get("next") or "/"
    return own_path(given)[:PATH_MAX]


def above(path: str, pages: Collection[str], here: str) -> str:
    """The page that a form's address belongs to, for whoever looks there: a reload, a bookmark.

    Takes   path: of the form's row · pages: of rows that show a page · here: as the browser has it
    """
    parts = path.split("/")
    while len(parts) > 1 and "/".join(parts) not in pages:
        parts.pop()
    return own_path("/".join(here.split("/")[: len(parts)]) or "/")
