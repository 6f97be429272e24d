"""The one catalogue of errors: status and words of every code, in Turkish and English."""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import msgspec

from izin.core.errors import Refused

_HEADER_MAX = 200


class Language(StrEnum):
    """In which language people are answered."""

    TR = "tr"
    EN = "en"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Status and sentences of one code; ``{name}`` is filled from a refusal's facts."""

    status: int
    tr: str
    en: str

    def sentence(self, language: Language) -> str:
        """The sentence, its places still open."""
        return self.tr if language is Language.TR else self.en


class OAuthWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer of the token call: OAuth's own error word and a description."""

    error: str
    tr: str
    en: str


class Phrase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was expected of a field, as part of a sentence."""

    tr: str
    en: str


class _Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    codes: dict[str, Words]
    expected: dict[str, Phrase]
    oauth: dict[str, OAuthWords]
    done: dict[str, Phrase]


@cache
def _book() -> _Book:
    text = resources.files("izin.i18n").joinpath("errors.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Book)


def codes() -> Mapping[str, Words]:
    """Every code with its status and words."""
    return _book().codes


def expected() -> Mapping[str, Phrase]:
    """Every form that a field of our own may have, by its key."""
    return _book().expected


def phrase(word: str, language: Language) -> str:
    """What was expected, as part of a sentence."""
    found = _book().expected[word]
    return found.tr if language is Language.TR else found.en


def done(word: str, language: Language) -> str:
    """What is said of what went well, where the contract has a sentence for that."""
    found = _book().done[word]
    return found.tr if language is Language.TR else found.en


def oauth_keys() -> Mapping[str, OAuthWords]:
    """Every answer of the token call by its key."""
    return _book().oauth


def status_of(code: str) -> int:
    """HTTP status of a code; an operation may override it."""
    return _book().codes[code].status


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        """Leave a mark, not a crash: a refusal must always get out."""
        return "?"


def message(refused: Refused, language: Language) -> str:
    """One sentence for one refusal.

    Takes   facts by name; ``{field}`` is the last name in the location if no fact says otherwise,
            and ``{expected}`` the phrase whose key the fact holds
    """
    sentence = _book().codes[refused.code].sentence(language)
    if "{" not in sentence:
        return sentence
    facts = _Facts(refused.facts)
    names = [part for part in refused.location if isinstance(part, str)]
    if names:
        facts.setdefault("field", names[-1])
    phrase = _book().expected.get(facts.get("expected", ""))
    if phrase is not None:
        said = phrase.tr if language is Language.TR else phrase.en
        facts["expected"] = said.format_map(facts)
    return sentence.format_map(facts)


def render(refused: Refused, language: Language) -> dict[str, Any]:
    """One element of ``errors``: code, message, and location, value, index where given."""
    shown: dict[str, Any] = {"code": refused.code, "message": message(refused, language)}
    if refused.location:
        shown["location"] = refused.location
    if refused.value is not msgspec.UNSET:
        shown["value"] = refused.value
    if refused.index is not None:
        shown["index"] = refused.index
    return shown


def language_of(accept_language: str | None) -> Language:
    """Which language a caller reads best; Turkish if that is not said, or unreadable."""
    if not accept_language or len(accept_language) > _HEADER_MAX:
        return Language.TR
    return _preferred(accept_language)


@lru_cache(maxsize=256)
def _preferred(header: str) -> Language:
    """First of the highest weights wins; a part that cannot be read is as if it were not there."""
    best, best_weight = Language.TR, 0.0
    for part in header.split(","):
        read = _RANGE.fullmatch(part)
        weight = float(read[3] or 1) if read else 0.0
        if read and weight > best_weight:
            best, best_weight = _LANGUAGES[bool(read[2])], weight
    return best


_RANGE = re.compile(
    r"[ \t]*(?:(tr)|(en))(?:-[a-z0-9-]*)?[ \t]*"
    r"(?:;[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?",
    re.ASCII | re.IGNORECASE,
)
_LANGUAGES = (Language.TR, Language.EN)
