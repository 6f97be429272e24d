"""What an agent reads aloud, and what the voice menu says: each with its version."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec

from izin.core.address import AddressKind
from izin.core.terms import RecipientType, Status
from izin.i18n.catalogue import Language, Phrase

OF_STATUS: Mapping[Status, str] = {Status.RET: "refuse", Status.ONAY: "approve"}
CLAIM = "claim"
"""What is read before whatever was approved under a number is refused for a new holder."""

OPENING: Mapping[AddressKind, str] = {
    AddressKind.PHONE: "opening",
    AddressKind.EMAIL: "opening_mail",
}
"""Where the code of a caller went."""

_CLOSING: Mapping[AddressKind, str] = {
    AddressKind.PHONE: "closing",
    AddressKind.EMAIL: "closing_mail",
}

_ROLES: Mapping[RecipientType, Phrase] = {
    RecipientType.BIREYSEL: Phrase("bireysel alıcı olarak", "as an individual"),
    RecipientType.TACIR: Phrase("tacir ya da esnaf olarak", "as a merchant"),
}


def role(recipient_type: RecipientType, language: Language) -> str:
    """As what somebody refuses or approves: one person may have consents as either."""
    phrase = _ROLES[recipient_type]
    return phrase.tr if language is Language.TR else phrase.en


def closing(kind: AddressKind, *, is_changed: bool) -> str:
    """Name the last text of a call: what was changed in it, and by which way he was told."""
    return _CLOSING[kind] if is_changed else "closing_unchanged"


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text, with places for what it is about."""

    version: int
    tr: str
    en: str

    def said(self, language: Language, values: Mapping[str, str]) -> str:
        """Fill its places."""
        phrase = Phrase(self.tr, self.en)
        return (phrase.tr if language is Language.TR else phrase.en).format_map(values)


@cache
def scripts() -> Mapping[str, Script]:
    """Every text of the agents by its name."""
    return _texts("scripts.toml")


@cache
def voice_texts() -> Mapping[str, Script]:
    """Every text of the voice menu by its name."""
    return _texts("voice.toml")


def version_name(name: str) -> str:
    """A text and its version in one word, as a form carries it back."""
    return f"{name}/{scripts()[name].version}"


def voice_name(name: str) -> str:
    """The same of a text of the voice menu."""
    return f"voice/{name}/{voice_texts()[name].version}"


def _texts(file: str) -> Mapping[str, Script]:
    text = resources.files("izin.i18n").joinpath(file).read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Script])
