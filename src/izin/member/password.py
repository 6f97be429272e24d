"""Which passwords will do: long ones, not soon guessed. Source: NIST SP 800-63B-4 3.1.1.2."""

import re

from zxcvbn import zxcvbn

from izin.core.errors import RefusalError, Refused
from izin.core.turkish import ascii_lower
from izin.member.model import Person
from izin.vault.passwords import PASSWORD_BYTES_MAX

LENGTH_MIN = 12
_DIFFERENT_MIN = 6
_PART_LENGTH_MIN = 4

_GUESSES_LOG10_MIN = 8
"""So many tries, of which we let through some dozens an hour."""
_LOOKED_AT_MAX = 64
"""Looking for patterns takes the square of the length; what starts so well is not soon guessed."""
_OFTEN_CHOSEN = (
    *("parola", "parolam", "sifre", "şifre", "sifrem", "kullanici", "yonetici", "merhaba"),
    *("galatasaray", "fenerbahce", "besiktas", "trabzonspor", "bursaspor", "cimbom", "kartal"),
    *("istanbul", "ankara", "izmir", "turkiye", "ataturk", "anadolu", "osmanli", "fatih"),
    *("seniseviyorum", "canim", "askim", "bismillah", "allah", "izin", "iys", "iletiyonetim"),
)
"""What is chosen here; the library knows what is chosen elsewhere."""


def check_password(password: str, person: Person) -> None:
    """See that a password will do.

    Raises  RefusalError IZ045: too short or too long, too few different characters, made of the
            person's own name or address, or among what is guessed first
    Cost    some milliseconds, some tens at the most
    """
    is_long = len(password) >= LENGTH_MIN and len(password.encode()) <= PASSWORD_BYTES_MAX
    lowered = ascii_lower(password)
    mail, _, domain = person.email.clear.partition("@")
    own = {mail, *re.split(r"[.\-_+]", mail), *domain.split(".")}
    own |= set(ascii_lower(person.name).split())
    rest = lowered
    for part in sorted(own, key=len, reverse=True):
        if len(part) >= _PART_LENGTH_MIN:
            rest = rest.replace(part, "")
    is_various = len(set(rest)) >= _DIFFERENT_MIN
    if not is_long or not is_various or _is_soon_guessed(password, own):
        raise RefusalError(Refused(code="IZ045", location=("password",)))


def _is_soon_guessed(password: str, own: set[str]) -> bool:
    words = [*own, *_OFTEN_CHOSEN]
    found = zxcvbn(password[:_LOOKED_AT_MAX], user_inputs=words)
    return bool(found["guesses_log10"] < _GUESSES_LOG10_MIN)
