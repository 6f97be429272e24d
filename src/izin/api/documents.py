"""Shapes of bodies and answers, for the reader of the document; the handlers do not use them."""

from typing import Any

from izin.core.terms import PROVIDER_SOURCES, Channel, RecipientType, Source, Status
from izin.partner.model import Scope
from izin.provider.model import ProviderKind, ProviderState
from izin.retailer.model import RetailerStatus

Schema = dict[str, Any]


def _object(_required: tuple[str, ...] = (), /, **properties: Schema) -> Schema:
    shape: Schema = {"type": "object", "properties": properties}
    return {**shape, "required": list(_required)} if _required else shape


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _with_examples(schema: Schema, *examples: object) -> Schema:
    return {**schema, "examples": list(examples)}


def _one_of(values: tuple[str, ...]) -> Schema:
    return {"type": "string", "enum": [str(value) for value in values]}


_TEXT: Schema = {"type": "string"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_CODE: Schema = {"type": "integer"}
_YES: Schema = {"type": "boolean"}
_WHEN: Schema = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$",
    "examples": ["2026-01-15 13:45:00"],
}
_RECEIPT_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_UUID: Schema = {"type": "string", "format": "uuid"}
_CHANNEL = _one_of(tuple(Channel))
_RECIPIENT_TYPE = _one_of(tuple(RecipientType))
_STATUS = _one_of(tuple(Status))
_ANY_SOURCE = _one_of(tuple(Source))
_PAGINATION = _object(totalCount=_COUNT, pageSize=_COUNT, offset=_COUNT)

_NAMED = _object(("code", "name"), code=_TEXT, name=_TEXT)
_RETAILER_STATUS = _one_of(tuple(RetailerStatus))

_CONSUMER = {
    "recipient": "+905990000001",
    "type": "MESAJ",
    "source": "HS_WEB",
    "status": "ONAY",
    "consentDate": "2026-01-15 13:45:00",
    "recipientType": "BIREYSEL",
}
_MERCHANT = {
    "recipient": "satinalma@tacir.example",
    "type": "EPOSTA",
    "status": "ONAY",
    "recipientType": "TACIR",
}
_ROW = {
    **_object(
        ("recipient", "type", "status"),
        recipient=_TEXT,
        type=_CHANNEL,
        source=_one_of(PROVIDER_SOURCES),
        status=_STATUS,
        consentDate=_WHEN,
        recipientType=_RECIPIENT_TYPE,
        retailerCode=_CODE,
        retailerAccess=_list(_CODE, minItems=1, maxItems=3000),
    ),
    "additionalProperties": False,
}
CONSENT_ROW = _with_examples(_ROW, _CONSUMER, _MERCHANT)
RETAILER_ROW = _with_examples(_ROW, {**_CONSUMER, "recipient": "+905990000003"})
CONSENT_ROWS = _with_examples(_list(_ROW, minItems=1, maxItems=1000), [_CONSUMER, _MERCHANT])
RECEIPT = _object(("transactionId", "creationDate"), transactionId=_RECEIPT_ID, creationDate=_WHEN)
BATCH_ACCEPTED = _object(
    ("requestId", "subRequests"),
    requestId=_UUID,
    subRequests=_list(
        _object(
            recipient=_TEXT,
            type=_CHANNEL,
            source=_one_of(PROVIDER_SOURCES),
            status=_STATUS,
            consentDate=_WHEN,
            recipientType=_RECIPIENT_TYPE,
            subRequestId=_UUID,
            subrequestId=_UUID,
            creationDate=_WHEN,
        )
    ),
)
BATCH_RESULTS = _list(
    _object(
        ("index", "status", "subRequestId"),
        index=_COUNT,
        status=_one_of(("success", "failure", "enqueue")),
        subRequestId=_UUID,
        subrequestId=_UUID,
        requestId=_UUID,
        transactionId=_RECEIPT_ID,
        creationDate=_WHEN,
        error=_object(code=_TEXT, message=_TEXT),
        isAddConsentV2Service=_YES,
        originalRequestInformation=_object(requestId=_UUID, subRequestId=_UUID),
    )
)
_KEY = {"recipient": "+905990000001", "recipientType": "BIREYSEL", "type": "MESAJ"}
QUESTION = _with_examples(
    _object(
        ("recipient", "recipientType", "type"),
        recipient=_TEXT,
        recipientType=_RECIPIENT_TYPE,
        type=_CHANNEL,
    ),
    _KEY,
)
_MOVEMENT: dict[str, Schema] = {
    "consentDate": _WHEN,
    "creationDate": _WHEN,
    "source": _ANY_SOURCE,
    "recipient": _TEXT,
    "recipientType": _RECIPIENT_TYPE,
    "status": _STATUS,
    "type": _CHANNEL,
    "transactionId": _RECEIPT_ID,
}
DETAIL = _object(**_MOVEMENT, retailerCode=_CODE, retailerTitle=_TEXT, retailerAccessCount=_COUNT)
RECIPIENTS = _with_examples(
    _object(("recipients",), recipients=_list(_TEXT, minItems=1, maxItems=1000)),
    {"recipients": ["+905990000001", "+905990000002"]},
)
STATUS_LIST = _object(("requestId", "list"), requestId=_UUID, list=_list(_TEXT))
HISTORY = _object(("list", "pagination"), list=_list(_object(**_MOVEMENT)), pagination=_PAGINATION)
CHANGES = _object(
    ("after", "list"), after=_TEXT, list=_list(_object(**_MOVEMENT, citizenName=_TEXT))
)

ASK = _with_examples(
    _object(
        ("recipients", "type"),
        recipients=_list(_TEXT, minItems=1, maxItems=10_000),
        type=_CHANNEL,
        recipientType=_RECIPIENT_TYPE,
        retailerCode=_CODE,
        messageKind=_TEXT,
        containsPromotion=_YES,
    ),
    {"recipients": ["+905990000001"], "type": "MESAJ", "recipientType": "BIREYSEL"},
)
ASKED = _object(
    ("list", "decidedAt"),
    list=_list(
        _object(
            ("recipient", "allowed", "decision", "reason"),
            recipient=_TEXT,
            allowed=_YES,
            decision=_one_of(("ALLOWED", "DENIED", "UNKNOWN")),
            reason=_TEXT,
            since=_WHEN,
            notes=_list(_TEXT),
        )
    ),
    decidedAt=_WHEN,
    validUntil=_WHEN,
)
AS_OF = _with_examples(
    _object(
        ("recipient", "recipientType", "type", "at"),
        recipient=_TEXT,
        recipientType=_RECIPIENT_TYPE,
        type=_CHANNEL,
        at=_WHEN,
        knownAt=_WHEN,
    ),
    {**_KEY, "at": "2026-01-15 13:45:00"},
)
AS_OF_FOUND = _object(
    at=_WHEN, knownAt=_WHEN, state=_object(**_MOVEMENT), known=_object(**_MOVEMENT)
)
BRAND_PAGE = _object(
    ("list",),
    list=_list(_object(**_MOVEMENT, retailerCode=_CODE)),
    after=_TEXT,
)

ROW_ERRORS = (
    *("H110", "H111", "H112", "H113", "H114", "H115", "H116", "H117", "H118", "H119"),
    *("H120", "H121", "H122", "H126", "H155", "H156", "H157", "H158", "H160", "H162"),
    *("H163", "H180", "H267", "H408", "H467", "IZ011"),
)
STATE_ERRORS = ("H174", "H175", "H178", "H462", "H463", "H486")

_RETAILER_TEXTS = dict.fromkeys(("title", "name", "tckn", "tin", "mersis", "alias"), _TEXT)
RETAILER_ENTRY = _with_examples(
    {
        **_object(
            ("title", "name", "tckn", "city", "town", "tin"),
            **_RETAILER_TEXTS,
            mobile=_TEXT,
            city=_NAMED,
            town=_NAMED,
            status=_RETAILER_STATUS,
        ),
        "additionalProperties": False,
    },
    {
        "title": "Kurgu Ticaret",
        "name": "Deneme Kişi",
        "tckn": "10000000146",
        "city": {"code": "34", "name": "İstanbul"},
        "town": {"code": "01", "name": "Kadıköy"},
        "tin": "10000000146",
        "mobile": "+905990000001",
        "status": "active",
    },
)
RETAILER_ENTERED = _object(("retailerCode",), retailerCode=_CODE)
RETAILER = _object(
    **_RETAILER_TEXTS,
    mobile=_TEXT,
    city=_NAMED,
    town=_NAMED,
    status=_RETAILER_STATUS,
    retailerAccessCount=_COUNT,
    retailerCode=_CODE,
)
RETAILER_PAGE = _object(
    ("pagination", "list"),
    pagination=_object(offset=_COUNT, pageSize=_COUNT, totalCount=_COUNT, currentPage=_COUNT),
    list=_list(RETAILER),
)

_DEALERS = _list(_CODE, minItems=1, maxItems=100)
_MANY = _list(_TEXT, minItems=1, maxItems=100)
_TERMS = {"type": "MESAJ", "recipientType": "BIREYSEL"}
ACCESS_OF_ONE = _with_examples(
    _object(
        ("type", "recipient", "recipientType", "retailerAccess"),
        type=_CHANNEL,
        recipient=_TEXT,
        recipientType=_RECIPIENT_TYPE,
        retailerAccess=_DEALERS,
    ),
    {**_KEY, "retailerAccess": [12345678]},
)
ACCESS_OF_MANY = _with_examples(
    _object(
        ("type", "recipientType", "recipients", "retailerAccess"),
        type=_CHANNEL,
        recipientType=_RECIPIENT_TYPE,
        recipients=_MANY,
        retailerAccess=_DEALERS,
    ),
    {**_TERMS, "recipients": ["+905990000001"], "retailerAccess": [12345678]},
)
ACCESS_OF_ALL = _with_examples(
    _object(
        ("type", "recipientType", "recipients"),
        type=_CHANNEL,
        recipientType=_RECIPIENT_TYPE,
        recipients=_MANY,
    ),
    {**_TERMS, "recipients": ["+905990000001"]},
)
ACCESS_ADDED = _object(("transactionId", "creationDate"), transactionId=_UUID, creationDate=_WHEN)
ACCESS_DONE: Schema = {"type": "integer", "const": 1}
ACCESS_PAGE = _object(
    ("pagination", "list"),
    pagination=_PAGINATION,
    list=_list(
        _object(**_RETAILER_TEXTS, mobile=_TEXT, city=_NAMED, town=_NAMED, retailerCode=_CODE)
    ),
)
_SIGNATORY = _object(
    ("name", "tckn", "mobile", "email"),
    name=_TEXT,
    tckn=_TEXT,
    mobile=_TEXT,
    email=_TEXT,
    agreementVersion=_CODE,
    acceptedAt=_WHEN,
)
COMPANY = _object(
    ("iysCode", "title", "state"),
    iysCode=_CODE,
    title=_TEXT,
    state=_one_of(tuple(ProviderState)),
    kind=_one_of(tuple(ProviderKind)),
    mersis=_TEXT,
    tin=_TEXT,
    mobile=_TEXT,
    email=_TEXT,
    activationDate=_WHEN,
    signatories=_list(_SIGNATORY),
)

_MANDATED = _one_of(("read", "write"))
INTEGRATOR = _object(
    ("pagination", "list"),
    pagination=_PAGINATION,
    list=_list(
        _object(
            ("brandCode", "name", "master", "title", "iysCode", "agreementControl", "viaControl"),
            brandCode=_CODE,
            name=_TEXT,
            master=_YES,
            title=_TEXT,
            iysCode=_CODE,
            agreementControl=_YES,
            viaControl=_YES,
            MESAJ=_MANDATED,
            ARAMA=_MANDATED,
            EPOSTA=_MANDATED,
        )
    ),
)
MANDATE = _with_examples(
    {
        **_object(
            ("partnerCode", "scope", "right"),
            partnerCode=_CODE,
            scope=_one_of(tuple(Scope)),
            right=_MANDATED,
            validFrom=_WHEN,
            validUntil=_WHEN,
        ),
        "additionalProperties": False,
    },
    {"partnerCode": 30000001, "scope": "MESAJ", "right": "write"},
)
_MANDATE_SHOWN = _object(
    ("mandateId", "partnerCode", "scope", "right", "validFrom", "stands"),
    mandateId=_UUID,
    partnerCode=_CODE,
    scope=_one_of(tuple(Scope)),
    right=_MANDATED,
    validFrom=_WHEN,
    validUntil=_WHEN,
    revokedAt=_WHEN,
    stands=_YES,
)
MANDATE_GRANTED = _MANDATE_SHOWN
MANDATES = _object(("list",), list=_list(_MANDATE_SHOWN))
REVOCATION = _with_examples(
    {
        **_object(("partnerCode",), partnerCode=_CODE, scope=_one_of(tuple(Scope))),
        "additionalProperties": False,
    },
    {"partnerCode": 30000001, "scope": "MESAJ"},
)
REVOKED = _object(("revoked",), revoked=_COUNT)

CARRIER_BRANDS = _list(
    _object(
        ("iysCode", "title", "brandCode", "name", "master"),
        iysCode=_CODE,
        title=_TEXT,
        brandCode=_CODE,
        name=_TEXT,
        master=_YES,
    )
)
REJECTED = _object(("list",), list=_list(_TEXT))
_DECIDED = _list(
    _object(
        ("recipient", "decision"),
        recipient=_TEXT,
        decision=_one_of(("ALLOWED", "DENIED", "UNKNOWN")),
    )
)
CARRIER_TOLD = _object(
    ("receiptId", "list", "decidedAt", "validUntil"),
    receiptId=_UUID,
    list=_DECIDED,
    decidedAt=_WHEN,
    validUntil=_WHEN,
)
CARRIER_RECEIPT = _object(
    ("receiptId", "brandCode", "askedAt", "type", "list"),
    receiptId=_UUID,
    brandCode=_CODE,
    askedAt=_WHEN,
    type=_CHANNEL,
    recipientType=_RECIPIENT_TYPE,
    retailerCode=_CODE,
    messageKind=_TEXT,
    containsPromotion=_YES,
    list=_DECIDED,
)
LINES_TAKEN = _object(("requestId",), requestId=_UUID)
