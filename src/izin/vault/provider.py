"""Where the root key lives; every other key is stored wrapped under it, useless without it."""

import os
import re
import secrets
import stat
from pathlib import Path
from typing import Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from izin.core.errors import StartRefusedError, UnavailableError
from izin.vault.errors import KeyLostError
from izin.vault.secret import SECRET_BYTES, Secret

_FORMAT = 1
_HEAD = bytes((_FORMAT, 1))  # version, then algorithm: 1 is AES-256-GCM-SIV
_HEAD_BYTES = len(_HEAD) + 4
_NONCE_BYTES = 12
_ROOT_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)
_FILE_BYTES_MAX = 65_536


class KeyProvider(Protocol):
    """A place that keeps root keys: a file, a token, a key service. Calls may block."""

    def generate(self) -> Secret:
        """Make a new key."""

    def wrap(self, secret: Secret, label: bytes) -> bytes:
        """Encrypt a key under the current root, bound to `label`."""

    def unwrap(self, wrapped: bytes, label: bytes) -> Secret:
        """Open what `wrap` gave.

        Raises  KeyLostError: another root, another label, damage · UnavailableError: later, perhaps
        """

    def health(self) -> None:
        """Pass if keys can be wrapped and unwrapped now.

        Raises  UnavailableError
        """


class _RootFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    current: str
    roots: dict[str, bytes]


class FileKeyProvider:
    """Root keys in a file that only its owner can read. For development and demonstration."""

    def __init__(self, path: Path, *, production: bool) -> None:
        """Read the root file; make it if there is none.

        Raises  StartRefusedError: in production, in a missing folder, on a file that others can
                read or that is damaged
        """
        see_that_a_file_will_do(production=production)
        self._path = path
        if not path.exists():
            _write_new(path)
        roots = _read(path)
        self._current = roots.current
        self._ciphers = {each: AESGCMSIV(root) for each, root in roots.roots.items()}

    def generate(self) -> Secret:
        """Make a new key."""
        return Secret.draw()

    def wrap(self, secret: Secret, label: bytes) -> bytes:
        """Give ``version(1) ‖ algorithm(1) ‖ root id(4) ‖ nonce(12) ‖ ciphertext ‖ tag(16)``."""
        head = _HEAD + bytes.fromhex(self._current)
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._ciphers[self._current]
        return (
            head
            + nonce
            + secret.wrap_with(lambda plain: cipher.encrypt(nonce, plain, label + head))
        )

    def unwrap(self, wrapped: bytes, label: bytes) -> Secret:
        """Open what `wrap` gave, under whichever root of the file it names."""
        head, rest = wrapped[:_HEAD_BYTES], wrapped[_HEAD_BYTES:]
        root_id = head[len(_HEAD) :].hex()
        if not head.startswith(_HEAD) or root_id not in self._ciphers:
            raise KeyLostError(f"wrapped under a root key that {self._path.name} does not have")
        nonce, sealed = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        try:
            return Secret(self._ciphers[root_id].decrypt(nonce, sealed, label + head))
        except (InvalidTag, ValueError) as error:
            raise KeyLostError(f"does not open under root key {root_id}") from error

    def health(self) -> None:
        """Pass while the file is still there and still ours.

        Raises  UnavailableError
        """
        try:
            _read(self._path)
        except StartRefusedError as error:
            raise UnavailableError("the root key file cannot be read") from error


def see_that_a_file_will_do(*, production: bool) -> None:
    """Refuse a key file in production, where nothing else keeps keys yet.

    Raises  StartRefusedError
    """
    if production:
        raise StartRefusedError(
            "A key file is for development only; set a key service for production."
        )


def is_private(status: os.stat_result, user_id: int) -> bool:
    """Is this a plain file of that user or of root, closed to everybody else?"""
    return (
        stat.S_ISREG(status.st_mode)
        and not status.st_mode & 0o077
        and status.st_uid in {user_id, 0}
    )


def _write_new(path: Path) -> None:
    # 1. The file is written whole under a name of its own. 2. It is linked to its name, which
    # fails where one exists: of two processes that start together one wins, and neither reads
    # half a file.
    root_id = secrets.token_hex(4)
    content = _RootFile(_FORMAT, root_id, {root_id: os.urandom(SECRET_BYTES)})
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StartRefusedError(
            f"The key file cannot be made in {path.parent}: {error.strerror}. "
            "Make the folder, or set another path."
        ) from error
    try:
        with os.fdopen(file, "wb") as out:
            out.write(msgspec.json.encode(content))
            out.flush()
            os.fsync(out.fileno())
        _link_if_absent(draft, path)
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _link_if_absent(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> _RootFile:
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise StartRefusedError(f"The key file {path} cannot be read: {error.strerror}.") from error
    with os.fdopen(file, "rb") as source:
        if not is_private(os.fstat(file), os.geteuid()):
            raise StartRefusedError(
                f"The key file {path} is open to others; make it yours alone: chmod 600."
            )
        content = source.read(_FILE_BYTES_MAX)
    return _decoded(path, content)


def _decoded(path: Path, content: bytes) -> _RootFile:
    try:
        roots = msgspec.json.decode(content, type=_RootFile)
    except msgspec.DecodeError as error:
        raise StartRefusedError(f"The key file {path} is damaged; restore it.") from error
    whole = (
        roots.version == _FORMAT
        and roots.current in roots.roots
        and all(_ROOT_ID.fullmatch(each) for each in roots.roots)
        and all(len(root) == SECRET_BYTES for root in roots.roots.values())
    )
    if not whole:
        raise StartRefusedError(f"The key file {path} is damaged; restore it.")
    return roots
