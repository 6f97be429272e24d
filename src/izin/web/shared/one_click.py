"""What a mail program sends when its reader clicks on "unsubscribe": one field, and nothing else.

It has seen no page of ours, so there is neither mark nor cookie; what it may do is refuse.
Source  RFC 8058 3.2
"""

from email import message_from_bytes
from email.policy import HTTP
from urllib.parse import parse_qsl

from starlette.requests import Request

from izin.web.shared.form import FORM_BYTES_MAX

_FIELD = ("List-Unsubscribe", "One-Click")
_BYTES_MAX = 4096
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


async def is_one_click(request: Request) -> bool:
    """Is it such a call, and nothing besides? The body of another is there to be read."""
    content_type = request.headers.get("content-type", "")
    body = await body_of(request)
    return body is not None and _fields(content_type, body[:_BYTES_MAX]) == [_FIELD]


async def body_of(request: Request) -> bytes | None:
    """Read a body once, however often it is asked for; None for one that is too long."""
    if not hasattr(request.state, "body"):
        request.state.body = await _read(request)
    body: bytes | None = request.state.body
    return body


async def _read(request: Request) -> bytes | None:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > FORM_BYTES_MAX:
            return None
    return bytes(body)


def _kind(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _fields(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """The fields of a form of either kind; none where it does not read."""
    if _kind(content_type) == _MULTIPART:
        return _parts(content_type, body)
    if _kind(content_type) != _URLENCODED:
        return []
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=2)
    except ValueError:
        return []


def _parts(content_type: str, body: bytes) -> list[tuple[str, str]]:
    try:
        head = f"Content-Type: {content_type}\r\n\r\n".encode("ascii")
        whole = message_from_bytes(head + body, policy=HTTP)
        return [
            (str(part.get_param("name", "", "content-disposition")), part.get_content().strip())
            for part in whole.iter_parts()
        ]
    except (ValueError, LookupError, AttributeError, TypeError):
        return []
