"""Which line calls, as the voice platform says it: trusted from there alone."""

import re
from urllib.parse import unquote

from izin.core.address import Address
from izin.proof.model import Budget
from izin.proof.send import spend
from izin.shortcode.heard import may_be_answered, read_sender
from izin.storage.database import Connection
from izin.vault.proof import ProofKeys

CALLS = (Budget("line_hour", 10, 3600), Budget("line_day", 30, 86_400))
"""Of a fixed line, which nobody has to have in his hand in order to be taken for it."""

_SCHEMES = ("tel:", "sip:", "sips:")
_is_fixed = re.compile(r"\+90(?:[234][0-9]{9}|850[0-9]{7})", re.ASCII).fullmatch
_SEPARATORS = str.maketrans("", "", "-.() ")


def read_line(text: str, *, sandbox: bool) -> Address | None:
    """Read a number in whichever form a telephone network hands it over.

    Takes   text: ``905321234567``, ``0532…``, ``tel:+90-532-…``, ``sip:+90532…@host;user=phone``
    Gives   None for what is withheld, and for what is neither a mobile number nor a fixed line of
            this country
    Source  RFC 3966, RFC 3261 19.1; VoiceXML 2.1, session.connection.remote.uri
    """
    bare = text.strip()
    scheme = next((each for each in _SCHEMES if bare[: len(each)].lower() == each), "")
    user = bare[len(scheme) :].partition("@")[0].partition(";")[0]
    line = read_sender(unquote(user).translate(_SEPARATORS), sandbox=sandbox)
    if line is None or not (may_be_answered(line) or is_fixed(line)):
        return None
    return line


def is_fixed(address: Address) -> bool:
    """Is it a line of this country that is called, and gets no text message?

    0850 too: people have it as their line. 444 leads to other numbers, and calls nobody.
    """
    return _is_fixed(address.clear) is not None


async def see_that_it_is_not_worn_out(
    connection: Connection, keys: ProofKeys, line: Address
) -> None:
    """Count one more call of a fixed line, in the caller's transaction. Raises TooManyError."""
    tag = keys.recipient_tag(line)
    await spend(connection, [(each, tag) for each in CALLS])
