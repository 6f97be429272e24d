"""One row of the table of operations, and what passes between the door and a handler.

The table is the spine of the door: routes, limits, rights, the OpenAPI document and the tests of
rights all come from it. A route that is not a row cannot exist.
"""

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any, Generic, TypeVar

import msgspec

from izin.access.model import Permit, Right, Shown, nothing_shown
from izin.admission.lanes import Lane
from izin.core.codes import IysCode
from izin.i18n.catalogue import Language

S = TypeVar("S")
"""What the wiring hands to handlers as `call.services`."""

KIB = 1024

INTEGER_PARTS: Mapping[str, str] = {"iysCode": "H190", "brandCode": "H191"}
"""Parts of a path that are integers, and the code of one that is not. All others are text."""


class BodyKind(Enum):
    """What a call carries."""

    NONE = "none"
    JSON = "json"
    JSON_OR_FORM = "json_or_form"
    CSV = "csv"


class Param(msgspec.Struct, frozen=True, kw_only=True):
    """One query parameter, for the reader of the document; its rules are the handler's."""

    name: str
    kind: type = str
    tr: str
    en: str


def always(_: Any) -> bool:
    """`passes_held` of a call that a held subscription never stops."""
    return True


class Summary(msgspec.Struct, frozen=True):
    """What an operation does, in one line each."""

    tr: str
    en: str


class Call(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """One call that passed the door.

    permit  None only where the operation's right is NONE
    path    parts of the path by name; those in INTEGER_PARTS are int, others str
    query   parameters by name; none stands twice
    body    decoded JSON or form, or a file's bytes; None where the operation takes no body
    about   what the caller may touch of a company that the body alone names; raises as the door
    client  network address of the caller, for limits and the audit trail; never logged in clear
    shown   what it shows beside a token
    origin  of which page a browser says that it calls; empty where it says nothing
    """

    services: S
    permit: Permit | None
    path: Mapping[str, int | str]
    query: Mapping[str, str]
    body: Any
    language: Language
    client: str
    shown: Callable[[], Shown] = nothing_shown
    origin: str = ""
    about: Callable[[IysCode], Permit] | None = None

    @property
    def allowed(self) -> Permit:
        """The permit of an operation that needs one."""
        assert self.permit is not None, "an operation with a right always has a permit"
        return self.permit


class Answer(msgspec.Struct, frozen=True):
    """What goes back.

    body     anything that msgspec encodes; bytes go out as they are, under `media`
    headers  further headers, names in lower case
    """

    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    media: str = "application/json"


def readable(found: Answer, origin: str) -> Answer:
    """The same answer, which the page that asked may read, and no other."""
    headers = (
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", "retry-after"),
        ("vary", "origin"),
    )
    return Answer(found.status, found.body, (*found.headers, *headers), found.media)


Handler = Callable[[Call[S]], Awaitable[Answer]]


class Operation(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """One row of the table.

    id             operationId of the contract; ours begin with ``x``
    path           template, ``/sps/{iysCode}/brands``; `aliases` are others of the same call
    body_max       bytes; large enough for the operation's own maximum row count
    request        msgspec type of the body, or a JSON schema; for the document only
    answers        success status → msgspec type or JSON schema, a tuple where it is one of several,
                   None for an empty answer
    errors         every code it can answer beyond those of the pipeline
    only_refusals  is this decoded body nothing but RETs?
    passes_held    may a held permit pass with this decoded body? `only_refusals` says it if absent;
                   without either none passes
    counts_in_hour does this decoded body count in its lane's hour? All do if absent
    tokenless      the code of a call that brings no token at all
    is_oauth       refusals in the shape of OAuth 2 (the token call)
    media          of its good answers
    of_pages       do pages elsewhere call it? What keeps a call from its handler they may read, for
                   it says nothing of anybody; what the handler answers is the handler's to show
    dressed        gives an error the shape that the contract draws for this operation alone
    """

    id: str
    method: str
    path: str
    right: Right
    lane: Lane
    handler: Handler[S]
    summary: Summary
    answers: Mapping[int, Any]
    aliases: tuple[str, ...] = ()
    takes: BodyKind = BodyKind.NONE
    body_max: int = 0
    query: tuple[Param, ...] = ()
    request: Any = None
    errors: tuple[str, ...] = ()
    only_refusals: Callable[[Any], bool] | None = None
    passes_held: Callable[[Any], bool] | None = None
    counts_in_hour: Callable[[Any], bool] | None = None
    is_oauth: bool = False
    media: str = "application/json"
    tokenless: str = "H351"
    of_pages: bool = False
    dressed: Callable[["Answer", Language], "Answer"] | None = None

    def may_pass_held(self) -> Callable[[Any], bool] | None:
        """What decides under a held permit; None if nothing passes."""
        return self.passes_held or self.only_refusals
