"""How fields are put side by side so that no two lists of fields give the same bytes."""

_LENGTHS = [length.to_bytes(4, "big") for length in range(512)]


def framed(field: bytes) -> bytes:
    """Give LP(field): its length as four bytes, big-endian, then the field itself."""
    length = len(field)
    if length < len(_LENGTHS):
        return _LENGTHS[length] + field
    return length.to_bytes(4, "big") + field


def framed_text(text: str) -> bytes:
    """Give LP of the UTF-8 bytes of `text`."""
    return framed(text.encode())


def framed_number(number: int) -> bytes:
    """Give LP of the decimal ASCII digits of `number`."""
    return framed(b"%d" % number)
