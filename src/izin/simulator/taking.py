"""What a call brings, within bounds."""

from starlette.requests import Request

from izin.simulator.asking import NoWayBackError, fields_of

BYTES_MAX = 64 * 1024
QUERY_BYTES_MAX = 16 * 1024
_FORM = "application/x-www-form-urlencoded"


async def fields_in(request: Request) -> dict[str, list[str]]:
    """Read the query, or of a POST the form: each name with all that was given for it.

    Raises  NoWayBackError unreadable, long
    """
    if request.method != "POST":
        query: bytes = request.scope["query_string"]
        if len(query) > QUERY_BYTES_MAX:
            raise NoWayBackError("long")
        return fields_of(query)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise NoWayBackError("unreadable")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BYTES_MAX:
            raise NoWayBackError("long")
    return fields_of(bytes(body))
