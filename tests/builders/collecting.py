"""Companies that have consents taken and addresses verified, in a registry for a whole module."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from builders.heart import until
from builders.parties import Given
from builders.registry import (
    BRAND_CODES,
    IYS_CODES,
    SECOND_BRAND,
    Attempt,
    Registry,
    username,
)
from builders.via import Post, a_form, a_kvk, said

from izin.api.form import Form
from izin.api.via_forms import read_draft
from izin.member.passwords import Passwords
from izin.message.seal import opened
from izin.storage.database import Database
from izin.subscription.model import Package

NO_VIA, NO_VIA_CODE = "without via", 759100
"""A company whose package does not have İYS Yolu."""
LEAVING_BRAND = IYS_CODES["ours"] + 3
FORMS = {"ours": 1, "theirs": 2, "full": 3}
LINK_FORM, MAIL_FORM, WAITING_FORM, FORM_OF_ONE = 4, 5, 6, 7
PAGE_FORM, PAGE_LINK_FORM, LEAVING_FORM = 8, 9, 10
"""They stand on pages; the last has a brand that leaves."""
TILL_FORMS = {"theirs": 11, "full": 12}
"""On no page: those by which the calls of 2020 ask."""
DOMAIN = "magaza.example"
TEXTS = {"SMS": 11, "EMAIL": 12, "SMS_SHORTURL": 13, "EMAIL_SHORTURL": 14}
THEIRS = 10
"""Their texts' numbers are greater by so much."""
KVK_KINDS = ("YURTDISI_AKTARIM", "ACIK_RIZA_METNI", "AYDINLATMA_METNI")


@asynccontextmanager
async def collecting(registry: Registry, passwords: Passwords) -> AsyncIterator[None]:
    """Forms, texts and credits for some of the registry's companies, and a courier."""
    url = registry.settings.database_url
    operator = await Database.open(url, role="izin_operator")
    courier = await Database.open(url, role="izin_courier")
    try:
        await _take_on(Given(operator, passwords))
        await _write(registry)
        await registry.app._door.services.directory.refresh()
        registry.post = Post(courier, registry.parts.keyring.message_sealer)
        yield
    finally:
        await operator.close()
        await courier.close()


async def _take_on(given: Given) -> None:
    await given.brand(LEAVING_BRAND, of=IYS_CODES["ours"], name="Ayrılan Marka")
    await given.provider(NO_VIA_CODE, activated_at=datetime(2026, 1, 1, tzinfo=UTC))
    await given.api_user(username(NO_VIA), of=NO_VIA_CODE)
    await given.subscription(NO_VIA_CODE, package=Package.ILETI_PLUS, level=1)


async def _write(registry: Registry) -> None:
    owner = registry.owner
    of_ours = [BRAND_CODES["ours"], SECOND_BRAND, LEAVING_BRAND]
    for who, form_id in FORMS.items():
        brands = of_ours if who == "ours" else [BRAND_CODES[who]]
        await _form(registry, form_id, who, brands=brands, domains=[DOMAIN])
    for who, form_id in TILL_FORMS.items():
        await _form(registry, form_id, who, brands=[BRAND_CODES[who]])
    await _form(registry, LINK_FORM, "ours", kind="SHORTURL", brands=of_ours)
    await _form(registry, MAIL_FORM, "ours", kind="APPROVALURL", brands=of_ours)
    await _form(registry, WAITING_FORM, "ours", state="SUBMITTED", brands=of_ours)
    one = {"ACIK_RIZA_METNI": said("Açık rıza")}
    await _form(registry, FORM_OF_ONE, "ours", brands=of_ours, kvk=one)
    page = {"brands": of_ours[:1], "domains": [DOMAIN], "kvk": one}
    await _form(registry, PAGE_FORM, "ours", **page)
    await _form(registry, PAGE_LINK_FORM, "ours", kind="SHORTURL", **page)
    await _form(registry, LEAVING_FORM, "ours", **page | {"brands": [LEAVING_BRAND]})
    for who in ("ours", "full"):
        await via_credits(registry, who, 1000)
        await passes(registry, who, 1000)
    for who, more in (("ours", 0), ("theirs", THEIRS)):
        for kind, number in TEXTS.items():
            place = "link" if kind.endswith("URL") else "code"
            await owner.execute(
                "insert into pass_template values"
                " ($1, 1, $2, $3, 'tr', $4, $4, $5, $5, 'APPROVED', '', now(), now())",
                *(number + more, IYS_CODES[who], kind, f"Ornek: {{{place}}}"),
                "Doğrulama" if kind.startswith("EMAIL") else "",
            )


async def _form(
    registry: Registry, form_id: int, who: str, *, state: str = "APPROVED", **fields: Any
) -> None:
    kvk = {each: said(each) for each in KVK_KINDS}
    channels = ["EPOSTA"] if fields.get("kind") == "APPROVALURL" else ["MESAJ", "ARAMA", "EPOSTA"]
    body = a_form(**({"kvk": kvk, "channels": channels} | fields))
    draft = read_draft(Form(body, tuple(body)))
    await registry.owner.execute(
        "insert into via_form (form_id, iys_code, name) overriding system value"
        " values ($1, $2, 'Kasa')",
        *(form_id, IYS_CODES[who]),
    )
    await registry.owner.execute(
        "insert into via_form_version (form_id, version, iys_code, state, kind, brands, channels,"
        " texts, digest, domains) values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *(form_id, IYS_CODES[who], state, draft.kind.value, list(draft.brands)),
        *([each.value for each in draft.channels], draft.texts.written(), draft.digest()),
        list(draft.domains),
    )


async def via_credits(registry: Registry, who: str, credit: int | None, *, days: int = 300) -> None:
    """Let a company have so many credits of İYS Yolu, for so many days from now; None: no plan."""
    await registry.owner.execute("delete from via_plan where iys_code = $1", IYS_CODES[who])
    if credit is not None:
        await registry.owner.execute(
            "insert into via_plan values ($1, $2, 'ViA', '2020-01-01', $3, $4)",
            *(IYS_CODES[who], uuid4(), _in(days), credit),
        )


async def passes(registry: Registry, who: str, credit: int | None, *, days: int = 300) -> None:
    """Let a company have so many verifications; None: it has bought none."""
    await registry.owner.execute(
        "delete from pass_subscription where iys_code = $1", IYS_CODES[who]
    )
    if credit is not None:
        await registry.owner.execute(
            "insert into pass_subscription (subscription_id, iys_code, package, credit, starts_at,"
            " ends_at, used) values ($1, $2, 'VIA-PASS', $3, '2020-01-01', $4, $5)",
            *(uuid4(), IYS_CODES[who], max(credit, 1), _in(days), int(credit == 0)),
        )


def _in(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


async def not_given_back(registry: Registry, who: str) -> None:
    """Hardly anybody has given back the codes that a company has had sent."""
    tag = registry.parts.keyring.proofs.sender_tag(f"company:{IYS_CODES[who]}")
    await registry.owner.execute(
        "insert into proof (proof_id, purpose, recipient_tag, sender_tag, is_paid, code_hash,"
        " good_until, made_at) select gen_random_uuid(), 'consent', gen_random_uuid(), $1, true,"
        " decode(repeat('00', 32), 'hex'), now() - interval '1 minute',"
        " now() - interval '5 minutes' from generate_series(1, 200)",
        tag,
    )


# a consent that is asked for ----------------------------------------------------------------


def an_etk(who: str = "ours", **fields: Any) -> dict[str, Any]:
    """The messages that are asked for."""
    return {
        "title": "ETK",
        "brandCodes": [BRAND_CODES[who]],
        "types": ["MESAJ", "ARAMA"],
        "recipientType": "BIREYSEL",
    } | fields


def a_start(registry: Registry, who: str = "ours", **fields: Any) -> dict[str, Any]:
    """A request of a company, by a code to a number never given before; None leaves a field out."""
    body = {
        "formId": str(FORMS.get(who, FORMS["ours"])),
        "recipient": registry.phone(),
        "verificationType": "SMS_OTP",
        "consentTypes": [an_etk(who if who in FORMS else "ours")],
    } | fields
    return {name: value for name, value in body.items() if value is not None}


def a_mail_start(registry: Registry, who: str = "ours", *more: Any, **fields: Any) -> Any:
    """The same by mail, which has arrived as soon as it is taken."""
    body = {
        "recipient": f"kisi{registry.phone()[1:]}@posta.example",
        "verificationType": "EPOSTA_OTP",
        "consentTypes": [an_etk(who, types=["EPOSTA"]), *more],
    }
    return a_start(registry, who, **(body | fields))


async def begun(registry: Registry, body: Any, who: str = "ours") -> str:
    """Begin a request; gives its id."""
    path = f"/via/sps/{IYS_CODES[who]}/consent"
    answer = await registry.send(Attempt(method="POST", path=path, body=body, who=who))
    assert answer.status_code == 200, answer.text
    request_id: str = answer.json()["message"]["requestId"]
    return request_id


async def coded(registry: Registry, body: Any, who: str = "ours") -> tuple[str, list[str]]:
    """Begin a request by mail; gives its id and its codes, in the order of its titles."""
    request_id = await begun(registry, body, who)
    return request_id, await codes_for(registry, body["recipient"], len(body["consentTypes"]))


async def codes_for(registry: Registry, to: str, count: int) -> list[str]:
    """Wait for the codes that go to an address by mail."""
    post = registry.post

    async def came() -> bool:
        await post.carry()
        return len(_codes(post, to)) == count

    await until(came)
    return _codes(post, to)


def _codes(post: Post, to: str) -> list[str]:
    bodies = [each.body for each in post.took if each.to.clear == to]
    found = [re.findall(r"\b[0-9]{8}\b", each) for each in bodies]
    return [codes[0] for codes in found if codes]


def confirming(
    request_id: str, codes: dict[str, str], who: str = "ours", kind: str = "EPOSTA_OTP"
) -> Attempt:
    """Hand in the codes of a request, by their titles."""
    body = {
        "requestId": request_id,
        "verificationType": kind,
        "consentTypes": [{"title": title, "otpCode": code} for title, code in codes.items()],
    }
    path = f"/via/sps/{IYS_CODES[who]}/confirmation"
    return Attempt(method="POST", path=path, body=body, who=who)


def another(code: str) -> str:
    """A code of the same length that is wrong."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


def of_both(registry: Registry) -> Any:
    """A request of both titles, by mail."""
    return a_mail_start(registry, "ours", a_kvk("ACIK_RIZA_METNI"))


# an address that is verified ------------------------------------------------------------------

API = "/otp-management/api/v1"


def a_pass(registry: Registry, kind: str, who: str = "ours", **fields: Any) -> dict[str, Any]:
    """What is to be verified; a field set to None is left out."""
    phone = registry.phone()
    is_sms = kind.startswith("SMS")
    address = {"phoneNumber": phone} if is_sms else {"email": f"kisi{phone[1:]}@posta.example"}
    number = TEXTS[kind] + (THEIRS if who == "theirs" else 0)
    body = address | {"templateId": str(number), "vkn": "1234567890"} | fields
    return {name: value for name, value in body.items() if value is not None}


async def passing_code(registry: Registry, kind: str) -> tuple[str, str]:
    """Begin a verification; gives its id and the code that was sent."""
    path = f"{API}/{IYS_CODES['ours']}/{'sms' if kind == 'SMS' else 'email'}/start"
    attempt = Attempt(method="POST", path=path, body=a_pass(registry, kind))
    answer = await registry.send(attempt)
    assert answer.status_code == 200, answer.text
    row = await registry.owner.fetchrow(
        "select message_id, sealed from message order by written_at desc, message_id desc"
    )
    sealer = registry.parts.keyring.message_sealer
    body = opened(sealer, row["message_id"], row["sealed"]).body
    return answer.json()["data"]["requestId"], body.rpartition(" ")[2]


def completing(kind: str, request_id: str, code: str) -> Attempt:
    """Hand in the code of a verification."""
    body = {"requestId": request_id, "otpCode": code}
    way = "sms" if kind == "SMS" else "email"
    return Attempt(method="POST", path=f"{API}/{way}/complete", body=body)
