"""In which encoding a text file is written: decided over the whole file, never guessed.

A ladder instead of a detector (detectors call short Turkish text cp949): byte order mark, strict
UTF-8, cp1254. One streaming pass, which also hashes the file and sees what no reader should meet.
"""

import codecs
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from izin.files.form import Caps
from izin.files.problem import file_refused

_CHUNK = 1024 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_not_in_cp1254 = re.compile(rb"[\x81\x8d\x8e\x8f\x90\x9d\x9e]").search
# ğ ş ı İ ç ö ü of UTF-8: in cp1254 these two bytes are Ã, Ä or Å and a sign, which nobody writes.
_utf8_pair = re.compile(rb"[\xc3-\xc5][\x80-\xbf]").search


class Survey(msgspec.Struct, frozen=True):
    """What one pass over the bytes found."""

    encoding: str
    digest: bytes


class _Signs:
    """What the bytes so far allow."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.lines = 1
        self.undecodable_line = 0
        self.has_utf8_pair = False
        self.has_undefined = False
        self._last = b""
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")

    def see(self, chunk: bytes, *, is_last: bool) -> None:
        if self.encoding != "utf-16" and b"\0" in chunk:
            raise file_refused("IZ205", line=self.lines + chunk[: chunk.index(b"\0")].count(b"\n"))
        if len(chunk) == _CHUNK and b"\n" not in chunk and b"\r" not in chunk:
            raise file_refused("IZ210", line=self.lines)
        if not chunk.isascii():
            joint = self._last + chunk
            self.has_utf8_pair = self.has_utf8_pair or _utf8_pair(joint) is not None
            self.has_undefined = self.has_undefined or _not_in_cp1254(chunk) is not None
        self._decode(chunk, is_last=is_last)
        self._last = chunk[-1:]
        self.lines += chunk.count(b"\n")

    def _decode(self, chunk: bytes, *, is_last: bool) -> None:
        if self.undecodable_line:
            return
        try:
            text = self._decoder.decode(chunk, is_last)
        except UnicodeDecodeError as error:
            self.undecodable_line = self.lines + chunk[: error.start].count(b"\n")
            return
        if self.encoding == "utf-16" and "\0" in text:
            raise file_refused("IZ205", line=self.lines)

    def encoding_in_the_end(self) -> str:
        if not self.undecodable_line:
            return self.encoding
        if self.encoding != "utf-16" and self.has_utf8_pair:
            raise file_refused("IZ207", line=self.undecodable_line)
        if self.encoding != "utf-8" or self.has_undefined:
            raise file_refused("IZ206", line=self.undecodable_line)
        return "cp1254"


def survey(path: Path, caps: Caps) -> Survey:
    """Read a text file once, byte by byte, before anybody parses it.

    Raises  FileRefusedError: IZ201 empty · IZ205 NUL · IZ206 no encoding fits · IZ207 two
            encodings in one file · IZ210 a line without an end · IZ215 too large
    Cost    one pass, about 1 ms a MiB; a few MiB of memory for any size
    """
    if path.stat().st_size > caps.csv_bytes_max:
        raise file_refused("IZ215", limit=f"{caps.csv_bytes_max // 1024**2} MiB")
    signs: _Signs | None = None
    digest = hashlib.sha256()
    has_content = False
    for chunk in _chunks(path):
        signs = signs or _Signs(_by_mark(chunk))
        digest.update(chunk)
        signs.see(chunk, is_last=False)
        has_content = has_content or bool(chunk.strip(b"\xef\xbb\xbf\xff\xfe\0\r\n\t ;,|"))
    if signs is None or not has_content:
        raise file_refused("IZ201")
    signs.see(b"", is_last=True)
    return Survey(signs.encoding_in_the_end(), digest.digest())


def _by_mark(head: bytes) -> str:
    return next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            yield chunk
