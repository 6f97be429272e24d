"""Which line calls, as the voice platform says it: trusted from there alone."""

from urllib.parse import unquote

from izin.core.address import Address
from izin.shortcode.heard import may_be_answered, read_sender

_SCHEMES = ("tel:", "sip:", "sips:")
_SEPARATORS = str.maketrans("", "", "-.() ")


def read_line(text: str, *, sandbox: bool) -> Address | None:
    """Read a number in whichever form a telephone network hands it over.

    Takes   text: ``905321234567``, ``0532…``, ``tel:+90-532-…``, ``sip:+90532…@host;user=phone``
    Gives   None for what is withheld, and for what is no mobile number of this country
    Source  RFC 3966, RFC 3261 19.1; VoiceXML 2.1, session.connection.remote.uri
    """
    bare = text.strip()
    scheme = next((each for each in _SCHEMES if bare[: len(each)].lower() == each), "")
    user = bare[len(scheme) :].partition("@")[0].partition(";")[0]
    line = read_sender(unquote(user).translate(_SEPARATORS), sandbox=sandbox)
    return line if line is not None and may_be_answered(line) else None
