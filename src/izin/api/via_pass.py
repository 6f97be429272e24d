"""ViA PASS: addresses that a company has verified, by a code or by a link.

Source  contract 1.17b
"""

import re
from typing import Any
from uuid import UUID

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.paging import whole_number
from izin.api.pass_documents import (
    COMPLETE,
    COMPLETED,
    START_MAIL,
    START_SMS,
    STARTED,
    STARTED_LINK,
)
from izin.api.pass_problems import dressed
from izin.api.services import Services, company_of
from izin.api.wire import Wire
from izin.core.address import Address, parse_email, parse_phone
from izin.core.codes import IysCode
from izin.core.errors import RefusalError, Refused
from izin.i18n import catalogue
from izin.viapass import lookup
from izin.viapass.complete import HandedIn, complete
from izin.viapass.model import Kind
from izin.viapass.start import Wanted, start

BODY_MAX = 8 * KIB
_TIN = re.compile(r"[1-9][0-9]{9,10}", re.ASCII)
_CODE_MAX, _ADDRESS_MAX, _ID_MAX = 32, 265, 64


async def start_sms(call: Call[Services]) -> Answer:
    """Send a code by SMS."""
    return await _start(call, Kind.SMS)


async def start_mail(call: Call[Services]) -> Answer:
    """Send a code by mail."""
    return await _start(call, Kind.EMAIL)


async def start_sms_link(call: Call[Services]) -> Answer:
    """Send a link by SMS."""
    return await _start(call, Kind.SMS_SHORTURL)


async def start_mail_link(call: Call[Services]) -> Answer:
    """Send a link by mail."""
    return await _start(call, Kind.EMAIL_SHORTURL)


async def complete_sms(call: Call[Services]) -> Answer:
    """Take the code of an SMS."""
    return await _complete(call, Kind.SMS)


async def complete_mail(call: Call[Services]) -> Answer:
    """Take the code of a mail."""
    return await _complete(call, Kind.EMAIL)


async def _start(call: Call[Services], kind: Kind) -> Answer:
    services = call.services
    begun = await start(
        services.reserved,
        services.keyring,
        _wanted(call, kind),
        origin=services.citizens_origin,
        now=services.clock(),
    )
    shown: Wire = {"requestId": str(begun.request_id)}
    message = catalogue.done("via_pass_started", call.language)
    if begun.link_begins is None:
        return Answer(200, {"data": shown, "message": message})
    return Answer(200, {"data": [{**shown, "shortUrl": begun.link_begins}], "message": message})


def _wanted(call: Call[Services], kind: Kind) -> Wanted:
    field = "phoneNumber" if kind.is_sms else "email"
    form = Form(call.body, (field, "templateId", "vkn"))
    text = form.text(field, _ADDRESS_MAX, required=True)
    address = _address(text, kind, is_sandbox=call.services.is_sandbox) if text else None
    if text and address is None:
        form.refuse("phone" if kind.is_sms else "email", field)
    template = form.text("templateId", _ID_MAX, required=True)
    tin = form.text("vkn", _ID_MAX, required=True)
    if tin and not _TIN.fullmatch(tin):
        form.refuse("tin_digits", "vkn")
    form.check()
    assert address is not None, "checked"
    return Wanted(
        iys_code=company_of(call),
        kind=kind,
        to=address,
        template_id=_template(template),
        tin=tin,
        user_id=call.allowed.caller.user_id,
        network=call.client,
    )


def _template(text: str) -> int:
    number = whole_number(text)
    if number is None:
        raise RefusalError(Refused(code="H1107"))
    return number


def _address(text: str, kind: Kind, *, is_sandbox: bool) -> Address | None:
    found = parse_phone(text, sandbox=is_sandbox) if kind.is_sms else parse_email(text)
    return found if isinstance(found, Address) else None


async def _complete(call: Call[Services], kind: Kind) -> Answer:
    form = Form(call.body, ("otpCode", "requestId"))
    code = form.text("otpCode", _CODE_MAX, required=True)
    text = form.text("requestId", _ID_MAX, required=True)
    form.check()
    request_id = read_id(text)
    if request_id is None:
        raise RefusalError(Refused(code="OTP-ERROR-001"))
    services = call.services
    of = await company_asked_for(call, request_id)
    if of is None:
        raise RefusalError(Refused(code="OTP-ERROR-001"))
    handed = HandedIn(
        iys_code=of,
        kind=kind,
        request_id=request_id,
        code=code,
        user_id=call.allowed.caller.user_id,
        network=call.client,
    )
    await complete(
        services.reserved,
        services.keyring,
        handed,
        pages=services.citizens_origin,
        now=services.clock(),
    )
    return Answer(200, {"message": catalogue.done("via_pass_completed", call.language)})


async def company_asked_for(call: Call[Services], request_id: UUID) -> IysCode | None:
    """Whose request a call is about that names no company: a company's own, or one's of a partner.

    Gives   None where the partner has no mandate of whoever's it is, or there is no such request
    Raises  RefusalError as the door does: H353 the mandate has ended, H520, H521, H524
    """
    permit = call.allowed
    if permit.iys_code is not None:
        return permit.iys_code
    partner, about = permit.caller.partner_code, call.about
    assert partner is not None, "others are let in for their own company"
    assert about is not None, "somebody calls"
    found = await lookup.company_of(call.services.database, partner, request_id)
    return None if found is None else about(found).iys_code


def read_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


PATH = "/otp-management/api/v1"
_STARTING = ("IZ011", "H1107", "H1093", "H1092", "H1015", "IZ110")
_OF_TEXTS = ("IZ113", "IZ114")
"""Mails cost nobody anything, so nobody is kept from sending them to whom he likes."""
_COMPLETING = ("IZ011", "OTP-ERROR-001", "H1110", "H1050", "H1051", "H1052", "IZ110", "IZ160")


def _starts(name: str, way: str, handler: Any, summary: Summary) -> Operation[Services]:
    is_link, is_sms = way.endswith("short-url"), way.startswith("sms")
    return Operation(
        id=name,
        method="POST",
        path=f"{PATH}/{{iysCode}}/{way}",
        right=Right.VERIFY,
        lane=Lane.INFO,
        handler=handler,
        summary=summary,
        takes=BodyKind.JSON,
        body_max=BODY_MAX,
        request=START_SMS if is_sms else START_MAIL,
        answers={200: STARTED_LINK if is_link else STARTED},
        errors=(*_STARTING, *_OF_TEXTS) if is_sms else _STARTING,
        dressed=dressed,
    )


def _completes(name: str, way: str, handler: Any, summary: Summary) -> Operation[Services]:
    return Operation(
        id=name,
        method="POST",
        path=f"{PATH}/{way}/complete",
        right=Right.VERIFY,
        lane=Lane.INFO,
        handler=handler,
        summary=summary,
        takes=BodyKind.JSON,
        body_max=BODY_MAX,
        request=COMPLETE,
        answers={200: COMPLETED},
        errors=_COMPLETING,
        dressed=dressed,
    )


OPERATIONS: tuple[Operation[Services], ...] = (
    _starts(
        "smsStart",
        "sms/start",
        start_sms,
        Summary(
            "Bir telefonu doğrulamak için SMS ile kod gönderir.",
            "Sends a code by SMS to verify a phone.",
        ),
    ),
    _starts(
        "emailStart",
        "email/start",
        start_mail,
        Summary(
            "Bir adresi doğrulamak için e-posta ile kod gönderir.",
            "Sends a code by mail to verify an address.",
        ),
    ),
    _starts(
        "smsShortUrlStart",
        "sms/start/short-url",
        start_sms_link,
        Summary(
            "Bir telefonu doğrulamak için SMS ile kısa link gönderir.",
            "Sends a short link by SMS to verify a phone.",
        ),
    ),
    _starts(
        "emailShortUrlStart",
        "email/start/short-url",
        start_mail_link,
        Summary(
            "Bir adresi doğrulamak için e-posta ile kısa link gönderir.",
            "Sends a short link by mail to verify an address.",
        ),
    ),
    _completes(
        "smsComplete",
        "sms",
        complete_sms,
        Summary(
            "SMS ile giden kodu alır ve doğrulamayı tamamlar.",
            "Takes the code of an SMS and completes the verification.",
        ),
    ),
    _completes(
        "emailComplete",
        "email",
        complete_mail,
        Summary(
            "E-posta ile giden kodu alır ve doğrulamayı tamamlar.",
            "Takes the code of a mail and completes the verification.",
        ),
    ),
)
