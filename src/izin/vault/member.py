"""What works with the people who act for parties: their tags, their seal, their one-time codes."""

import base64
import hmac
import os
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from izin.core.address import Address
from izin.vault.framing import framed_text
from izin.vault.sealing import Sealer
from izin.vault.secret import Secret

CODE_DIGITS = 6
STEP_S = 30
SECRET_BYTES = 20
"""Of a one-time code's secret, as every authenticator app takes it. Source: RFC 6238 1.2, 5.2."""

_EMAIL_TAG = b"\x0d"
_TRY_TAG = b"\x0e"
_SUBJECT_TAG = b"\x0f"
_PLACE = ("member", "totp_sealed")


class MemberKeys:
    """Tags and seals members; a one-time code's secret is opened here and nowhere else."""

    def __init__(self, tag: Secret, sealer: Sealer) -> None:
        """Take the key of the tags, and what seals."""
        self.sealer = sealer
        self._email = tag.keyed_hash().begun(_EMAIL_TAG)
        self._try = tag.keyed_hash().begun(_TRY_TAG)
        self._subject = tag.keyed_hash().begun(_SUBJECT_TAG)

    def email_tag(self, email: Address) -> UUID:
        """Give the tag by which a member's e-mail address is found."""
        return UUID(bytes=self._email.digest(framed_text(email.clear))[:16])

    def try_tag(self, *what: str) -> UUID:
        """Give the tag under which tries are counted, such as of a name from a network."""
        message = b"".join(map(framed_text, what))
        return UUID(bytes=self._try.digest(message)[:16])

    def subject_tag(self, issuer: str, subject: str) -> UUID:
        """Give the tag by which somebody is found whom an identity provider names."""
        message = framed_text(issuer) + framed_text(subject)
        return UUID(bytes=self._subject.digest(message)[:16])

    def draw_totp(self, member_id: UUID, account: str, issuer: str) -> tuple[bytes, str]:
        """Draw a secret of one-time codes for a member.

        Takes   account, issuer: what the member's app shows
        Gives   the secret sealed, and the otpauth URI that carries it to the app, once
        """
        secret = os.urandom(SECRET_BYTES)
        sealed = self.sealer.seal(*_PLACE, member_id.bytes, secret)
        return sealed, _totp(secret).get_provisioning_uri(account, issuer)

    def totp_step(self, sealed: bytes, member_id: UUID, code: str, at: datetime) -> int | None:
        """Of which step of 30 s this code is: the running one, or one beside it; None of none.

        Whoever accepts the code keeps the step: no code of it or of one before works again.

        Raises  KeyLostError, SealBrokenError
        Source  RFC 6238 5.2
        """
        totp = _totp(self.sealer.open(sealed, *_PLACE, member_id.bytes))
        now = int(at.timestamp()) // STEP_S
        given = code.encode("utf-8", "replace")
        found = None
        for step in (now - 1, now, now + 1):  # all three, whichever it is: the time tells nothing
            if hmac.compare_digest(totp.generate(step * STEP_S), given):
                found = step
        return found


def totp_code(uri: str, at: datetime) -> str:
    """Give the code that an app shows that has read an otpauth URI."""
    text = parse_qs(urlsplit(uri).query)["secret"][0]
    secret = base64.b32decode(text + "=" * (-len(text) % 8))
    return _totp(secret).generate(int(at.timestamp())).decode()


def _totp(secret: bytes) -> TOTP:
    # SHA-1 is what the apps know; an HMAC is safe with it
    return TOTP(secret, CODE_DIGITS, SHA1(), STEP_S)  # noqa: S303
