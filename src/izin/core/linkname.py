"""How links that somebody is sent are called: sixteen signs, 80 bits that nobody can guess."""

import secrets

BITS = 80
_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
_TAKEN_FOR = str.maketrans("oil", "011")
_SIGN_BITS = 5
LENGTH = BITS // _SIGN_BITS


def draw() -> str:
    """Draw a name: ``7q4m2xkd03vb9trc``."""
    bits = secrets.randbits(BITS)
    return "".join(_SIGNS[bits >> _SIGN_BITS * place & len(_SIGNS) - 1] for place in range(LENGTH))


def read(text: str) -> str | None:
    """Read a name as it came or as somebody copied it from paper; None for what is none."""
    if len(text) != LENGTH or not text.isascii():
        return None
    name = text.lower().translate(_TAKEN_FOR)
    return name if set(name) <= set(_SIGNS) else None
