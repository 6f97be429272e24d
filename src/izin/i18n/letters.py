"""The texts that the registry sends, by mail and by text message, each with its version."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec

from izin.i18n.catalogue import Language, Phrase


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text. Whoever changes a word of it gives it the next version.

    sms            one segment where it can be
    subject, mail  of a mail
    """

    version: int
    sms: Phrase | None = None
    subject: Phrase | None = None
    mail: Phrase | None = None


class Said(msgspec.Struct, frozen=True):
    """A text with its places filled."""

    subject: str
    body: str
    version: int


@cache
def texts() -> Mapping[str, Text]:
    """Every text by its name."""
    text = resources.files("izin.i18n").joinpath("messages.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Text])


def letter(words: str, language: Language, values: Mapping[str, str], *, is_sms: bool) -> Said:
    """Fill a text's places.

    Takes   values: one for each place; line breaks and other signs that print nothing become blanks
    """
    text = texts()[words]
    clean = {name: _printed(value) for name, value in values.items()}
    if is_sms:
        assert text.sms is not None, f"{words} is no text message"
        return Said("", _of(text.sms, language).format_map(clean), text.version)
    assert text.subject is not None, f"{words} is no mail"
    assert text.mail is not None, f"{words} is no mail"
    subject, body = _of(text.subject, language), _of(text.mail, language)
    return Said(subject.format_map(clean), body.format_map(clean), text.version)


def _of(phrase: Phrase, language: Language) -> str:
    return phrase.tr if language is Language.TR else phrase.en


def _printed(value: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+", " ", value)
