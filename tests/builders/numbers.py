"""Finds persons' numbers in what was written down, and in what is still held in memory."""

import base64
import gc
import re
import types
from collections.abc import Iterator

from izin.core.identity import is_tckn

_NUMBER = re.compile(r"(?<!\d)\d{11}(?!\d)", re.ASCII)
_CODED = re.compile(r"[A-Za-z0-9_+/-]{16,}")
_FOR_ADDRESSES = str.maketrans("+/", "-_")
_OF_THE_PROGRAM = (
    types.ModuleType,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.CodeType,
    types.FrameType,
    types.TracebackType,
    type,
)


def numbers_in(text: str | bytes) -> set[str]:
    """Whatever has the check digits of a person's number, as it is or within base64."""
    words = text.decode("latin-1") if isinstance(text, bytes) else text
    found = {each for each in _NUMBER.findall(words) if is_tckn(each)}
    for coded in _CODED.findall(words):
        whole = coded[: len(coded) // 4 * 4].translate(_FOR_ADDRESSES)
        decoded = base64.urlsafe_b64decode(whole).decode("latin-1")
        found |= {each for each in _NUMBER.findall(decoded) if is_tckn(each)}
    return found


def numbers_kept(*roots: object) -> set[str]:
    """The same of every text that can be reached from these, the program itself left out."""
    return {number for text in _texts(roots) for number in numbers_in(text)}


def _texts(roots: tuple[object, ...]) -> Iterator[str | bytes]:
    seen, waiting = set[int](), list(roots)
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, _OF_THE_PROGRAM):
            continue
        seen.add(id(each))
        if isinstance(each, str | bytes | bytearray):
            yield bytes(each) if isinstance(each, bytearray) else each
        elif isinstance(each, int) and not isinstance(each, bool):
            yield str(each)
        if isinstance(each, BaseException):  # these are reached by no referent of theirs
            waiting += [each.args, each.__cause__, each.__context__, vars(each)]
        waiting += gc.get_referents(each)
