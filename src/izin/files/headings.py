"""Which column is which: headings are matched as people write them, in any order."""

from collections.abc import Callable, Container, Mapping, Sequence

import msgspec

from izin.core.turkish import fold
from izin.files.form import Cell
from izin.files.problem import file_refused

TEMPLATE: dict[str, str] = {
    "recipient": "alici",
    "recipientType": "alici_tipi",
    "type": "kanal",
    "status": "durum",
    "consentDate": "izin_tarihi",
    "source": "kaynak",
    "brandCode": "marka_kodu",
    "retailerCode": "bayi_kodu",
}
"""The template's columns in order: the contract's name and the heading."""

ACCESS_HEADING = "bayi_erisimi"
"""Of dealers with access, many in one cell; few consents have any, so the template does not."""

ERROR_HEADINGS = ("satir", "alan", "deger", "hata_kodu", "hata", "oneri")
"""What an error file adds; a mended error file is loaded as it is, so they are not read."""

_SYNONYMS = {
    "recipient": (
        "alici", "recipient", "iletişim adresi", "telefon", "telefon no", "telefon numarası",
        "cep telefonu", "cep", "gsm", "gsm no", "gsm numarası", "phone", "msisdn",
        "e-posta", "e-posta adresi", "email", "mail",
    ),
    "recipientType": ("alici_tipi", "recipientType", "alıcı türü", "alıcı niteliği"),
    "type": ("kanal", "type", "izin türü", "izin tipi", "iletişim kanalı"),
    "status": ("durum", "status", "izin durumu"),
    "consentDate": ("izin_tarihi", "consentDate", "tarih", "onay tarihi", "izin zamanı"),
    "source": ("kaynak", "source", "izin kaynağı"),
    "brandCode": ("marka_kodu", "brandCode", "marka", "marka no"),
    "retailerCode": ("bayi_kodu", "retailerCode", "bayi", "bayi no"),
    "retailerAccess": (ACCESS_HEADING, "retailerAccess", "erişimi olan bayiler"),
    "iysCode": ("iys_kodu", "iysCode", "iys no", "iys numarası"),
}  # fmt: skip
_ERROR_WORDS = frozenset(fold(heading) for heading in ERROR_HEADINGS)

_ALWAYS = ("recipient", "type", "status")
_BUT_FOR_MERCHANTS = ("consentDate", "source")
OPTIONAL = frozenset({"brandCode", "retailerCode", "retailerAccess", "iysCode"})


def _consents_need(found: Container[str]) -> tuple[str, ...]:
    """A merchant's first record needs neither date nor source, so a file of them has neither."""
    return _ALWAYS if "recipientType" in found else _ALWAYS + _BUT_FOR_MERCHANTS


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """How the headings of one kind of file are written.

    template  its columns in order: the field's name and the heading
    fields    by every heading that is understood, folded
    needed    which fields there have to be columns of, beside those that there are
    """

    template: Mapping[str, str]
    fields: Mapping[str, str]
    optional: frozenset[str]
    needed: Callable[[Container[str]], tuple[str, ...]]


def by_word(synonyms: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Which field each heading means."""
    return {fold(word): field for field, words in synonyms.items() for word in words}


CONSENTS = Vocabulary(
    template=TEMPLATE, fields=by_word(_SYNONYMS), optional=OPTIONAL, needed=_consents_need
)


class Columns(msgspec.Struct, frozen=True):
    """A file's headings, and where each field stands among them."""

    vocabulary: Vocabulary
    headings: tuple[str, ...]
    index_by_field: dict[str, int]
    ignored: tuple[str, ...]
    kept: tuple[int, ...]
    """What an error file repeats: every column but those of an earlier error file."""

    def heading(self, field: str) -> str:
        """How the file calls a field; the template's word for a column that it does not have."""
        index = self.index_by_field.get(field)
        return self.vocabulary.template.get(field, field) if index is None else self.headings[index]

    def must_reach(self) -> int:
        """How many cells a row needs at least: trailing optional ones may be missing.

        Excel leaves out the separators of empty trailing cells in some rows of a CSV.
        """
        optional = self.vocabulary.optional
        needed = [index for field, index in self.index_by_field.items() if field not in optional]
        return max(needed) + 1


def match_headings(cells: Sequence[Cell], vocabulary: Vocabulary = CONSENTS) -> Columns:
    """Find the fields among a file's headings.

    Takes   the first row, in any order, with Turkish or the contract's names
    Raises  FileRefusedError: IZ203 for what is missing, IZ204 for a field with two columns
    """
    headings = tuple(str(cell).strip() for cell in cells)
    found: dict[str, int] = {}
    ignored: list[str] = []
    kept: list[int] = []
    for index, heading in enumerate(headings):
        word = fold(heading)
        if word in _ERROR_WORDS:
            continue
        kept.append(index)
        field = vocabulary.fields.get(word)
        if field is None:
            ignored.extend([heading] if heading else [])
        elif field in found:
            raise file_refused("IZ204", first=headings[found[field]], second=heading)
        else:
            found[field] = index
    _see_that_none_is_missing(found, vocabulary)
    return Columns(vocabulary, headings, found, tuple(ignored), tuple(kept))


def _see_that_none_is_missing(found: Container[str], vocabulary: Vocabulary) -> None:
    template = vocabulary.template
    missing = [template[field] for field in vocabulary.needed(found) if field not in found]
    if missing:
        raise file_refused(
            "IZ203", missing=", ".join(missing), template=";".join(template.values())
        )
