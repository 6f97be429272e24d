"""The page that a person sees where a connection ends before any door was asked.

Its header was not read, so it speaks both languages, and needs no file of ours.
"""

from html import escape

from izin.api.operation import Answer
from izin.core.errors import Refused
from izin.i18n.catalogue import Language, message, status_of

_POLICY = ("content-security-policy", "default-src 'none'; frame-ancestors 'none'")
_PAGE = """<!doctype html>
<html lang="tr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{tr}</title></head>
<body><main><h1>{tr}</h1><p lang="en">{en}</p><p>{code}</p>
<p><a href="/">Ana sayfa <span lang="en">(home)</span></a></p></main></body>
</html>
"""


def last_page(code: str) -> Answer:
    """Say why in words of the catalogue. Takes a code whose sentence names no fact."""
    tr, en = (escape(message(Refused(code=code), each)) for each in (Language.TR, Language.EN))
    body = _PAGE.format(tr=tr, en=en, code=escape(code)).encode()
    return Answer(status_of(code), body, (_POLICY,), "text/html; charset=utf-8")
