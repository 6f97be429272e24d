"""Errors as İYS Yolu's calls draw them: with codes of their own, and not always in a list.

Source  contract, tag İLETİ ViA: the examples of its operations
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from izin.api.operation import Answer
from izin.i18n import catalogue
from izin.i18n.catalogue import Language

_UNLISTED = frozenset({401, 403, 409, 422, 429})


def is_own(code: str, status: int) -> bool:
    """Is it a code of our own about what was asked for, not one of the door's about any call?"""
    is_of_all = code == "IZ011"  # of calls of our own
    return (code == "H190" or (code.startswith("IZ") and not is_of_all)) and status in _UNLISTED


class Dressed(msgspec.Struct, frozen=True, kw_only=True):
    """How one operation says no.

    renames  the code of a stage that all calls pass, and what it is here
    objects  codes whose ``errors`` is one object
    bare     codes that stand without ``errors``
    own      the status of codes of our own, which has to be one that the document lists
    listed   statuses that stay theirs, for it lists them
    """

    renames: Mapping[str, str]
    objects: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    own: int = HTTPStatus.BAD_REQUEST
    listed: frozenset[int] = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT})

    def __call__(self, found: Answer, language: Language) -> Answer:
        """Give the same error in its shape here."""
        errors = [self._named(each, language) for each in found.body["errors"]]
        status, code = found.status, errors[0]["code"]
        if code != found.body["errors"][0]["code"]:
            status = catalogue.status_of(code)
        if is_own(code, status) and status not in self.listed:
            status = self.own
        rest = {name: value for name, value in found.body.items() if name not in ("errors", "code")}
        if len(errors) == 1 and code in self.bare:
            return Answer(status, errors[0], found.headers)
        shown: Any = errors[0] if len(errors) == 1 and code in self.objects else errors
        own = {"code": code} if "code" in found.body else {}
        return Answer(status, {**own, **rest, "errors": shown}, found.headers)

    def _named(self, error: Mapping[str, Any], language: Language) -> dict[str, Any]:
        code = self.renames.get(error["code"])
        if code is None:
            return dict(error)
        return {"code": code, "message": catalogue.codes()[code].sentence(language)}


_OF_ALL = {"H351": "H1045", "H353": "H1040", "H014": "H1041", "H015": "H1019"}
_OBJECTS = frozenset(
    {
        *("H1000", "H1015", "H1019", "H1030", "H1031", "H1032", "H1041", "H1043"),
        *("H1049", "H1050", "H1051", "H1054", "H1060", "H1061"),
    }
)
_BARE = frozenset({"H1065", "H1066", "H1085", "H1086"})

of_taking = Dressed(renames=_OF_ALL, objects=_OBJECTS, bare=_BARE)
of_confirming = Dressed(renames=_OF_ALL, objects=_OBJECTS - {"H1019"}, bare=_BARE)
of_looking = Dressed(renames=_OF_ALL, bare=frozenset({"H1019", "H1030"}))
of_kvk = Dressed(renames={"H015": "H1019"}, bare=frozenset({"H1019", "H1030"}))
"""One operation alone says H351 and H353, as its own part of the document has it."""
