"""Files that pages refer to: named by their content, so that a browser may keep them for ever."""

import hashlib
from functools import cache
from importlib import resources

from starlette.responses import Response

_MEDIA = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _files() -> dict[str, tuple[str, bytes]]:
    """Each file's address and content, by its name."""
    found = {}
    for file in resources.files("izin.web.shared").joinpath("static").iterdir():
        stem, _, ending = file.name.rpartition(".")
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()[:16]
        found[file.name] = f"{stem}.{digest}.{ending}", content
    return found


def address_of(name: str) -> str:
    """Where a page finds a file."""
    return f"/static/{_files()[name][0]}"


def file_at(name: str) -> Response | None:
    """The file of this address; None where there is none."""
    for given, content in _files().values():
        if given == name:
            media = _MEDIA[name.rpartition(".")[2]]
            return Response(content, media_type=media, headers={"cache-control": _FOR_EVER})
    return None
