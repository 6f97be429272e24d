"""Finds invented people's addresses where none may be: in clear, or under a digest without a key.

Whoever has a list of all phone numbers undoes such a digest by trying them. CRC-32 and other sums
of four bytes are not looked for: by chance alone they stand everywhere.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

WINDOW = 8
"""Bytes of a digest that are looked for: any longer part of its beginning holds them."""

_Digest = Callable[[bytes], bytes]

_NAMED = (
    *("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512_256", "ripemd160"),
    *("sha3_224", "sha3_256", "sha3_384", "sha3_512"),
)


def _named(name: str) -> _Digest:
    return lambda text: hashlib.new(name, text, usedforsecurity=False).digest()


def _framed(text: bytes) -> bytes:
    return len(text).to_bytes(4, "big") + text


DIGESTS: dict[str, _Digest] = {
    **{name: _named(name) for name in _NAMED if name in hashlib.algorithms_available},
    "blake2b": lambda text: hashlib.blake2b(text).digest(),
    "blake2b of 32": lambda text: hashlib.blake2b(text, digest_size=32).digest(),
    "blake2b of 16": lambda text: hashlib.blake2b(text, digest_size=16).digest(),
    "blake2b of 8": lambda text: hashlib.blake2b(text, digest_size=8).digest(),
    "blake2s": lambda text: hashlib.blake2s(text).digest(),
    "blake2s of 16": lambda text: hashlib.blake2s(text, digest_size=16).digest(),
    "sha256 twice": lambda text: hashlib.sha256(hashlib.sha256(text).digest()).digest(),
    "hmac without a key": lambda text: hmac.digest(b"", text, "sha256"),
    "our own tag without a key": lambda text: hmac.digest(b"", b"\3" + _framed(text), "sha256"),
    "our own framing": lambda text: hashlib.sha256(b"\3" + _framed(text)).digest(),
}

_PHONE = re.compile(rb"599(?:[ ).-]{0,2}[0-9]){7}(?![0-9])")
_BEFORE_PHONE = re.compile(rb"(?:^|[^0-9])(?:00)?(?:90)?[ (.-]{0,2}0?[ (.-]{0,2}$")
_ID = re.compile(
    rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[0-9]*[a-f])[0-9a-f]{20,}", re.IGNORECASE
)
_ID_AROUND = 64
_EMAIL = re.compile(
    rb"(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]++(?:@|%40)(?:[A-Za-z0-9-]{1,63}\.){1,9}(?:example|EXAMPLE)"
)
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){8,}[0-9a-fA-F]?")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{11,}")


def forms(address: str) -> Iterator[str]:
    """The texts that an address is the same as, for whoever tries."""
    if "@" in address:
        local, _, domain = address.partition("@")
        yield from (address.lower(), address.upper(), local.lower(), local.lower() + domain)
    else:
        national = address.removeprefix("+90")
        yield from (f"+90{national}", f"90{national}", f"0{national}", national, f"0090{national}")


@lru_cache(20_000)
def needles(address: str) -> tuple[tuple[int, str], ...]:
    """What a dump that tells of this address holds somewhere, as numbers of eight bytes."""
    found = []
    for form in forms(address):
        text = form.encode()
        for name, digest in DIGESTS.items():
            found.append((_number(digest(text)), name))
        found.append((_number(hashlib.sha256(form.encode("utf-16-le")).digest()), "sha256, UTF-16"))
        if form.isdecimal():
            found.append((_number(int(form).to_bytes(8, "big")), "a number"))
    return tuple(found)


def _number(digest: bytes) -> int:
    return int.from_bytes(digest[:WINDOW], "little")


class Watch:
    """Knows the addresses in use, and names in which way a text tells of one."""

    def __init__(self, addresses: Iterable[str] = ()) -> None:
        """Take addresses as they are normalised."""
        self._kinds: dict[int, str] = {}
        self.add(addresses)

    def add(self, addresses: Iterable[str]) -> None:
        """Look for these, too."""
        for address in addresses:
            self._kinds.update(needles(address))

    def add_once(self, address: str) -> bool:
        """Look for this one, too; whether it is new."""
        is_new = needles(address)[0][0] not in self._kinds
        if is_new:
            self.add([address])
        return is_new

    def kinds(self, text: bytes) -> set[str]:
        """In which ways is an address in this text, if any? Never which address."""
        found: set[str] = set()
        for where, data in _readings(text):
            found |= {f"{kind}{where}" for kind in (*_clear(data), *self._digests(data))}
        if b"\0" in text:
            bare = {f"{kind}, UTF-16" for kind in _clear(text.replace(b"\0", b""))}
            found |= bare if not any(_clear(text)) else set()
        return found

    def _digests(self, data: bytes) -> set[str]:
        looked_for = self._kinds.keys()
        found: set[str] = set()
        for start in range(min(WINDOW, max(0, len(data) - WINDOW + 1))):
            end = start + (len(data) - start) // WINDOW * WINDOW
            numbers = memoryview(data)[start:end].cast("Q")
            if not looked_for.isdisjoint(numbers):
                found |= {self._kinds[number] for number in looked_for & set(numbers)}
        return found


def _clear(text: bytes) -> Iterator[str]:
    """Any invented address, whether its use was said or not."""
    for match in _PHONE.finditer(text):
        before = _BEFORE_PHONE.search(text, max(0, match.start() - 10), match.start())
        if before and not _is_in_an_id(text, match.start()):
            yield "phone in clear"
            break
    if _EMAIL.search(text):
        yield "e-mail in clear"


def _is_in_an_id(text: bytes, at: int) -> bool:
    """Are these figures a part of a drawn id? By chance alone, one in ten thousand has ten."""
    start = max(0, at - _ID_AROUND)
    ids = _ID.finditer(text, start, at + _ID_AROUND)
    return any(each.start() <= at < each.end() for each in ids)


def _readings(text: bytes) -> Iterator[tuple[str, bytes]]:
    """A text as it is, and what it says in hexadecimal and in base64, at every alignment."""
    yield "", text
    words = [match[0] for match in _HEX.finditer(text)]
    for shift in (0, 1):
        yield ", in hex", b" ".join(_from_hex(word[shift:]) for word in words)
    runs = [match[0].translate(_URL_SAFE) for match in _BASE64.finditer(text)]
    for shift in range(4):
        yield ", in base64", b" ".join(_from_base64(run[shift:]) for run in runs)


_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def _from_hex(word: bytes) -> bytes:
    return bytes.fromhex(word[: len(word) // 2 * 2].decode())


def _from_base64(run: bytes) -> bytes:
    whole = run[: len(run) // 4 * 4] if len(run) % 4 == 1 else run
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))
