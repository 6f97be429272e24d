"""İYS Yolu as it was called in 2020; clients that are in use call it still.

The form is the company's newest in force that asks for this brand's channels by a code, and is not
one that stands on pages: what such a one says to have been told there was told nowhere else.

Source  contract 1.17, H450 to H465
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.services import Services, brand_of, principal_of
from izin.api.via import confirming_of, see_that_he_reaches
from izin.api.via_problems import Dressed
from izin.core.address import Address, parse_phone
from izin.core.clock import wire_time
from izin.core.codes import BrandCode, company
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Channel, RecipientType, Source
from izin.via import lookup
from izin.via.confirm import Told
from izin.via.model import Title
from izin.via.read import request_of
from izin.via.rules import Asked, Etk, Verification
from izin.via.start import On, Wanted, start

_CODE_MAX = 12
_BY_PHONE = (Channel.MESAJ, Channel.ARAMA)


async def over_iys(call: Call[Services]) -> Answer:
    """Begin to take a consent to messages and calls of one brand."""
    services, (of, brand) = call.services, brand_of(call)
    see_that_he_reaches(call, (brand,))
    is_test = getattr(services.directory.brand(brand), "is_test", False)
    to, etk = read_over_iys(call.body, brand, sandbox=services.is_sandbox or is_test)
    async with services.database.acting_for(company(of)) as connection:
        form_id = await lookup.newest_for(connection, of, brand, etk.channels)
        if form_id is None:
            raise RefusalError(Refused(code="IZ135", facts=(("brand", str(brand)),)))
        wanted = Wanted(
            form_id=form_id,
            to=to,
            asked=Asked(verification=Verification.SMS_OTP, etk=etk),
            language=call.language,
        )
        by, pages = principal_of(call).name, services.citizens_origin
        on = On(iys_code=of, asked_by=by, pages=pages, quotas=services.quotas)
        made = await start(connection, services.keyring, on, wanted, now=services.clock())
    return Answer(200, {"requestId": str(made)})


async def verification_code(call: Call[Services]) -> Answer:
    """Take the code that she told."""
    services, (of, brand) = call.services, brand_of(call)
    see_that_he_reaches(call, (brand,))
    told = read_code(call.body, by=principal_of(call).name)
    async with services.database.acting_for(company(of)) as connection:
        request = await request_of(connection, services.keyring, told.request_id)
    etk = None if request is None else request.body.asked.etk
    if etk is None or etk.brands != (brand,):
        raise RefusalError(Refused(code="H1030"))
    body = await confirming_of(services).confirm(of, told, now=services.clock())
    found = [
        {
            "type": each.kind,
            "transactionId": each.transaction_id,
            "creationDate": wire_time(each.at),
        }
        for each in body.details
        if each.at is not None
    ]
    return Answer(200, {"list": found})


def read_over_iys(body: object, brand: BrandCode, *, sandbox: bool) -> tuple[Address, Etk]:
    """Read who is asked for what. Raises RefusalError with every fault."""
    given: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    refused: list[Refused] = []

    def fault(code: str, field: str) -> None:
        refused.append(Refused(code=code, location=(field,)))

    to = parse_phone(given.get("recipient"), sandbox=sandbox)
    if not isinstance(to, Address):
        fault("H121" if "recipient" in given else "H114", "recipient")
    kind = given.get("recipientType", RecipientType.BIREYSEL)
    if not isinstance(kind, str) or kind not in set(RecipientType):
        fault("H116", "recipientType")
    types = given.get("type")
    named = list(dict.fromkeys(_texts(types)))
    if not named or any(each not in set(Channel) for each in named):
        fault("H450", "type")
    elif any(each not in _BY_PHONE for each in named):
        fault("H459", "type")
    if given.get("source") != Source.IYS_KISAMESAJ:  # nobody calls by voice here
        fault("H452", "source")
    if refused:
        raise RefusalError(refused)
    assert isinstance(to, Address), "else it was refused"
    return to, Etk((brand,), tuple(map(Channel, named)), RecipientType(kind))


def _texts(types: object) -> list[str]:
    if not isinstance(types, list):
        return []
    return [each for each in types if isinstance(each, str)]


def read_code(body: object, *, by: str) -> Told:
    """Read the code that she told. Raises RefusalError H454, H455."""
    given: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    refused: list[Refused] = []
    try:
        request_id = UUID(str(given.get("requestId")))
    except ValueError:
        request_id = UUID(int=0)
        refused.append(Refused(code="H454", location=("requestId",)))
    code = str(given.get("verificationCode", ""))
    if not (code.isascii() and code.isdigit() and len(code) <= _CODE_MAX):
        refused.append(Refused(code="H455", location=("verificationCode",)))
    if refused:
        raise RefusalError(refused)
    return Told(
        request_id=request_id,
        verification=Verification.SMS_OTP,
        codes={Title.ETK: code},
        by=by,
    )


_OLD = Dressed(
    renames={
        "IZ133": "H453",
        "IZ134": "H465",
        "IZ160": "H455",
        **dict.fromkeys(("H1052", "H1050"), "H460"),
        **dict.fromkeys(("H1028", "H1030", "H1032", "H1049", "H1051"), "H456"),
        **dict.fromkeys(("H1056", "H1064", "H1113"), "H456"),
    },
    own=HTTPStatus.UNPROCESSABLE_ENTITY,  # as all codes of these calls
    listed=frozenset({HTTPStatus.FORBIDDEN}),
)
_OF_CREDITS = ("H1014", "H1015", "H1092", "H1093")
_BRAND = "/sps/{iysCode}/brands/{brandCode}/consents"
_TEXT = {"type": "string"}

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xLegacyOverIys",
        method="POST",
        path=f"{_BRAND}/overIys",
        right=Right.WRITE,
        lane=Lane.CONSENT,
        handler=over_iys,
        summary=Summary(
            "Eski çağrı: onay alma işlemini başlatır.", "Of old: begins to take a consent."
        ),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request={
            "type": "object",
            "properties": {
                **dict.fromkeys(("recipient", "recipientType", "source"), _TEXT),
                "type": {"type": "array", "items": {"enum": [each.value for each in _BY_PHONE]}},
            },
            "required": ["recipient", "type", "source"],
        },
        answers={
            200: {"type": "object", "properties": {"requestId": _TEXT}, "required": ["requestId"]}
        },
        errors=(
            *("H114", "H116", "H121", "H450", "H452", "H459", "H1031", "H1104", *_OF_CREDITS),
            *("IZ078", "IZ110", "IZ113", "IZ114", "IZ133", "IZ134", "IZ135", "IZ137"),
        ),
        dressed=_OLD,
    ),
    Operation(
        id="xLegacyVerificationCode",
        method="POST",
        path=f"{_BRAND}/verificationCode",
        right=Right.WRITE,
        lane=Lane.CONSENT,
        handler=verification_code,
        summary=Summary(
            "Eski çağrı: kodla onayı kaydeder.", "Of old: records a consent by its code."
        ),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request={
            "type": "object",
            "properties": dict.fromkeys(("requestId", "verificationCode"), _TEXT),
            "required": ["requestId", "verificationCode"],
        },
        answers={
            200: {
                "type": "object",
                "properties": {
                    "list": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": dict.fromkeys(
                                ("type", "transactionId", "creationDate"), _TEXT
                            ),
                            "required": ["type", "transactionId", "creationDate"],
                        },
                    }
                },
                "required": ["list"],
            }
        },
        errors=(
            *("H454", "H455", "H1014", "H1028", "H1030", "H1031", "H1032", "H1049"),
            *("H1050", "H1051", "H1052", "H1056", "H1064", "H1104", "H1113", "IZ078", "IZ110"),
            *("IZ152", "IZ165"),
        ),
        dressed=_OLD,
    ),
)
