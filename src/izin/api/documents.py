"""Shapes of bodies and answers, for the reader of the document; the handlers do not use them."""

from izin.api.shapes import (
    CODE,
    COUNT,
    TEXT,
    UUID,
    WHEN,
    YES,
    Schema,
    list_of,
    object_of,
    one_of,
    with_examples,
)
from izin.core.terms import PROVIDER_SOURCES, Channel, RecipientType, Source, Status
from izin.partner.model import Scope
from izin.provider.model import ProviderKind, ProviderState
from izin.retailer.model import RetailerStatus

_RECEIPT_ID: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_CHANNEL = one_of(tuple(Channel))
_RECIPIENT_TYPE = one_of(tuple(RecipientType))
_STATUS = one_of(tuple(Status))
_ANY_SOURCE = one_of(tuple(Source))
_PAGINATION = object_of(totalCount=COUNT, pageSize=COUNT, offset=COUNT)

_NAMED = object_of(("code", "name"), code=TEXT, name=TEXT)
_RETAILER_STATUS = one_of(tuple(RetailerStatus))

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
    **object_of(
        ("recipient", "type", "status"),
        recipient=TEXT,
        type=_CHANNEL,
        source=one_of(PROVIDER_SOURCES),
        status=_STATUS,
        consentDate=WHEN,
        recipientType=_RECIPIENT_TYPE,
        retailerCode=CODE,
        retailerAccess=list_of(CODE, minItems=1, maxItems=3000),
    ),
    "additionalProperties": False,
}
CONSENT_ROW = with_examples(_ROW, _CONSUMER, _MERCHANT)
RETAILER_ROW = with_examples(_ROW, {**_CONSUMER, "recipient": "+905990000003"})
CONSENT_ROWS = with_examples(list_of(_ROW, minItems=1, maxItems=1000), [_CONSUMER, _MERCHANT])
RECEIPT = object_of(("transactionId", "creationDate"), transactionId=_RECEIPT_ID, creationDate=WHEN)
BATCH_ACCEPTED = object_of(
    ("requestId", "subRequests"),
    requestId=UUID,
    subRequests=list_of(
        object_of(
            recipient=TEXT,
            type=_CHANNEL,
            source=one_of(PROVIDER_SOURCES),
            status=_STATUS,
            consentDate=WHEN,
            recipientType=_RECIPIENT_TYPE,
            subRequestId=UUID,
            subrequestId=UUID,
            creationDate=WHEN,
        )
    ),
)
BATCH_RESULTS = list_of(
    object_of(
        ("index", "status", "subRequestId"),
        index=COUNT,
        status=one_of(("success", "failure", "enqueue")),
        subRequestId=UUID,
        subrequestId=UUID,
        requestId=UUID,
        transactionId=_RECEIPT_ID,
        creationDate=WHEN,
        error=object_of(code=TEXT, message=TEXT),
        isAddConsentV2Service=YES,
        originalRequestInformation=object_of(requestId=UUID, subRequestId=UUID),
    )
)
_KEY = {"recipient": "+905990000001", "recipientType": "BIREYSEL", "type": "MESAJ"}
QUESTION = with_examples(
    object_of(
        ("recipient", "recipientType", "type"),
        recipient=TEXT,
        recipientType=_RECIPIENT_TYPE,
        type=_CHANNEL,
    ),
    _KEY,
)
_MOVEMENT: dict[str, Schema] = {
    "consentDate": WHEN,
    "creationDate": WHEN,
    "source": _ANY_SOURCE,
    "recipient": TEXT,
    "recipientType": _RECIPIENT_TYPE,
    "status": _STATUS,
    "type": _CHANNEL,
    "transactionId": _RECEIPT_ID,
}
DETAIL = object_of(**_MOVEMENT, retailerCode=CODE, retailerTitle=TEXT, retailerAccessCount=COUNT)
RECIPIENTS = with_examples(
    object_of(("recipients",), recipients=list_of(TEXT, minItems=1, maxItems=1000)),
    {"recipients": ["+905990000001", "+905990000002"]},
)
STATUS_LIST = object_of(("requestId", "list"), requestId=UUID, list=list_of(TEXT))
HISTORY = object_of(
    ("list", "pagination"), list=list_of(object_of(**_MOVEMENT)), pagination=_PAGINATION
)
CHANGES = object_of(
    ("after", "list"), after=TEXT, list=list_of(object_of(**_MOVEMENT, citizenName=TEXT))
)

ASK = with_examples(
    object_of(
        ("recipients", "type"),
        recipients=list_of(TEXT, minItems=1, maxItems=10_000),
        type=_CHANNEL,
        recipientType=_RECIPIENT_TYPE,
        retailerCode=CODE,
        messageKind=TEXT,
        containsPromotion=YES,
    ),
    {"recipients": ["+905990000001"], "type": "MESAJ", "recipientType": "BIREYSEL"},
)
ASKED = object_of(
    ("list", "decidedAt"),
    list=list_of(
        object_of(
            ("recipient", "allowed", "decision", "reason"),
            recipient=TEXT,
            allowed=YES,
            decision=one_of(("ALLOWED", "DENIED", "UNKNOWN")),
            reason=TEXT,
            since=WHEN,
            notes=list_of(TEXT),
        )
    ),
    decidedAt=WHEN,
    validUntil=WHEN,
)
AS_OF = with_examples(
    object_of(
        ("recipient", "recipientType", "type", "at"),
        recipient=TEXT,
        recipientType=_RECIPIENT_TYPE,
        type=_CHANNEL,
        at=WHEN,
        knownAt=WHEN,
    ),
    {**_KEY, "at": "2026-01-15 13:45:00"},
)
AS_OF_FOUND = object_of(
    at=WHEN, knownAt=WHEN, state=object_of(**_MOVEMENT), known=object_of(**_MOVEMENT)
)
BRAND_PAGE = object_of(
    ("list",),
    list=list_of(object_of(**_MOVEMENT, retailerCode=CODE)),
    after=TEXT,
)

ROW_ERRORS = (
    *("H110", "H111", "H112", "H113", "H114", "H115", "H116", "H117", "H118", "H119"),
    *("H120", "H121", "H122", "H126", "H155", "H156", "H157", "H158", "H160", "H162"),
    *("H163", "H180", "H267", "H408", "H467", "IZ011", "IZ056"),
)
STATE_ERRORS = ("H174", "H175", "H178", "H462", "H463", "H486")

_RETAILER_TEXTS = dict.fromkeys(("title", "name", "tckn", "tin", "mersis", "alias"), TEXT)
RETAILER_ENTRY = with_examples(
    {
        **object_of(
            ("title", "name", "tckn", "city", "town", "tin"),
            **_RETAILER_TEXTS,
            mobile=TEXT,
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
RETAILER_ENTERED = object_of(("retailerCode",), retailerCode=CODE)
RETAILER = object_of(
    **_RETAILER_TEXTS,
    mobile=TEXT,
    city=_NAMED,
    town=_NAMED,
    status=_RETAILER_STATUS,
    retailerAccessCount=COUNT,
    retailerCode=CODE,
)
RETAILER_PAGE = object_of(
    ("pagination", "list"),
    pagination=object_of(offset=COUNT, pageSize=COUNT, totalCount=COUNT, currentPage=COUNT),
    list=list_of(RETAILER),
)

_DEALERS = list_of(CODE, minItems=1, maxItems=100)
_MANY = list_of(TEXT, minItems=1, maxItems=100)
_TERMS = {"type": "MESAJ", "recipientType": "BIREYSEL"}
ACCESS_OF_ONE = with_examples(
    object_of(
        ("type", "recipient", "recipientType", "retailerAccess"),
        type=_CHANNEL,
        recipient=TEXT,
        recipientType=_RECIPIENT_TYPE,
        retailerAccess=_DEALERS,
    ),
    {**_KEY, "retailerAccess": [12345678]},
)
ACCESS_OF_MANY = with_examples(
    object_of(
        ("type", "recipientType", "recipients", "retailerAccess"),
        type=_CHANNEL,
        recipientType=_RECIPIENT_TYPE,
        recipients=_MANY,
        retailerAccess=_DEALERS,
    ),
    {**_TERMS, "recipients": ["+905990000001"], "retailerAccess": [12345678]},
)
ACCESS_OF_ALL = with_examples(
    object_of(
        ("type", "recipientType", "recipients"),
        type=_CHANNEL,
        recipientType=_RECIPIENT_TYPE,
        recipients=_MANY,
    ),
    {**_TERMS, "recipients": ["+905990000001"]},
)
ACCESS_ADDED = object_of(("transactionId", "creationDate"), transactionId=UUID, creationDate=WHEN)
ACCESS_DONE: Schema = {"type": "integer", "const": 1}
ACCESS_PAGE = object_of(
    ("pagination", "list"),
    pagination=_PAGINATION,
    list=list_of(
        object_of(**_RETAILER_TEXTS, mobile=TEXT, city=_NAMED, town=_NAMED, retailerCode=CODE)
    ),
)
_SIGNATORY = object_of(
    ("name", "tckn", "mobile", "email"),
    name=TEXT,
    tckn=TEXT,
    mobile=TEXT,
    email=TEXT,
    agreementVersion=CODE,
    acceptedAt=WHEN,
)
COMPANY = object_of(
    ("iysCode", "title", "state"),
    iysCode=CODE,
    title=TEXT,
    state=one_of(tuple(ProviderState)),
    kind=one_of(tuple(ProviderKind)),
    mersis=TEXT,
    tin=TEXT,
    mobile=TEXT,
    email=TEXT,
    activationDate=WHEN,
    signatories=list_of(_SIGNATORY),
)

_MANDATED = one_of(("read", "write"))
INTEGRATOR = object_of(
    ("pagination", "list"),
    pagination=_PAGINATION,
    list=list_of(
        object_of(
            ("brandCode", "name", "master", "title", "iysCode", "agreementControl", "viaControl"),
            brandCode=CODE,
            name=TEXT,
            master=YES,
            title=TEXT,
            iysCode=CODE,
            agreementControl=YES,
            viaControl=YES,
            MESAJ=_MANDATED,
            ARAMA=_MANDATED,
            EPOSTA=_MANDATED,
        )
    ),
)
MANDATE = with_examples(
    {
        **object_of(
            ("partnerCode", "scope", "right"),
            partnerCode=CODE,
            scope=one_of(tuple(Scope)),
            right=_MANDATED,
            validFrom=WHEN,
            validUntil=WHEN,
        ),
        "additionalProperties": False,
    },
    {"partnerCode": 30000001, "scope": "MESAJ", "right": "write"},
)
_MANDATE_SHOWN = object_of(
    ("mandateId", "partnerCode", "scope", "right", "validFrom", "stands"),
    mandateId=UUID,
    partnerCode=CODE,
    scope=one_of(tuple(Scope)),
    right=_MANDATED,
    validFrom=WHEN,
    validUntil=WHEN,
    revokedAt=WHEN,
    stands=YES,
)
MANDATE_GRANTED = _MANDATE_SHOWN
MANDATES = object_of(("list",), list=list_of(_MANDATE_SHOWN))
REVOCATION = with_examples(
    {
        **object_of(("partnerCode",), partnerCode=CODE, scope=one_of(tuple(Scope))),
        "additionalProperties": False,
    },
    {"partnerCode": 30000001, "scope": "MESAJ"},
)
REVOKED = object_of(("revoked",), revoked=COUNT)

CARRIER_BRANDS = list_of(
    object_of(
        ("iysCode", "title", "brandCode", "name", "master"),
        iysCode=CODE,
        title=TEXT,
        brandCode=CODE,
        name=TEXT,
        master=YES,
    )
)
REJECTED = object_of(("list",), list=list_of(TEXT))
_DECIDED = list_of(
    object_of(
        ("recipient", "decision"),
        recipient=TEXT,
        decision=one_of(("ALLOWED", "DENIED", "UNKNOWN")),
    )
)
CARRIER_TOLD = object_of(
    ("receiptId", "list", "decidedAt", "validUntil"),
    receiptId=UUID,
    list=_DECIDED,
    decidedAt=WHEN,
    validUntil=WHEN,
)
CARRIER_RECEIPT = object_of(
    ("receiptId", "brandCode", "askedAt", "type", "list"),
    receiptId=UUID,
    brandCode=CODE,
    askedAt=WHEN,
    type=_CHANNEL,
    recipientType=_RECIPIENT_TYPE,
    retailerCode=CODE,
    messageKind=TEXT,
    containsPromotion=YES,
    list=_DECIDED,
)
LINES_TAKEN = object_of(("requestId",), requestId=UUID)
