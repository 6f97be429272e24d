"""What may stand in the names of firms, brands and people: nothing that a page could run."""

_PUNCTUATION = frozenset(" .,'’&-/()+:;№°\"")
_OF_BRANDS = _PUNCTUATION | frozenset("!?@#*%_=®™")


def is_name(text: str) -> bool:
    """Is it letters and digits, of which there is one at least, and what stands between them?"""
    return _is_of(text, _PUNCTUATION)


def is_brand_name(text: str) -> bool:
    """The same for brands, which like to be noticed."""
    return _is_of(text, _OF_BRANDS)


def _is_of(text: str, punctuation: frozenset[str]) -> bool:
    has_letter = any(map(str.isalnum, text))
    return has_letter and all(each.isalnum() or each in punctuation for each in text)
