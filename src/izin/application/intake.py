"""What a company says of itself when it applies: all of it, or every fault of every field."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from izin.application.model import SIGNATORIES_MAX, Contact, Facts, Signatory
from izin.core.address import Address, parse_email, parse_phone
from izin.core.errors import RefusalError, Refused
from izin.core.identity import Tckn, is_mersis, is_tckn, is_tin, is_vkn
from izin.provider.model import ProviderKind

TEXT_MAX = 255
_JOINT_LEAST = 2
_FIELDS = (
    *("kind", "title", "brandName", "mersis", "tin", "mobile", "email"),
    *("isJointSignature", "signatories"),
)
_SIGNATORY_FIELDS = ("name", "tckn", "mobile", "email")

T = TypeVar("T")
Check = Callable[[str], bool]


class Entry(msgspec.Struct, frozen=True):
    """An application that may be written, if no company has its numbers."""

    facts: Facts
    contact: Contact
    signatories: tuple[Signatory, ...]


def parse_application(body: object, *, sandbox: bool) -> Entry:
    """Read an application.

    Takes   body: decoded JSON of any shape · sandbox: whether +90 599 is accepted
    Raises  RefusalError IZ011, every fault with the place where it stands
    """
    form = _Form(body, (), _FIELDS, sandbox=sandbox)
    kind = form.word("kind", {each.value: each for each in ProviderKind})
    facts = form.texts("title", "brandName")
    is_tradesman = kind is ProviderKind.ESNAF
    mersis = form.number("mersis", "mersis", is_mersis, optional=is_tradesman)
    tin = form.number("tin", "tin" if is_tradesman else "vkn", is_tin if is_tradesman else is_vkn)
    mobile, email = form.mobile(), form.email()
    is_joint = form.truth("isJointSignature")
    signatories = _signatories(form, is_joint=is_joint, sandbox=sandbox)
    if form.refused:
        raise RefusalError(form.refused)
    title, brand_name = map(_there, facts)
    return Entry(
        Facts(
            kind=_there(kind),
            title=title,
            brand_name=brand_name,
            mersis=mersis,
            is_joint=is_joint,
        ),
        Contact(tin=_there(tin), mobile=_there(mobile), email=_there(email)),
        signatories,
    )


def _signatories(form: "_Form", *, is_joint: bool, sandbox: bool) -> tuple[Signatory, ...]:
    given = form.row.get("signatories")
    least = _JOINT_LEAST if is_joint else 1
    if not isinstance(given, list) or not least <= len(given) <= SIGNATORIES_MAX:
        form.refuse("signatories", "signatories", least=least, most=SIGNATORIES_MAX)
        return ()
    found: list[Signatory] = []
    seen: set[str] = set()
    for place, each in enumerate(given):
        one = _Form(each, ("signatories", place), _SIGNATORY_FIELDS, sandbox=sandbox)
        (name,) = one.texts("name")
        tckn = one.number("tckn", "tckn", is_tckn)
        if tckn is not None and tckn in seen:
            one.refuse("other_person", "tckn")
        seen.add(tckn or "")
        mobile, email = one.mobile(), one.email()
        form.refused += one.refused
        if not one.refused:
            found.append(
                Signatory(
                    name=_there(name),
                    tckn=Tckn(_there(tckn)),
                    mobile=_there(mobile),
                    email=_there(email),
                )
            )
    return tuple(found)


class _Form:
    """Reads one object. A reader gives a value, or None where there is a fault."""

    def __init__(
        self,
        given: object,
        at: tuple[str | int, ...],
        fields: tuple[str, ...],
        *,
        sandbox: bool,
    ) -> None:
        self.row: Mapping[str, object] = given if isinstance(given, dict) else {}
        self.refused: list[Refused] = []
        self._at = at
        self._sandbox = sandbox
        if not isinstance(given, dict):
            self.refuse("object")
        for name in self.row.keys() - set(fields):
            self.refuse("known", name, words=", ".join(fields))

    def refuse(self, expected: str, *field: str, **facts: object) -> None:
        """Say what was expected of a field; what came is not echoed, for it may be a person's."""
        told = [("expected", expected), *((name, str(fact)) for name, fact in facts.items())]
        place = (*self._at, *field)
        if not place:
            told.append(("field", "JSON"))
        self.refused.append(Refused(code="IZ011", location=place, facts=tuple(told)))

    def word(self, field: str, words: Mapping[str, T]) -> T | None:
        """Read a word of a closed vocabulary."""
        value = self.row.get(field)
        if isinstance(value, str) and value in words:
            return words[value]
        self.refuse("one_of", field, words=", ".join(words))
        return None

    def texts(self, *fields: str) -> list[str | None]:
        """Read texts that have something in them."""
        return [self._text(field) for field in fields]

    def _text(self, field: str) -> str | None:
        value = self.row.get(field)
        if isinstance(value, str) and value.strip() and len(value) <= TEXT_MAX:
            return value.strip()
        self.refuse("words", field, most=TEXT_MAX)
        return None

    def number(
        self, field: str, expected: str, is_good: Check, *, optional: bool = False
    ) -> str | None:
        """Read a number of the state, with its check digits."""
        if optional and field not in self.row:
            return None
        value = self.row.get(field)
        if isinstance(value, str) and is_good(value):
            return value
        self.refuse(expected, field)
        return None

    def mobile(self) -> Address | None:
        """Read a phone."""
        address = parse_phone(self.row.get("mobile"), sandbox=self._sandbox)
        if isinstance(address, Address):
            return address
        self.refuse("phone", "mobile")
        return None

    def email(self) -> Address | None:
        """Read an e-mail address."""
        address = parse_email(self.row.get("email"))
        if isinstance(address, Address):
            return address
        self.refuse("email", "email")
        return None

    def truth(self, field: str) -> bool:
        """Read a yes or no; no if nothing is said."""
        value = self.row.get(field, False)
        if not isinstance(value, bool):
            self.refuse("truth", field)
        return value is True


def _there(value: T | None) -> T:
    assert value is not None, "what is not there was refused"
    return value
