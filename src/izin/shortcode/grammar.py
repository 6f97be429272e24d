"""What a text to 3338 asks for, in whatever way it is written.

Pure: the words are folded to the search key, so case, the four i's, marks, punctuation, emoji and
what cannot be seen make no difference. A name is recognised whole or not at all: a text is never
cut down until some brand fits, but for words that belong to no name, as those of a copied footer.

Source  data page 5; rules 3.2
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import msgspec

from izin.core.codes import BrandCode
from izin.core.lookalike import likeness
from izin.core.terms import Channel
from izin.core.turkish import search_key

NUMBER = "3338"
LENGTH_MAX = 1600
"""Characters that are read: ten segments, more than a telephone sends."""

WORDS_MAX = 300
NAME_WORDS_MAX, RESTS_MAX = 12, 3
NAME_MAX = 255
_CODE_DIGITS_MAX = 15


class Option(msgspec.Struct, frozen=True):
    """One way to read what was named.

    code     the brand's number, if it is one
    key      of its name or short name; see `izin.core.lookalike`
    channel  which of its channels is meant
    """

    code: BrandCode | None
    key: str
    channel: Channel = Channel.MESAJ


class Which(msgspec.Struct, frozen=True):
    """A brand as somebody called it.

    options  readings, the most literal first, one at least
    spoken   the key of the name without what is around it, to look for what is near
    """

    options: tuple[Option, ...]
    spoken: str


class Refuse(msgspec.Struct, frozen=True):
    """RET <brand>."""

    which: Which


class RefuseAll(msgspec.Struct, frozen=True):
    """RET TUM."""


class Confirm(msgspec.Struct, frozen=True):
    """EVET, to what was asked."""


class Decline(msgspec.Struct, frozen=True):
    """HAYIR, to what was asked."""


class State(msgspec.Struct, frozen=True):
    """DURUM, DURUM <brand>."""

    which: Which | None = None


class Approve(msgspec.Struct, frozen=True):
    """ONAY, which 3338 does not take."""


class Help(msgspec.Struct, frozen=True):
    """YARDIM, and whatever is not understood."""


Command: TypeAlias = Refuse | RefuseAll | Confirm | Decline | State | Approve | Help

_REFUSE = frozenset({"ret", "red", "iptal"})
_CALLS = frozenset({"arama", "aramalar", "aramalari", "aramalarini"})
_ALL = "tum"
_POLITE = frozenset({"lutfen", "tesekkurler", "tesekkur", "ederim", "sagolun", "tamam"})
_SMS = frozenset({"sms", "mesaj", "mesaji", "mesajlar", "mesajlari", "mesajlarini", "smsleri"})
_AFFIRMED = _POLITE | _REFUSE | {_ALL, "onayliyorum", "eminim", "istiyorum", "evet"}
_OF_ALL = (
    _POLITE
    | _SMS
    | _CALLS
    | {_ALL, "marka", "markalar", "markalari", "firmalar", "firmalari", "izinler", "izinleri"}
)
# what stands between RET and a name, and no name begins with
_BEFORE_NAME = _POLITE | {"et", "edin", "ediniz", "ediyorum", "icin", "marka", "markasi", "sunu"}
# what follows a name in footers and in people's own words, and ends it
_AFTER_NAME = (
    _POLITE
    | _SMS
    | _REFUSE
    | {"yaz", "yazin", "yaziniz", "yazip", "yazarak", "mersis", "istemiyorum", "icin"}
    | {"gonder", "gonderin", "gonderiniz", "gonderip", "marka", "markasi", "et", "edin", "ediniz"}
)
_is_operators = re.compile(rf"{NUMBER}.*|b[0-9]{{3}}", re.ASCII).fullmatch
_WORD = re.compile(r"[^\W_]+")
_is_glued = re.compile(rf"({NUMBER})?(ret|red|iptal|durum)([0-9]{{4,9}})?", re.ASCII).fullmatch


def parse(text: str) -> Command:
    """Read what somebody wrote.

    Takes   text as it came; what lies past LENGTH_MAX is not read
    Gives   a command, Help for whatever is none
    Cost    under 0.1 ms for what people write, a few ms for anything
    """
    words = _without_number(words_of(text))
    if not words:
        return Help()
    first, rest = words[0], words[1:]
    if first == "evet" and _AFFIRMED.issuperset(rest):
        return Confirm()
    if first == "hayir" and _POLITE.issuperset(rest):
        return Decline()
    if first == "durum":
        return _state(rest)
    if not _REFUSE.isdisjoint(words):
        return _refusal(words)
    return Approve() if first == "onay" else Help()


def words_of(text: str) -> list[str]:
    """Fold a text to its words: letters and digits of the search key, what cannot be seen left out.

    Gives   at most WORDS_MAX; of one that is written together with RET or 3338 its parts
    """
    seen = "".join(each for each in text[:LENGTH_MAX] if unicodedata.category(each) != "Cf")
    words: list[str] = []
    for word in _WORD.findall(search_key(seen))[:WORDS_MAX]:
        glued = _is_glued(word)
        words += [part for part in glued.groups() if part] if glued else [word]
    return words


def _without_number(words: list[str]) -> list[str]:
    """People write the number that they send to, and its suffix, before what they mean."""
    start = 0
    while start < len(words) and (words[start] == NUMBER or words[start] == f"{NUMBER}e"):
        start += 2 if words[start + 1 : start + 2] in (["e"], ["a"]) else 1
    return words[start:]


def _state(rest: Sequence[str]) -> State:
    return State(_which([rest], _name_in(rest)) if rest else None)


def _refusal(words: Sequence[str]) -> Command:
    """The last RET that a name follows is meant: in footers an explanation comes before it."""
    places = [place for place, word in enumerate(words) if word in _REFUSE]
    rests = [words[place + 1 :] for place in reversed(places)]
    if any(_means_all(rest) for rest in rests):
        return RefuseAll()
    named = next(filter(None, map(_name_in, rests)), None)
    before = words[: places[0]]
    if named is None and before and len(before) <= NAME_WORDS_MAX:
        named, rests = before, [*rests, before]
    which = _which(rests, named or ())
    return Help() if which is None else Refuse(which)


def _means_all(rest: Sequence[str]) -> bool:
    named = _name_in(rest)
    return bool(named) and named[0] == _ALL and _OF_ALL.issuperset(named)


def _which(rests: Sequence[Sequence[str]], named: Sequence[str]) -> Which | None:
    """What may be meant: the name alone, and before it all that was written, if that is a name."""
    wholes = [rest[:NAME_WORDS_MAX] for rest in rests[:RESTS_MAX]]
    found = [option for words in (*wholes, named) for option in _options(words)]
    if not found:
        return None
    spoken = next(iter(_options(named)), found[0])
    return Which(tuple(dict.fromkeys(found)), spoken.key)


def _options(words: Sequence[str]) -> Iterator[Option]:
    whole = _option(words, Channel.MESAJ)
    if whole is not None:
        yield whole
    without = _option(words[:-1], Channel.ARAMA) if words and words[-1] in _CALLS else None
    if without is not None:
        yield without


def _name_in(rest: Sequence[str]) -> Sequence[str]:
    """Leave out what stands before a name and after it; nothing may be left."""
    start = 0
    while start < len(rest) and rest[start] in _BEFORE_NAME:
        start += 1
    end = start
    while end < len(rest) and rest[end] not in _AFTER_NAME and not _is_operators(rest[end]):
        end += 1
    return rest[start : min(end, start + NAME_WORDS_MAX)]


def _option(words: Sequence[str], channel: Channel) -> Option | None:
    text = "".join(words)
    key = likeness(text)
    if key is None or len(key) > NAME_MAX:
        return None
    is_number = text.isascii() and text.isdigit() and len(text) <= _CODE_DIGITS_MAX
    return Option(BrandCode(int(text)) if is_number else None, key, channel)
