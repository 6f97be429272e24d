"""Whatever stands in a body of İYS Yolu's calls, it is read or refused, and never breaks."""

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from builders.via import a_form, a_kvk, a_start, said

from izin.api import via_legacy, widget_intake
from izin.api.form import UNKNOWN_MAX, Form
from izin.api.via_forms import read_draft
from izin.api.via_intake import read_confirmation, read_search, read_start
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError
from izin.i18n.catalogue import Language
from izin.via import model
from izin.via.start import Wanted

HOSTILE: list[Any] = [
    *(None, True, 0, -1, 1.5, 2**63, 10**400),
    *("", " ", "x" * 10_000, "\x00", "\u202e", "٣٣", "1e9", "{code}"),
    *([], [[]], [{}], [None], [["MESAJ"]], [{"MESAJ": 1}], ["FAX"], ["MESAJ"] * 10_000),
    *(
        {},
        {f"{number}": 1 for number in range(10_000)},
        {"": None},
        {"tr": []},
        {"tr": {}, "en": ["x"]},
        {"\x00": [1]},
    ),
]
KEYS = dict.fromkeys(("cookieKey", "csrfToken", "nonceKey"), "x")
OURS = Form(a_form(), tuple(a_form()))
IN_FORCE = model.Form(
    form_id=1,
    version=1,
    iys_code=IysCode(731001),
    name="x",
    state=model.FormState.APPROVED,
    draft=read_draft(OURS),
    reason="",
    changed_at=None,  # type: ignore[arg-type]
)


def draft(body: object) -> object:
    return read_draft(Form(body, tuple(WRITTEN)))


WRITTEN = a_form(kvk={"ACIK_RIZA_METNI": said("x")}, domains=["magaza.example"])
START = a_start(1000, "+905990000001")
START["consentTypes"].append(a_kvk("ACIK_RIZA_METNI"))
CALLS: dict[str, tuple[Callable[[Any], object], dict[str, Any]]] = {
    "form": (draft, WRITTEN),
    "start": (partial(read_start, sandbox=True), START),
    "confirm": (
        partial(read_confirmation, by="x"),
        {
            "requestId": str(UUID(int=1)),
            "verificationType": "SMS_OTP",
            "consentTypes": [{"title": "ETK", "otpCode": "12345678"}],
        },
    ),
    "search": (
        partial(read_search, sandbox=True),
        {"type": "ACIK_RIZA_METNI", "recipient": "+905990000001"},
    ),
    "of old": (
        partial(via_legacy.read_over_iys, brand=BrandCode(1), sandbox=True),
        {
            "recipient": "+905990000001",
            "recipientType": "BIREYSEL",
            "type": ["MESAJ"],
            "source": "IYS_KISAMESAJ",
        },
    ),
    "code of old": (
        partial(via_legacy.read_code, by="x"),
        {"requestId": str(UUID(int=1)), "verificationCode": "12345678"},
    ),
    "widget": (
        partial(
            widget_intake.read_start,
            form=IN_FORCE,
            widget=UUID(int=1),
            sandbox=True,
            language=Language.TR,
        ),
        {
            "etkTypes": ["MESAJ"],
            "kvkTypes": ["ACIK_RIZA_METNI"],
            "recipient": "+905990000001",
            "verificationType": "SMS_OTP",
            "recipientType": "BIREYSEL",
            "citizenName": "Aslı Can",
            **dict.fromkeys(("captchaText", "cid"), "x"),
            "widgetUUID": str(UUID(int=1)),
            **KEYS,
        },
    ),
    "widget's code": (
        partial(widget_intake.read_completion, by="x", network="192.0.2.7"),
        {
            "requestId": str(UUID(int=1)),
            "otpCode": "12345678",
            "kvkOtpCode": "12345678",
            "verificationType": "SMS_OTP",
            "consentType": "ETK_KVK",
            **KEYS,
        },
    ),
}


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a body, itself first."""
    yield way
    inner = value.items() if isinstance(value, dict) else ()
    for key, each in enumerate(value) if isinstance(value, list) else inner:
        yield from places(each, (*way, key))


def put(body: Any, way: tuple[Any, ...], value: Any) -> Any:
    if not way:
        return value
    changed = copy.deepcopy(body)
    inner = changed
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    return changed


def asks_for_something(wanted: Wanted) -> bool:
    """Nobody is asked for a consent to nothing."""
    etk = wanted.asked.etk
    return wanted.asked.count > 0 and (etk is None or bool(etk.channels))


@pytest.mark.parametrize("name", CALLS)
def test_a_body_is_read_or_refused(name):
    read, body = CALLS[name]
    read(body)
    refused = named = 0
    for way in places(body):
        for value in HOSTILE:
            try:
                found = read(put(body, way, value))
                wanted = getattr(found, "wanted", found)
                assert not isinstance(wanted, Wanted) or asks_for_something(wanted)
            except RefusalError as error:
                refused += 1
                named = max(named, len(error.refused))
            except Exception as error:
                error.add_note(f"{way}: {value!r:.60}")
                raise
    assert refused > len(HOSTILE), "most of it is no body"
    assert named <= 2 * UNKNOWN_MAX, "an answer is not many times its call"
