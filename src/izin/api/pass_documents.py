"""Schemas of ViA PASS, and of the texts that companies bring for it."""

from izin.api.shapes import CODE, TEXT, UUID, WHEN, YES, list_of, object_of, one_of, with_examples
from izin.viapass.model import Kind, TemplateState

_ANY_COUNT = {"type": "integer", "minimum": -1}
_MICROSECONDS = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{6}$",
}

_START = {"templateId": TEXT, "vkn": {"type": "string", "pattern": "^[1-9][0-9]{9,10}$"}}
START_SMS = with_examples(
    object_of(("phoneNumber", "templateId", "vkn"), phoneNumber=TEXT, **_START),
    {"phoneNumber": "+905990000001", "templateId": "42271", "vkn": "1234567890"},
)
START_MAIL = with_examples(
    object_of(("email", "templateId", "vkn"), email=TEXT, **_START),
    {"email": "ayse@posta.example", "templateId": "42272", "vkn": "1234567890"},
)
STARTED = object_of(
    ("data", "message"), data=object_of(("requestId",), requestId=UUID), message=TEXT
)
STARTED_LINK = object_of(
    ("data", "message"),
    data=list_of(object_of(("requestId", "shortUrl"), requestId=UUID, shortUrl=TEXT)),
    message=TEXT,
)
COMPLETE = with_examples(
    object_of(("otpCode", "requestId"), otpCode=TEXT, requestId=UUID),
    {"otpCode": "123456", "requestId": "8ea6ab1d-9f11-4b8f-9d35-24ee89fdcfa4"},
)
COMPLETED = object_of(("message",), message=TEXT)
HISTORY_ASKED = with_examples(
    object_of(("requestId",), requestId=UUID),
    {"requestId": "8ea6ab1d-9f11-4b8f-9d35-24ee89fdcfa4"},
)
HISTORY = object_of(
    ("content", "pagination"),
    content=list_of(
        object_of(
            ("requestType", "status", "description", "transactionDate"),
            requestType=TEXT,
            status=TEXT,
            description=TEXT,
            transactionDate=_MICROSECONDS,
        )
    ),
    pagination=object_of(
        ("currentPage", "elementsInPage", "totalItems", "totalPages"),
        currentPage=CODE,
        elementsInPage=CODE,
        totalItems=CODE,
        totalPages=CODE,
    ),
)
_SPAN = {"startDate": WHEN, "expirationDate": WHEN, "status": TEXT}
SUBSCRIBED = object_of(
    ("data", "message"),
    data=list_of(
        object_of(
            ("iysViaSubscriptionId", "iysCode", "viaSubscriptionPackage"),
            iysViaSubscriptionId=UUID,
            iysCode=CODE,
            creationDate=WHEN,
            lastUpdateDate=WHEN,
            autoRenewal=YES,
            viaCredit=_ANY_COUNT,
            viaSubscriptionPackage=object_of(
                (),
                viaSubscriptionId=UUID,
                viaSubscriptionPackageName=TEXT,
                viaCredit=_ANY_COUNT,
                isLimited=YES,
                **_SPAN,
            ),
            **_SPAN,
        )
    ),
    message=TEXT,
)

_LANGUAGE = one_of(("tr", "en"))
TEMPLATE = with_examples(
    object_of(
        ("kind", "textTr", "textEn"),
        kind=one_of(tuple(Kind)),
        templateId=TEXT,
        language=_LANGUAGE,
        textTr=TEXT,
        textEn=TEXT,
        subjectTr=TEXT,
        subjectEn=TEXT,
    ),
    {
        "kind": "SMS",
        "textTr": "Ornek A.S. dogrulama kodunuz: {code}. 3 dakika gecerlidir.",
        "textEn": "Your verification code of Ornek A.S.: {code}. Good for 3 minutes.",
    },
)
TEMPLATE_SUBMITTED = object_of(
    ("templateId", "version", "state"), templateId=TEXT, version=CODE, state=TEXT
)
TEMPLATES = object_of(
    ("list",),
    list=list_of(
        object_of(
            ("templateId", "version", "kind", "state", "textTr", "textEn", "submittedAt"),
            templateId=TEXT,
            version=CODE,
            kind=one_of(tuple(Kind)),
            state=one_of(tuple(TemplateState)),
            language=_LANGUAGE,
            textTr=TEXT,
            textEn=TEXT,
            subjectTr=TEXT,
            subjectEn=TEXT,
            note=TEXT,
            submittedAt=WHEN,
            decidedAt=WHEN,
        )
    ),
)
