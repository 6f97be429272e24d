"""Which passwords will do: long ones, not soon guessed. Source: NIST SP 800-63B-4 3.1.1.2."""

from izin.core.errors import RefusalError, Refused
from izin.core.turkish import ascii_lower
from izin.member.model import Person
from izin.vault.passwords import PASSWORD_BYTES_MAX

LENGTH_MIN = 12
_DIFFERENT_MIN = 6
_PART_LENGTH_MIN = 4


def check_password(password: str, person: Person) -> None:
    """See that a password will do.

    Raises  RefusalError IZ045: too short or too long, too few different characters, or made of
            the person's own name or address
    """
    is_long = len(password) >= LENGTH_MIN and len(password.encode()) <= PASSWORD_BYTES_MAX
    lowered = ascii_lower(password)
    mail, _, domain = person.email.clear.partition("@")
    own = {mail, domain.partition(".")[0], *ascii_lower(person.name).split()}
    rest = lowered
    for part in sorted(own, key=len, reverse=True):
        if len(part) >= _PART_LENGTH_MIN:
            rest = rest.replace(part, "")
    if not is_long or len(set(rest)) < _DIFFERENT_MIN:
        raise RefusalError(Refused(code="IZ045", location=("password",)))
