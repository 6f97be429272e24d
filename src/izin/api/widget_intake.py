"""The bodies of a widget's calls, read with every fault. Source: contract, tag VİA FRAME."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from izin.api.via_intake import PERSON_MAX, Reader, address_in, request_id, types_in
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Channel, RecipientType
from izin.i18n.catalogue import Language
from izin.via.confirm import Told
from izin.via.embed import Work
from izin.via.frame import Keys
from izin.via.model import Form, KvkType, Title
from izin.via.request import Person
from izin.via.rules import Asked, Etk, Verification
from izin.via.start import Wanted

WAYS = tuple(each for each in Verification if each is not Verification.EPOSTA_APPROVALURL)
CONSENT_TYPES: Mapping[str, tuple[Title, ...]] = {
    "ETK": (Title.ETK,),
    "KVK": (Title.KVK,),
    "ETK_KVK": (Title.ETK, Title.KVK),
}
_CODE_FIELD = {Title.ETK: "otpCode", Title.KVK: "kvkOtpCode"}
"""Where the code of each title stands if both are asked for; of one alone it is otpCode."""

_KEYS = ("cookieKey", "csrfToken", "nonceKey")
_START = (
    *("etkTypes", "kvkTypes", "recipient", "verificationType", "recipientType"),
    *("captchaText", "cid", "widgetUUID", "citizenName", *_KEYS),
)
_COMPLETE = ("requestId", "otpCode", "kvkOtpCode", "verificationType", "consentType", *_KEYS)
_KEY_MAX, _CODE_MAX, _CID_MAX = 200, 12, 40


class Begun(NamedTuple):
    """What a page wants begun, by which keys, after which work."""

    wanted: Wanted
    keys: Keys
    work: Work


class Handed(NamedTuple):
    """A code that was typed into a page, and the page's keys. It prints neither."""

    told: Told
    keys: Keys


def read_start(
    body: object, form: Form, widget: UUID, *, sandbox: bool, language: Language
) -> Begun:
    """Read what a page wants begun.

    Raises  RefusalError H1043, H1005, H1012, H1025, H1026, H1027, H1029, H1057, H1061, H1063,
            H1085, IZ166: every fault there is; IZ152 the body names another widget
    """
    refused: list[Refused] = []
    fields = _reader(body, _START, refused)
    channels = _types(fields, "etkTypes", Channel)
    kvk = _types(fields, "kvkTypes", KvkType)
    if not channels and not kvk:
        fields.refuse("H1057", field="etkTypes")
    verification = _verification(fields)
    text = fields.value("recipient", str)
    to = address_in(text, verification, sandbox=sandbox) if text and verification else None
    if text and verification and to is None:
        fields.refuse("H1026" if verification.is_sms else "H1027")
    kind = fields.value("recipientType", str, missing="H1057")
    if kind is not None and kind not in set(RecipientType):
        fields.refuse("H1063")
    name = fields.seen(_optional(fields, "citizenName", PERSON_MAX + 1), "citizenName")
    if kvk and not name.strip():
        fields.refuse("H1057", field="citizenName")
    keys = _keys(fields)
    work = Work(_optional(fields, "cid", _CID_MAX), _optional(fields, "captchaText", _CID_MAX))
    named = _optional(fields, "widgetUUID", _CID_MAX)
    if refused:
        raise RefusalError(refused)
    if named and named.lower() != str(widget):
        raise RefusalError(Refused(code="IZ152"))
    assert verification is not None, "else it was refused"
    assert to is not None, "else it was refused"
    etk = Etk(form.draft.brands, channels, RecipientType(kind)) if channels else None
    wanted = Wanted(
        form_id=form.form_id,
        to=to,
        asked=Asked(verification=verification, etk=etk, kvk=kvk),
        person=Person(name=name.strip()) if kvk else None,  # of messages no name is needed
        language=language,
    )
    return Begun(wanted, keys, work)


def read_completion(body: object, *, by: str, network: str) -> Handed:
    """Read the codes that were typed into a page.

    Raises  RefusalError H1043, H1005, H1012, H1013, H1025, H1029, H1030, H1057
    """
    refused: list[Refused] = []
    fields = _reader(body, _COMPLETE, refused)
    text = fields.value("requestId", str)
    verification = _verification(fields)
    kind = fields.value("consentType", str)
    if kind is not None and kind not in CONSENT_TYPES:
        fields.refuse("H1013")
    titles = CONSENT_TYPES.get(kind or "", ())
    needs_codes = verification in (Verification.SMS_OTP, Verification.EPOSTA_OTP)
    codes = _codes(fields, titles) if needs_codes else {}
    keys = _keys(fields)
    if refused:
        raise RefusalError(refused)
    assert verification is not None, "else it was refused"
    told = Told(
        request_id=request_id(text),
        verification=verification,
        codes=codes,
        by=by,
        network=network,
    )
    return Handed(told, keys)


def _codes(fields: Reader, titles: tuple[Title, ...]) -> dict[Title, str]:
    """Read one code a title: one of two things is no code of the other (KVKK 2025/1072)."""
    found = {}
    for title in titles:
        name = _CODE_FIELD[title] if len(titles) > 1 else "otpCode"
        code = fields.value(name, str)
        if code:
            found[title] = code.strip()[:_CODE_MAX]
    return found


def _reader(body: object, names: tuple[str, ...], refused: list[Refused]) -> Reader:
    if not isinstance(body, Mapping):
        raise RefusalError(Refused(code="H1043"))
    return Reader(body, names, refused)


def _types(fields: Reader, name: str, kinds: type[Any]) -> tuple[Any, ...]:
    """Read a list that may be empty, or left out."""
    if fields.raw(name) in (None, []):
        return ()
    return tuple(types_in(fields.value(name, list), kinds, fields))


def _verification(fields: Reader) -> Verification | None:
    text = fields.value("verificationType", str)
    if text is None or text in WAYS:
        return None if text is None else Verification(text)
    fields.refuse("H1012", words=", ".join(WAYS))
    return None


def _keys(fields: Reader) -> Keys:
    cookie, csrf, nonce = (str(fields.value(name, str) or "")[: _KEY_MAX + 1] for name in _KEYS)
    return Keys(nonce=nonce, cookie=cookie, csrf=csrf)


def _optional(fields: Reader, name: str, most: int) -> str:
    """Read a text that may be left out, or empty: widgets send every field."""
    given = fields.raw(name)
    if given in (None, ""):
        return ""
    return str(fields.value(name, str) or "")[:most]
