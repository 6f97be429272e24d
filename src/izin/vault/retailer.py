"""Dealers' codes, sealed so that equal codes are equal inside one view and never across two.

A code that looked alike in both views would join a citizen's rows to a provider's.
"""

import struct

from cryptography.exceptions import InvalidTag

from izin.core.codes import RetailerCode
from izin.vault.errors import KeyLostError, SealBrokenError
from izin.vault.sealing import SIV, head_of, key_id_of
from izin.vault.secret import Secret

_CODE = struct.Struct(">Q")
_INFO = b"izin/v1/retailer/"


class RetailerView:
    """Dealers' codes of one view, stored as version ‖ algorithm ‖ key id ‖ AES-SIV of the code."""

    def __init__(self, view: str, key_id: int, secret: Secret) -> None:
        """Take the view's name, which is bound to each code, and its own key."""
        self.key_id = key_id
        self._head = head_of(SIV, key_id)
        self._cipher = secret.siv()
        self._bound = [_INFO + view.encode(), self._head]

    def seal(self, code: RetailerCode) -> bytes:
        """Give the code as this view stores it: 30 bytes, always the same ones."""
        return self._head + self._cipher.encrypt(_CODE.pack(code), self._bound)

    def open(self, blob: bytes) -> RetailerCode:
        """Read a code that this view stored.

        Raises  KeyLostError: of another key, so of another view · SealBrokenError: damaged
        """
        key_id = key_id_of(blob, SIV)
        if key_id != self.key_id:
            raise KeyLostError(f"sealed under key {key_id}")
        try:
            plain = self._cipher.decrypt(blob[len(self._head) :], self._bound)
        except InvalidTag as error:
            raise SealBrokenError(f"a dealer's code does not open under key {key_id}") from error
        return RetailerCode(*_CODE.unpack(plain))
