"""Refusals and failures as answers. The only place that knows their shapes on the wire."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from izin.admission.limiter import TooManyError
from izin.api.operation import Answer
from izin.core.errors import ChallengedError, RefusalError, Refused, UnavailableError
from izin.i18n import catalogue
from izin.i18n.catalogue import Language

UNAVAILABLE_CODE: Final = "H192"
"""Passing trouble: one of the codes that existing clients send again."""

BROKEN_CODE: Final = "H015"


def envelope(refused: Sequence[Refused], language: Language) -> dict[str, Any]:
    """``{"errors": […]}``, each with code and message."""
    return {"errors": [catalogue.render(each, language) for each in refused]}


def refusal(error: RefusalError, language: Language, *, is_oauth: bool = False) -> Answer:
    """Answer a refusal with its own status, or the catalogue's of its first code.

    Gives   on the token call OAuth's ``error`` and ``error_description`` beside ``errors``; on any
            429 ``code`` and ``message`` beside them, which clients of the token call read
    """
    status = error.status or catalogue.status_of(error.refused[0].code)
    body = envelope(error.refused, language)
    first = body["errors"][0]
    headers: tuple[tuple[str, str], ...] = ()
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        body = {"code": first["code"], "message": first["message"], **body}
    elif is_oauth and status == HTTPStatus.BAD_REQUEST:
        body = {"error": "invalid_request", "error_description": first["message"], **body}
    if isinstance(error, TooManyError):
        headers = (("retry-after", str(error.retry_after_s)),)
    if isinstance(error, ChallengedError):
        headers = error.headers
    return Answer(status, body, headers)


def token_problem(
    key: str,
    language: Language,
    *,
    word: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Answer:
    """Answer in OAuth's own shape; `key` names an entry of the catalogue's part ``oauth``.

    Takes   word: what was expected, an entry of the part ``expected``

    Gives   401 for a client that is not known by what it shows, 400 for all else
    """
    words = catalogue.oauth_keys()[key]
    description = words.tr if language is Language.TR else words.en
    if word is not None:
        description = description.format(expected=catalogue.phrase(word, language))
    is_unknown = words.error == "invalid_client"
    status = HTTPStatus.UNAUTHORIZED if is_unknown else HTTPStatus.BAD_REQUEST
    return Answer(status, {"error": words.error, "error_description": description}, headers)


def unavailable(error: UnavailableError, language: Language) -> Answer:
    """Answer 503; why is for the log."""
    return Answer(
        HTTPStatus.SERVICE_UNAVAILABLE,
        envelope((Refused(code=UNAVAILABLE_CODE),), language),
        (("retry-after", str(error.retry_after_s)),),
    )


def broken(incident: str, language: Language) -> Answer:
    """Answer 500 with nothing but the number under which the log has it."""
    return Answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        envelope((Refused(code=BROKEN_CODE),), language),
        (("incident-id", incident),),
    )
