"""What she is sent is put into words once: so it goes, and so it is kept. Pure.

Whatever a brand is called later, or a text says by then, what proves a consent quotes these.

Source  slides, İYS Yolu, steps 3, 4 and 7; Reg. 7/10; rules 3.4
"""

from collections.abc import Mapping, Sequence

from izin.core.address import Address
from izin.core.errors import RefusalError, Refused
from izin.i18n.catalogue import Language
from izin.i18n.letters import letter
from izin.message.model import Rendered
from izin.proof.model import Worded
from izin.smpp.segments import SUFFIX_UNITS, segment_count
from izin.via.request import Text

HIDDEN = "•" * 8
"""Stands in the place of a code, which is kept nowhere."""

SEGMENTS_MAX = 6
"""Of one text message: names are never cut, so there is an end to how many a request names."""

_DIGITS = "0" * len(HIDDEN)
_SUFFIX = "B" * SUFFIX_UNITS


def text_of(words: str, language: Language, places: Mapping[str, str], *, is_sms: bool) -> Text:
    """Put a text into words, with a mark where its code goes."""
    said = letter(words, language, {**places, "code": HIDDEN}, is_sms=is_sms)
    return Text(words=words, version=said.version, subject=said.subject, body=said.body)


def with_place(text: Text) -> Worded:
    """Give a text as whoever draws its code takes it."""
    subject, body = (each.replace(HIDDEN, "{code}") for each in (text.subject, text.body))
    return Worded(subject, body, text.version)


def segments_of(text: Text) -> int:
    """How many segments does a text take, with its code and what the operator appends?"""
    return segment_count(text.body.replace(HIDDEN, _DIGITS) + _SUFFIX)


def see_that_they_fit(texts: Sequence[Text]) -> None:
    """See that no text message is too long. Raises RefusalError IZ137."""
    longest = max(map(segments_of, texts))
    if longest > SEGMENTS_MAX:
        facts = (("segments", str(longest)), ("most", str(SEGMENTS_MAX)))
        raise RefusalError(Refused(code="IZ137", facts=facts))


def rendered(to: Address, text: Text) -> Rendered:
    """Give a text without a code as it goes."""
    return Rendered(to=to, subject=text.subject, body=text.body)
