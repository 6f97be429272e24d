"""Who wrote to 3338, as the operator's connection says it.

Trusted from there alone: a sender in any other hand is a claim.
"""

import re

from izin.core.address import Address, parse_phone

_is_digits = re.compile(r"\+?[0-9]{10,15}", re.ASCII).fullmatch
_is_mobile = re.compile(r"\+905[0-9]{9}", re.ASCII).fullmatch
_HOME = "+90"


def read_sender(text: str, *, sandbox: bool) -> Address | None:
    """Read the number that an operator hands over, in whichever form.

    Takes   text: ``905321234567``, with or without plus sign, ``0532…`` and ``532…`` too
    Gives   None for what is nobody's telephone: short numbers, ours among them, and names
    """
    if not _is_digits(text):
        return None
    bare = text.removeprefix("+")
    bare = bare.removeprefix("00")
    national = bare.removeprefix("0")
    is_national = len(national) == 10 and (bare != national or national.startswith("5"))  # noqa: PLR2004 -- digits of a Turkish number
    address = parse_phone(_HOME + national if is_national else f"+{bare}", sandbox=sandbox)
    return address if isinstance(address, Address) else None


def may_be_answered(sender: Address) -> bool:
    """Is it a mobile telephone of this country? Others cost what nobody agreed to."""
    return _is_mobile(sender.clear) is not None
