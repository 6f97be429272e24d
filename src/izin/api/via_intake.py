"""The bodies of İYS Yolu's calls, read with every fault. Source: contract, tag İLETİ ViA."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from izin.api.form import UNKNOWN_MAX
from izin.core.address import Address, parse_email, parse_phone
from izin.core.codes import BrandCode
from izin.core.errors import RefusalError, Refused
from izin.core.plain import cut, unseen_in
from izin.core.terms import Channel, RecipientType
from izin.i18n.catalogue import Language
from izin.via.confirm import Told
from izin.via.model import BRANDS_MAX, KvkType, Title
from izin.via.request import Person
from izin.via.rules import Asked, Etk, Verification
from izin.via.start import Wanted

E = TypeVar("E", bound=StrEnum)

PERSON_MAX, _NAME_MAX = 500, 100
_TCKN_DIGITS = 11
_CODE_MAX = 12
_FORM_DIGITS, _FORM_SHOWN = 9, 60
_EXPECTED = {str: "a_text", int: "an_integer", list: "a_list", dict: "an_object"}


class Reader:
    """Reads an object's fields, and gathers what is wrong with them."""

    def __init__(self, given: object, fields: Iterable[str], refused: list[Refused]) -> None:
        """Take what came, and the names of all that may."""
        self.refused = refused
        self._given: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
        known = frozenset(fields)
        unknown = (name for name in self._given if name not in known)
        for name in islice(unknown, UNKNOWN_MAX):
            self.refuse("H1025", field=name[:_NAME_MAX])

    def refuse(self, code: str, **facts: str) -> None:
        """Note a fault."""
        self.refused.append(Refused(code=code, facts=tuple(facts.items())))

    def value(self, name: str, kind: type, *, called: str = "", missing: str = "H1005") -> Any:
        """Read a field that has to be there, and not empty; None where it is not."""
        called = called or name
        if name not in self._given:
            self.refuse(missing, field=called)
            return None
        value = self._given[name]
        if value is None or value in ("", [], {}):
            self.refuse("H1057", field=called)
        elif type(value) is not kind:
            self.refuse("H1029", field=called, expected=_EXPECTED[kind])
        else:
            return value
        return None

    def optional(self, name: str) -> str:
        """Read a text that may be left out."""
        return self.value(name, str) or "" if name in self._given else ""

    def seen(self, value: str, called: str) -> str:
        """Give what is said of a person, if each sign of it is seen; it is never cut."""
        if len(value) > PERSON_MAX:
            self.refuse("IZ166", field=called, expected="words", most=str(PERSON_MAX))
        elif (unseen := unseen_in(value)) is not None:
            place, sign = unseen
            self.refuse("IZ166", field=called, expected="seen", place=str(place), sign=sign)
        return value

    def has(self, name: str) -> bool:
        """Was it sent?"""
        return name in self._given

    def raw(self, name: str) -> object:
        """Give a field as it came."""
        return self._given.get(name)


def _object(body: object) -> None:
    if not isinstance(body, Mapping):
        raise RefusalError(Refused(code="H1043"))


def read_start(
    body: object, *, sandbox: bool, informed: str = "", language: Language = Language.TR
) -> Wanted:
    """Read what a request is to ask for.

    Takes   sandbox: whether numbers of nobody are taken · language: of what she will be sent
    Raises  RefusalError H1043, H1005, H1012, H1013, H1025, H1026, H1027, H1029, H1055, H1057,
            H1060, H1061, H1063, H1085, H1096, IZ166 what is said of a person has a sign that nobody
            sees, or is too long: every fault there is
    """
    _object(body)
    refused: list[Refused] = []
    fields = Reader(body, ("formId", "recipient", "verificationType", "consentTypes"), refused)
    form_id = _form_id(fields)
    verification = _verification(fields)
    text = fields.value("recipient", str)
    to = address_in(text, verification, sandbox=sandbox) if text and verification else None
    if text and verification and to is None:
        fields.refuse("H1026" if verification.is_sms else "H1027")
    etk, kvk, person = _consents(fields)
    if refused:
        raise RefusalError(refused)
    assert verification is not None, "else it was refused"
    assert to is not None, "else it was refused"
    asked = Asked(verification=verification, etk=etk, kvk=kvk)
    return Wanted(
        form_id=form_id, to=to, asked=asked, person=person, informed=informed, language=language
    )


def read_confirmation(body: object, *, by: str) -> Told:
    """Read the codes that a company was told.

    Raises  RefusalError H1043, H1005, H1012, H1013, H1025, H1029, H1030, H1057, H1060
    """
    _object(body)
    refused: list[Refused] = []
    fields = Reader(body, ("requestId", "verificationType", "consentTypes"), refused)
    text = fields.value("requestId", str)
    verification = _verification(fields)
    codes: dict[Title, str] = {}
    for given in _each_title(fields):
        one = Reader(given, ("title", "otpCode"), refused)
        title = _title(one, codes)
        code = one.raw("otpCode")
        shown = str(code) if type(code) is int else one.value("otpCode", str)
        if title is not None and shown:
            codes[title] = shown[:_CODE_MAX]
    if refused:
        raise RefusalError(refused)
    assert verification is not None, "else it was refused"
    return Told(request_id=request_id(text), verification=verification, codes=codes, by=by)


def request_id(text: str) -> UUID:
    """Read a request's id. Raises RefusalError H1030 for what is none."""
    try:
        return UUID(text)
    except ValueError:
        raise RefusalError(Refused(code="H1030")) from None


def read_search(body: object, *, sandbox: bool) -> tuple[Address, KvkType]:
    """Read whose word on which text is looked for.

    Raises  RefusalError H1043, H1005, H1025, H1026, H1027, H1029, H1057, H1085
    """
    _object(body)
    refused: list[Refused] = []
    fields = Reader(body, ("type", "recipient"), refused)
    kind = fields.value("type", str)
    kinds = types_in([] if kind is None else [kind], KvkType, fields)
    text = fields.value("recipient", str) or ""
    found = parse_email(text) if "@" in text else parse_phone(text, sandbox=sandbox)
    if text and not isinstance(found, Address):
        fields.refuse("H1027" if "@" in text else "H1026")
    if refused:
        raise RefusalError(refused)
    assert isinstance(found, Address), "else it was refused"
    return found, kinds[0]


def _form_id(fields: Reader) -> int:
    given = fields.raw("formId")
    text = str(given) if type(given) is int else fields.value("formId", str)
    if text and text.isascii() and text.isdigit() and len(text) <= _FORM_DIGITS:
        return int(text)
    if text:
        fields.refuse("H1055", form=cut(text, _FORM_SHOWN))
    return 0


def _verification(fields: Reader) -> Verification | None:
    text = fields.value("verificationType", str)
    if text is None or text in set(Verification):
        return None if text is None else Verification(text)
    fields.refuse("H1012", words=", ".join(Verification))
    return None


def address_in(text: str, verification: Verification, *, sandbox: bool) -> Address | None:
    """Read an address of the kind that a way goes to; None for what is none."""
    found = parse_phone(text, sandbox=sandbox) if verification.is_sms else parse_email(text)
    return found if isinstance(found, Address) else None


def _consents(fields: Reader) -> tuple[Etk | None, tuple[KvkType, ...], Person | None]:
    etk: Etk | None = None
    kvk: tuple[KvkType, ...] = ()
    person: Person | None = None
    seen: dict[Title, str] = {}
    for given in _each_title(fields):
        names = ("title", "brandCodes", "types", "recipientType", "personData")
        one = Reader(given, names, fields.refused)
        title = _title(one, seen)
        if title is Title.ETK:
            etk = _etk(one)
        elif title is Title.KVK:
            kvk = tuple(types_in(one.value("types", list, called="kvkTypes"), KvkType, one))
            person = _person(one)
        if title is not None:
            seen[title] = title
    return etk, kvk, person


def _each_title(fields: Reader) -> list[Any]:
    """Give what is asked for; of more than there are titles one is there twice."""
    given = fields.value("consentTypes", list) or []
    if len(given) > len(Title):
        fields.refuse("H1060")
    return given[: len(Title)]


def _title(one: Reader, seen: Mapping[Title, str]) -> Title | None:
    text = one.value("title", str)
    if text is not None and text not in set(Title):
        one.refuse("H1013")
    elif text is not None and Title(text) in seen:
        one.refuse("H1060")
    elif text is not None:
        return Title(text)
    return None


def _etk(one: Reader) -> Etk:
    codes = one.value("brandCodes", list) or []
    if not all(type(code) is int and 0 < code < 10**8 for code in codes):
        one.refuse("H1029", field="brandCodes", expected="an_integer")
        codes = []
    if len(codes) > BRANDS_MAX:
        one.refuse("H1014")
    channels = types_in(one.value("types", list, called="etkTypes"), Channel, one)
    kind = one.value("recipientType", str, missing="H1057")
    if kind is not None and kind not in set(RecipientType):
        one.refuse("H1063")
    is_known = kind in set(RecipientType)
    return Etk(
        brands=tuple(map(BrandCode, dict.fromkeys(codes))),
        channels=tuple(channels),
        recipient_type=RecipientType(kind) if is_known else RecipientType.BIREYSEL,
    )


def types_in(given: list[Any] | None, kinds: type[E], one: Reader) -> list[E]:
    """Read words of a closed list, each once; a list of nothing but nulls says nothing."""
    found: list[E] = []
    if given and all(each is None for each in given):
        one.refuse("H1057", field="types")
    # of more than there are words one is there twice, or is none: the rest need not be looked at
    named = (each for each in given or () if each is not None)
    for each in islice(named, len(kinds) + 1):
        if not isinstance(each, str) or each not in set(kinds):
            shown = each[:40] if isinstance(each, str) else "?"
            one.refuse("H1085", type=shown, types=", ".join(kinds))
        elif kinds(each) in found:
            one.refuse("H1061")
        else:
            found.append(kinds(each))
    return found


def _person(one: Reader) -> Person:
    fields = ("name", "recipientIdNumber", "address")
    given = one.value("personData", dict) or {}
    data = Reader(given, fields, one.refused)
    name = data.value("name", str, called="recipientName", missing="H1057") if given else ""
    number, address = data.optional("recipientIdNumber"), data.optional("address")
    if number and not (number.isascii() and number.isdigit() and len(number) == _TCKN_DIGITS):
        one.refuse("H1096")
    return Person(
        name=data.seen(name or "", "recipientName"),
        id_number=number,
        address=data.seen(address, "address"),
    )
