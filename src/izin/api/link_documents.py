"""Shapes of the calls that make personal links, for the reader of the document."""

from izin.api.shapes import TEXT, WHEN, list_of, object_of, one_of, with_examples
from izin.core.terms import Channel, RecipientType
from izin.link.model import LIFE_DAYS_MAX

_CHANNEL_WORDS = one_of(tuple(Channel))
_RECIPIENT_TYPE_WORDS = one_of(tuple(RecipientType))
_LINKED = object_of(("recipient",), recipient=TEXT, url=TEXT, code=TEXT, message=TEXT)
HASH_RECIPIENTS = with_examples(
    object_of(
        ("recipients",),
        recipients=list_of(
            object_of(
                ("recipient", "recipientType"), recipient=TEXT, recipientType=_RECIPIENT_TYPE_WORDS
            ),
            minItems=1,
            maxItems=100,
        ),
    ),
    {"recipients": [{"recipient": "kisi@posta.example", "recipientType": "BIREYSEL"}]},
)
HASH_LINKS = list_of(_LINKED)
LINKS_WANTED = with_examples(
    object_of(
        ("recipients", "type"),
        recipients=list_of(TEXT, minItems=1, maxItems=1000),
        type=_CHANNEL_WORDS,
        recipientType=_RECIPIENT_TYPE_WORDS,
        days={"type": "integer", "minimum": 1, "maximum": LIFE_DAYS_MAX},
    ),
    {"recipients": ["+905990000001"], "type": "MESAJ", "days": 30},
)
LINKS = object_of(("list", "goodUntil"), list=list_of(_LINKED), goodUntil=WHEN)
