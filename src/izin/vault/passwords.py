"""Passwords of API users, stored as argon2id hashes."""

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

PASSWORD_BYTES_MAX = 1024

# 19 MiB and two passes: enough to slow a thief down, too little to exhaust the machine with.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# of a password that nobody has: an unknown user costs as much time as a known one
_NOBODYS_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$"
    "DPARScQi+k4pxwu3Rn4mdg$0pLePtYIsBLlYQkdb1YU7J6iBgjKZuK2MxxCO2xjhEM"
)


def hash_password(password: str) -> str:
    """Give the form in which a password is stored.

    Raises  ValueError: longer than 1024 bytes
    Cost    20 to 40 ms without the interpreter's lock: call it in a thread
    """
    if _is_too_long(password):
        raise ValueError
    return _HASHER.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Is this the password? A user that does not exist (None) takes the same time.

    Cost    20 to 40 ms without the interpreter's lock: call it in a thread
    """
    if stored is None or _is_too_long(password):
        _matches(_NOBODYS_HASH, "")
        return False
    return _matches(stored, password)


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except VerifyMismatchError:
        return False


def _is_too_long(password: str) -> bool:
    return len(password.encode()) > PASSWORD_BYTES_MAX
