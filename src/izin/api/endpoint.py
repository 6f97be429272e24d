"""The one pipeline through which every call goes, in the one order of errors.

Announced size (413) → path and method (404, 405; `app`) → token (401) → right and subscription
(403) → limit (429) → the body's coming (408, 413) → room (503) → reading it (415, 400) → parts of
path and query (422) → the handler. The first stage that fails answers; only where a RET may come
does the body come before the limit, and the token call's before that of an hour. Nothing is taken
in for anybody unknown but the token call's few bytes. Source: data page 6.
"""

import logging
import secrets
from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import partial
from http import HTTPStatus
from string import ascii_lowercase
from typing import Any, Final, Generic, Protocol

import msgspec

from izin.access.holder import NONCE_HEADER
from izin.access.model import OF_COMPANY, Caller, Permit, Right, Shown
from izin.admission.lanes import LANE_OF_REFUSALS, Lane
from izin.admission.limiter import NOBODY, Known, Limiter, TooManyError
from izin.admission.overload import CrowdedError, Overload
from izin.api import problems
from izin.api.body import decode_json, decode_json_or_form
from izin.api.client import Network
from izin.api.operation import INTEGER_PARTS, Answer, BodyKind, Call, Operation, S, readable
from izin.api.request import ClientGoneError, Request, too_large
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import ChallengedError, RefusalError, Refused, UnavailableError
from izin.core.terms import Status

_LOG = logging.getLogger(__name__)

_CODE_DIGITS_MAX = 15
_NO_BODY_MAX: Final = 64 * 1024
"""What an operation without a body lets a caller announce all the same; it is never read."""

_DECODE: Mapping[BodyKind, Callable[[bytes], Any]] = {
    BodyKind.JSON: decode_json,
    BodyKind.JSON_OR_FORM: decode_json_or_form,
    BodyKind.CSV: bytes,  # a file is read by its handler
}


class Authority(Protocol):
    """Who says whose a token is and what it may touch; `izin.access` is one."""

    async def authenticate(
        self, authorization: str | None, shown: Callable[[], Shown]
    ) -> Caller | None:
        """Whose token this header carries; None for every header that is not a living token's.

        Takes   shown: what the call shows beside it, for a token that is bound to its holder
        Raises  ChallengedError: a bound token without, or with what does not fit
        """

    async def authenticate_basic(
        self, authorization: str | None, admit: Callable[[], Awaitable[None]]
    ) -> Caller | None:
        """Whose name and password this header carries; None for every other header.

        Takes   admit: counts a pair that has to be hashed; raises where there are too many
        """

    def permit(
        self, caller: Caller, right: Right, iys_code: IysCode | None, brand_code: BrandCode | None
    ) -> Permit:
        """What the call may touch.

        Raises  RefusalError H353, H521, H524 (403). H520 and H586 are not raised: they come back
                as `Permit.held`, for they never stop a RET
        """

    def shut(self, permit: Permit, operation_id: str) -> Refused | None:
        """What keeps an operation from a company whose package does not open its module."""


class Door(msgspec.Struct, Generic[S], frozen=True, kw_only=True):
    """What the pipeline needs besides the table.

    trusted         networks of our own proxies, whose X-Forwarded-For is believed
    body_s_max      how long a body may take to arrive
    """

    services: S
    authority: Authority
    limiter: Limiter
    overload: Overload
    trusted: tuple[Network, ...] = ()
    body_s_max: float = 15.0


async def answer(
    door: Door[S], operation: Operation[S], parts: Mapping[str, str], request: Request
) -> Answer:
    """Take one call through all stages; refusals, trouble and bugs come back as answers.

    Raises  ClientGoneError, and cancellation: then nobody waits for an answer
    """
    try:
        return encoded(await _answer_or_refuse(door, operation, parts, request))
    except ClientGoneError:
        raise
    except Exception as error:  # noqa: BLE001  # the last door: nothing of it may get out
        found = problems.broken(_incident(operation.id, error), request.language)
        return encoded(dressed(operation, found, request))


_ENCODE = msgspec.json.Encoder().encode


def encoded(found: Answer) -> Answer:
    """The same answer, its body in bytes."""
    if isinstance(found.body, bytes):
        return found
    body = b"" if found.status == HTTPStatus.NO_CONTENT else _ENCODE(found.body)
    return Answer(found.status, body, found.headers, found.media)


async def _answer_or_refuse(
    door: Door[S], operation: Operation[S], parts: Mapping[str, str], request: Request
) -> Answer:
    try:
        return await _pass(door, operation, parts, request)
    except RefusalError as error:
        found = problems.refusal(error, request.language, is_oauth=operation.is_oauth)
        found = dressed(operation, found, request)
        if not (isinstance(error, TooManyError) and error.is_flood):
            return found
    except UnavailableError as error:
        # One line a call would make an overload worse: whoever looks into one asks for this level.
        _LOG.debug("%s: unavailable: %s", operation.id, error)
        found = dressed(operation, problems.unavailable(error, request.language), request)
        if not isinstance(error, CrowdedError):
            return found
    await door.overload.hold()  # past the block: the error kept the call's body
    return found


def dressed(operation: Operation[S], found: Answer, request: Request) -> Answer:
    """Give an error its operation's shape; a page that may call the operation may read it."""
    if operation.of_pages and request.origin:
        found = readable(found, request.origin)
    return found if operation.dressed is None else operation.dressed(found, request.language)


async def _pass(
    door: Door[S], operation: Operation[S], parts: Mapping[str, str], request: Request
) -> Answer:
    _weigh(operation, request)
    caller = await _caller(door, operation, request)
    path, unreadable = _read_parts(parts)
    permit = None
    if caller is not None and not unreadable:
        permit = _permit(door, operation, caller, *_about(path))
    if operation.only_refusals is None:
        arrived = await _admit(door, operation, request, permit)
    else:
        arrived = await _admit_late(door, operation, request, permit)
    async with door.overload.place(arrived.lane, _party(permit, request)):
        body = _decode(operation, arrived, request, permit)
        if unreadable:
            raise RefusalError(unreadable)
        call = Call(
            services=door.services,
            permit=permit,
            path=path,
            query=request.query(),
            body=body,
            language=request.language,
            client=request.client,
            shown=request.shown,
            origin=request.origin,
            about=None if caller is None else partial(_permit, door, operation, caller),
        )
        return _renewed(await operation.handler(call), caller)


def _renewed(found: Answer, caller: Caller | None) -> Answer:
    """The same answer, with the nonce that the caller's next proof has to say."""
    if caller is None or caller.nonce is None:
        return found
    headers = (*found.headers, (NONCE_HEADER, caller.nonce))
    return Answer(found.status, found.body, headers, found.media)


def _party(permit: Permit | None, request: Request) -> Hashable:
    """For whom a call is made: a company, else whose user calls, else a network address."""
    if permit is None:
        return request.client
    return _company(permit) or permit.caller.party


def _known(permit: Permit | None) -> Known:
    return NOBODY if permit is None else Known(permit.caller.user_id, _company(permit))


def _company(permit: Permit) -> IysCode | None:
    """Which company's calls this one is among: the caller's own, or one that he may act for.

    Who only names a company, or asks about it as a carrier does, uses up nothing of it.
    """
    return permit.iys_code if permit.right in OF_COMPANY else permit.caller.iys_code


def _weigh(operation: Operation[S], request: Request) -> None:
    """Refuse by the announced length; a body that announces none is weighed while it comes."""
    max_bytes = operation.body_max or _NO_BODY_MAX
    declared = request.declared_bytes
    if declared is not None and declared > max_bytes:
        raise too_large(max_bytes)


async def _caller(door: Door[S], operation: Operation[S], request: Request) -> Caller | None:
    if operation.right is Right.NONE:
        return None
    caller = None
    if operation.right is Right.CARRIER:
        # each new pair costs as much as a sign-in, so it counts as one
        admit = partial(door.limiter.admit, Lane.TOKEN, request.client)
        caller = await door.authority.authenticate_basic(request.authorization, admit)
    if caller is None:
        caller = await door.authority.authenticate(request.authorization, request.shown)
    if caller is None:
        code = operation.tokenless if request.authorization is None else "H351"
        raise ChallengedError(Refused(code=code), _challenge(operation.right))
    return caller


def _challenge(right: Right) -> tuple[tuple[str, str], ...]:
    """Say how to show who one is. Source: RFC 7235 4.1, RFC 6750 3, RFC 7617 2."""
    words = 'Bearer realm="izin"'
    if right is Right.CARRIER:
        words = f'Basic realm="izin", charset="UTF-8", {words}'
    return (("www-authenticate", words),)


def _about(path: Mapping[str, Any]) -> tuple[IysCode | None, BrandCode | None]:
    return path.get("iysCode"), path.get("brandCode")


def _permit(
    door: Door[S],
    operation: Operation[S],
    caller: Caller,
    iys_code: IysCode | None,
    brand_code: BrandCode | None = None,
) -> Permit:
    permit = door.authority.permit(caller, operation.right, iys_code, brand_code)
    if permit.held is not None and operation.may_pass_held() is None:
        raise RefusalError(permit.held)
    shut = door.authority.shut(permit, operation.id)
    if shut is not None:
        raise RefusalError(shut)
    return permit


class _Arrived(msgspec.Struct, frozen=True):
    """A call that may go on: where it stands, its body, and what was read of that already."""

    lane: Lane
    raw: bytes
    read: Any = msgspec.UNSET


async def _admit(
    door: Door[S], operation: Operation[S], request: Request, permit: Permit | None
) -> _Arrived:
    """Count a call before its body is taken in; in the hour afterwards, if the body has a say."""
    if operation.counts_in_hour is None:
        await door.limiter.admit(operation.lane, request.client, _known(permit))
        return _Arrived(operation.lane, await _body(door, operation, request))
    door.limiter.admit_now(operation.lane, request.client, _known(permit))
    arrived = _read(operation, await _body(door, operation, request), request)
    if arrived.read is msgspec.UNSET or operation.counts_in_hour(arrived.read):
        await door.limiter.admit_in_hour(operation.lane, request.client)
    return arrived


async def _admit_late(
    door: Door[S], operation: Operation[S], request: Request, permit: Permit | None
) -> _Arrived:
    """Count a call that may be a RET: its limit and room are its own, and only the body can tell.

    Nothing is taken in of any other call that comes too often.
    """
    arrived = _placed(operation, await _body(door, operation, request), request)
    await door.limiter.admit(arrived.lane, request.client, _known(permit))
    return arrived


def _placed(operation: Operation[S], raw: bytes, request: Request) -> _Arrived:
    """Put nothing but RETs into their own lane; what cannot be one is not read yet."""
    if operation.only_refusals is None or not _may_be_refusal(raw):
        return _Arrived(operation.lane, raw)
    arrived = _read(operation, raw, request)
    if arrived.read is msgspec.UNSET or not operation.only_refusals(arrived.read):
        return arrived
    return _Arrived(LANE_OF_REFUSALS[operation.lane], raw, arrived.read)


def _read(operation: Operation[S], raw: bytes, request: Request) -> _Arrived:
    """Read the body ahead of its turn; that it cannot be read is said in that."""
    if request.is_packed:
        return _Arrived(operation.lane, raw)
    try:
        return _Arrived(operation.lane, raw, _DECODE[operation.takes](raw))
    except RefusalError:
        return _Arrived(operation.lane, raw)


def _may_be_refusal(raw: bytes) -> bool:
    """Is the word in it, or a letter written by its number?"""
    return Status.RET.encode() in raw or b"\\u" in raw


async def _body(door: Door[S], operation: Operation[S], request: Request) -> bytes:
    if operation.takes is BodyKind.NONE:
        return b""
    return await request.read(operation.body_max, seconds=door.body_s_max)


def _decode(
    operation: Operation[S], arrived: _Arrived, request: Request, permit: Permit | None
) -> Any:
    """Read the body; under a held permit it has to be one that may pass, readable or not."""
    if operation.takes is BodyKind.NONE:
        return None
    held = permit and permit.held
    if request.is_packed:
        raise RefusalError(held or Refused(code="IZ006"))
    try:
        is_read = arrived.read is not msgspec.UNSET
        body = arrived.read if is_read else _DECODE[operation.takes](arrived.raw)
    except RefusalError:
        if held:
            raise RefusalError(held) from None
        raise
    if held:
        may_pass = operation.may_pass_held()
        if may_pass and not may_pass(body):
            raise RefusalError(held)
    return body


def _read_parts(parts: Mapping[str, str]) -> tuple[dict[str, int | str], list[Refused]]:
    """Read the path's codes; what is no integer is kept as a refusal for its stage."""
    read: dict[str, int | str] = {}
    unreadable: list[Refused] = []
    for name, text in parts.items():
        code = INTEGER_PARTS.get(name)
        if code is None:
            read[name] = text
        elif text.isascii() and text.isdigit() and len(text) <= _CODE_DIGITS_MAX:
            read[name] = int(text)
        else:
            unreadable.append(Refused(code=code, location=(name,), value=text))
    return read, unreadable


def _incident(operation_id: str, error: BaseException) -> str:
    """Log what broke and where, under random letters. Its text may hold an address: left out."""
    # no digits: the log would take a row of them for a phone
    incident = "".join(secrets.choice(ascii_lowercase) for _ in range(_INCIDENT_LETTERS))
    _LOG.error("incident %s in %s: %s", incident, operation_id, "; caused by ".join(_chain(error)))
    return incident


def _chain(error: BaseException | None) -> list[str]:
    links: list[str] = []
    while error is not None and len(links) < _CHAIN_MAX:
        links.append(f"{type(error).__qualname__} at {_place(error)}")
        error = error.__cause__ or error.__context__
    return links


_CHAIN_MAX = 5
_INCIDENT_LETTERS = 14
_FRAMES_MAX = 12


def _place(error: BaseException) -> str:
    frames: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " < ".join(reversed(frames[-_FRAMES_MAX:]))
