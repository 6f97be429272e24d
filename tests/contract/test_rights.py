"""Every operation, called by every kind of caller: who is let in, and with which code not.

The table of this test is written apart from the code: an operation of a right that is not in it, or
of our own that no call is written for, fails.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import pytest_asyncio
from builders.heart import until
from builders.house import a_row
from builders.members import (
    OF_REGISTRY,
    of_carrier,
    of_company,
    of_partner,
    sign_in,
    someone,
)
from builders.parties import CARRIER_CODE, OPERATOR, Given
from builders.registry import (
    BRAND_CODES,
    IYS_CODES,
    NOBODY,
    PARTNER,
    RETAILER,
    SECOND_BRAND,
    Attempt,
    Registry,
    open_registry,
    username,
)

from izin.access.accounts import add_test_account
from izin.access.model import Right
from izin.access.transfer import transfer_brand
from izin.api.operation import BodyKind
from izin.audit.model import Principal, PrincipalKind
from izin.core.codes import BrandCode, IysCode, PartnerCode
from izin.member.manage import stop
from izin.member.model import Role
from izin.partner.manage import move
from izin.partner.mandate import Grant, grant, revoke
from izin.partner.model import PartnerState, Scope
from izin.storage.database import Database
from izin.wiring.web import OPERATIONS

from .official import COLLECTION
from .provocations import TABLE, good

OURS = IYS_CODES["ours"], BRAND_CODES["ours"]
TEST_BRAND = 759002
MOVED_BRAND = 759001
"""Was ours, with a mandate for a partner; is theirs now."""

PARTNERS = {
    PARTNER: 30000001,  # has written since the registry was opened
    "reads": 30000011,
    "other channel": 30000012,
    "other brand": 30000013,
    "revoked": 30000014,
    "expired": 30000015,
    "not yet": 30000016,
    "suspended partner": 30000017,
    "of the moved brand": 30000018,
    "without mandate": 30000019,
    "via alone": 30000020,
    "via to read": 30000021,
}

PEOPLE = {
    "our owner": (of_company(OURS[0]), Role.OWNER, None),
    "our manager": (of_company(OURS[0]), Role.MANAGER, None),
    "our operator": (of_company(OURS[0]), Role.OPERATOR, None),
    "our viewer": (of_company(OURS[0]), Role.VIEWER, None),
    "our manager of another brand": (of_company(OURS[0]), Role.MANAGER, (SECOND_BRAND,)),
    "their owner": (of_company(IYS_CODES["theirs"]), Role.OWNER, None),
    "partner's owner": (of_partner(PARTNERS[PARTNER]), Role.OWNER, None),
    "partner's operator": (of_partner(PARTNERS[PARTNER]), Role.OPERATOR, None),
    "partner's viewer": (of_partner(PARTNERS[PARTNER]), Role.VIEWER, None),
    "reading partner's owner": (of_partner(PARTNERS["reads"]), Role.OWNER, None),
    "carrier's owner": (of_carrier(CARRIER_CODE), Role.OWNER, None),
    "registry's owner": (OF_REGISTRY, Role.OWNER, None),
    "paused company's owner": (of_company(IYS_CODES["paused"]), Role.OWNER, None),
    "suspended partner's owner": (of_partner(PARTNERS["suspended partner"]), Role.OWNER, None),
}
"""People, who sign in by two factors."""

GONE = ("stopped owner", "owner whose session ran out")
"""Owners of ours who have signed in; they are nobody any more."""

TESTING = "our test account"
_PROGRAMS = {*PARTNERS, "ours", "theirs", "paused", "closed", TESTING}
_LEADING = {"our owner", "our manager"}
_WRITING = {"ours", *_LEADING, "our operator"}
_PARTNER_VIA = {PARTNER, "via alone", "partner's owner", "partner's operator"}
_PARTNER_WRITING = {PARTNER, "other channel", "partner's owner", "partner's operator"}

_OWNERS = {who for who in PEOPLE if who.endswith("owner")}

# of each right: who is let in; everybody else is refused with the code
LET_IN: dict[Right, tuple[set[str], str]] = {
    Right.NONE: ({*_PROGRAMS, *PEOPLE, *GONE, NOBODY}, ""),
    Right.INFO: ({*_PROGRAMS, *PEOPLE}, "H351"),
    Right.READ: (
        {
            *_WRITING,
            "our viewer",
            *_PARTNER_WRITING,
            "reads",
            "partner's viewer",
            "reading partner's owner",
        },
        "H353",
    ),
    Right.WRITE: ({*_WRITING, *_PARTNER_WRITING}, "H353"),
    Right.SHARE: ({*_WRITING, *_PARTNER_WRITING}, "H353"),
    Right.MANAGE: (
        {"ours", *_LEADING, PARTNER, "other channel", "partner's owner"},
        "H353",
    ),
    Right.OWN: ({"ours", *_LEADING}, "H353"),
    Right.VERIFY: ({"ours", *_LEADING, "our operator", *_PARTNER_VIA}, "H353"),
    Right.GRANT: (_LEADING, "H353"),
    Right.MEMBERS: (_OWNERS, "H353"),
    Right.SELF: (set(PEOPLE), "H353"),
    Right.PLAN: (
        {
            *("ours", "our owner", "our manager", "our operator", "our viewer"),
            "our manager of another brand",
            *(PARTNER, "reads", "other channel", "other brand"),
            *("partner's owner", "partner's operator", "partner's viewer"),
            *("reading partner's owner", TESTING),
        },
        "H353",
    ),
    Right.LICENCE: ({PARTNER, *(who for who in PEOPLE if who.startswith("partner's"))}, "H353"),
    Right.PARTNER: ({PARTNER, *(who for who in PEOPLE if who.startswith("partner's"))}, "H353"),
    Right.CARRIER: (set(), "H353"),  # carriers' own tokens alone
    Right.ACCOUNTS: (_OWNERS - {"registry's owner"}, "H353"),
    Right.SIGN_ON: (_OWNERS - {"registry's owner", "carrier's owner"}, "H353"),
}
OF_PARTNERS = {Right.PARTNER: "H363", Right.LICENCE: "H522"}
OF_ONE_CHANNEL = {
    *("addConsent", "addConsentV2", "addBatchConsent", "addBatchConsentV2"),
    *("consentDetail", "batchConsentStatus", "consentsHistory"),
    *("addRetailers", "overrideRetailers", "searchRetailersOfOneConsent"),
    *("removeRelationBetweenRetailer", "removeRelationsBetweenRetailersAndConsents"),
    *("xAsk", "xAsOf", "xRetailerRecord", "xLinks"),
}
"""They name a channel, so a partner of another channel is not let in."""

OF_MAILS = {"via-hash-links"}
"""They are about e-mails, so a partner who reads texts alone is not let in."""

_QUESTION = {"recipient": "+905990000001", "type": "MESAJ", "recipientType": "BIREYSEL"}
OUR_BODIES: dict[str, Any] = {
    "xLegacyToken": {},
    "xMetadata": None,
    "xTimeStampCertificates": None,
    "xRevoke": {"token": "x"},
    "xIntrospect": {"token": "x"},
    "xClients": None,
    "xClientAdd": {},
    "xClientPassword": {},
    "xClientStop": None,
    "xClientKeyAdd": {"jwk": {}},
    "xClientKeyWithdraw": None,
    "xLegacyRefresh": {},
    "xAsk": {"recipients": ["+905990000001"], "type": "MESAJ"},
    "xAsOf": {**_QUESTION, "at": "2026-01-15 13:45:00"},
    "xConsents": None,
    "xLinks": {"recipients": ["+905990000001"], "type": "MESAJ"},
    "xReport": None,
    "xReportStanding": None,
    "xRetailerImport": {},
    "xRetailerReport": None,
    "xRetailerTree": None,
    "xRetailerLimit": {},
    "xRetailerStatus": {"status": "active"},
    "xRetailerUnder": {},
    "xRetailerConsents": None,
    "xRetailerRecord": a_row(recipient="+905990000099"),
    "xCompany": None,
    "xSubscription": None,
    "xMandates": None,
    "xMandateGrant": {"partnerCode": 30000019, "scope": "VIA", "right": "read"},
    "xMandateRevoke": {"partnerCode": 30000019, "scope": "VIA"},
    "get-sps-iysCode-via-clarification-requestId-file": None,
    "xViaStart": {},
    "xViaWithdraw": None,
    "xViaEvidence": None,
    "xLegacyOverIys": {},
    "xLegacyVerificationCode": {},
    "startViaRequest": {},
    "completeViaRequest": {},
    "getViaRequest": None,
    "getKVKConsent": None,
    "searchKVKConsent": {},
    "xViaForms": None,
    "xViaFormMake": {"name": "x"},
    "xViaFormDraft": {"kind": "OTP"},
    "xViaFormSubmit": None,
    "openapi": None,
    "xInvitationOpen": {"invitation": "x"},
    "xInvitationAccept": {"invitation": "x", "password": "x", "code": "123456"},
    "xSignIn": {"email": "x", "password": "x"},
    "xSignInByPasskey": {},
    "xSignInFinish": {"signIn": "x", "code": "123456"},
    "xMe": None,
    "xMyPassword": {"password": "x", "newPassword": "y"},
    "xPasskeyOpen": None,
    "xPasskeyAdd": {"request": "x", "passkey": {}, "label": "x"},
    "xPasskeyRemove": None,
    "xSignOn": None,
    "xSignOnPut": {},
    "xSignOnRemove": None,
    "xSignInElsewhere": {},
    "xSignInReturn": None,
    "xSignInElsewhereFinish": {},
    "xSignOut": None,
    "xSignOutEverywhere": None,
    "xMembers": None,
    "xMemberInvite": {"name": "x", "email": "x", "role": "OWNER"},
    "xMemberChange": {"role": "OWNER"},
    "xMemberInviteAnew": None,
    "xMemberStop": None,
    "ahsBrands": None,
    "ahsRejected": {"recipients": ["+905990000001"]},
    "ahsAsk": {"recipients": ["+905990000001"], "type": "MESAJ"},
    "ahsReceipt": None,
    "ahsLinesClosed": {"recipients": ["+905990000001"]},
    "smsStart": {},
    "smsShortUrlStart": {},
    "emailStart": {},
    "emailShortUrlStart": {},
    "smsComplete": {},
    "emailComplete": {},
    "getRequestAudit": {},
    "search": None,
    "getClarificationFile": None,
    "xPassTemplates": None,
    "xPassTemplateSubmit": {},
}
"""What our own operations take."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def walked(new_database, passwords, tmp_path_factory):
    """A registry with a caller of every kind."""
    folder = tmp_path_factory.mktemp("rights")
    async with open_registry(new_database(), passwords, folder) as registry:
        url = registry.settings.database_url
        operator = await Database.open(url, role="izin_operator")
        web = await Database.open(url, role="izin_web")
        try:
            await _take_on(operator, web, passwords)
            await _let_in(Given(operator, passwords), registry)
        finally:
            await operator.close()
            await web.close()
        await until(lambda: _is_known(registry))
        yield registry


async def _is_known(registry: Registry) -> bool:
    path = f"/integrator/{PARTNERS['other brand']}/sps"
    answer = await registry.send(Attempt(method="GET", path=path, who="other brand"))
    moved = f"/sps/{OURS[0]}/brands/{MOVED_BRAND}/retailers"
    gone = await registry.send(Attempt(method="GET", path=moved, who="ours"))
    return answer.json().get("list") != [] and gone.status_code == 403


async def _take_on(operator: Database, web: Database, passwords) -> None:
    given = Given(operator, passwords)
    await given.brand(MOVED_BRAND, of=OURS[0], name="Giden Marka")
    await given.brand(TEST_BRAND, of=OURS[0], name="Deneme Markası", is_test=True)
    for who, code in PARTNERS.items():
        if who != PARTNER:
            await given.partner(code)
            await given.api_user(username(who), partner=code)
    now = datetime.now(UTC)
    long_ago = now - timedelta(days=9)
    for who, brand, facts in (
        ("reads", OURS[1], {"can_write": False}),
        ("other channel", OURS[1], {"scope": Scope.EPOSTA}),
        ("other brand", SECOND_BRAND, {}),
        ("revoked", OURS[1], {}),
        ("expired", OURS[1], {"valid_until": now - timedelta(days=1)}),
        ("not yet", OURS[1], {"valid_from": now + timedelta(days=1)}),
        ("suspended partner", OURS[1], {}),
        ("of the moved brand", MOVED_BRAND, {}),
        ("via alone", OURS[1], {"scope": Scope.VIA}),
        ("via to read", OURS[1], {"scope": Scope.VIA, "can_write": False}),
    ):
        wanted = {"scope": Scope.MESAJ, "can_write": True, "valid_from": long_ago} | facts
        mandate = Grant(partner_code=PartnerCode(PARTNERS[who]), **wanted)
        by = Principal(PrincipalKind.API_USER, "tests")
        await grant(web, mandate, of=(IysCode(OURS[0]), BrandCode(brand)), by=by)
    of = IysCode(OURS[0]), BrandCode(OURS[1])
    await revoke(web, PartnerCode(PARTNERS["revoked"]), None, of=of, by=by)
    suspended = PartnerCode(PARTNERS["suspended partner"])
    await move(operator, suspended, PartnerState.SUSPENDED, today=now.date(), by=OPERATOR)
    await transfer_brand(
        operator, BrandCode(MOVED_BRAND), IysCode(IYS_CODES["theirs"]), by=OPERATOR
    )


async def _let_in(given: Given, registry: Registry) -> None:
    for who, (of, role, brands) in PEOPLE.items():
        person = await someone(given, registry, of=of, role=role, brands=brands)
        async with await sign_in(registry, person) as client:
            registry.adopt(who, client.headers["authorization"].removeprefix("Bearer "))
        # of a second one, so that neither is the last owner, and whose sessions end on the way
        leaves = await someone(given, registry, of=of, role=role, brands=brands)
        for step, way in enumerate(("leaving", "leaving everywhere")):
            async with await sign_in(registry, leaves, step=step) as client:
                leaving = client.headers["authorization"].removeprefix("Bearer ")
                registry.adopt(f"{who}, {way}", leaving)
    of, passwords = of_company(OURS[0]), given._passwords
    now = datetime.now(UTC)
    drawn = await add_test_account(given.database, passwords, of, now=now, by=OPERATOR)
    async with await registry.sign_in(str(drawn.client_id), drawn.password) as client:
        registry.adopt(TESTING, client.headers["authorization"].removeprefix("Bearer "))
    for who in GONE:
        person = await someone(given, registry, of=of_company(OURS[0]), role=Role.OWNER)
        async with await sign_in(registry, person) as client:
            registry.adopt(who, client.headers["authorization"].removeprefix("Bearer "))
        if who == "stopped owner":
            member_id, of = UUID(person.member_id), of_company(OURS[0])
            await stop(given.database, member_id, of=of, by=OPERATOR)
        else:
            await registry.owner.execute(
                "update session set expires_at = now() where member_id = $1", person.member_id
            )


def attempt(operation, registry: Registry, who: str) -> Attempt:
    """A good call about our brand's MESAJ, in somebody's name."""
    if operation.id in TABLE and operation.id not in COLLECTION:
        call = good(operation.id, registry)
    else:
        body = OUR_BODIES[operation.id]
        path = operation.path.format(
            iysCode=OURS[0],
            brandCode=OURS[1],
            retailerCode=RETAILER,
            tin="0000005014",
            recipientType="BIREYSEL",
            type="MESAJ",
            receiptId=uuid4(),
            memberId=uuid4(),
            passkeyId="AAAA",
            clientId=uuid4(),
            keyId=uuid4(),
            formId=1000,
            requestId=uuid4(),
            widgetUUID=uuid4(),
        )
        call = Attempt(
            method=operation.method, path=path, body=msgspec.UNSET if body is None else body
        )
    way = LEAVING.get(operation.id) if who in PEOPLE else None
    return msgspec.structs.replace(call, who=who if way is None else f"{who}, {way}")


LEAVING = {"xSignOut": "leaving", "xSignOutEverywhere": "leaving everywhere"}
"""Calls that end a session: one of another of the kind."""


OF_ANOTHER_BRAND = {"other brand", "our manager of another brand", TESTING}
ABOUT_ITSELF = {
    "theirs": None,
    "their owner": None,
    "paused": "H520",
    "closed": "H521",
    "paused company's owner": "H520",
}
"""A call that names no company is about the caller's own."""
OF_ITS_COMPANY = {
    *("xCompany", "xSubscription", "xPassTemplates", "xPassTemplateSubmit"),
    *("smsComplete", "emailComplete", "getRequestAudit"),
}
TAKES_AWAY = {
    *("xMembers", "xMemberStop", "xClients", "xClientStop", "xClientKeyWithdraw"),
    *("xCompany", "xSubscription", "xSignOn", "xSignOnRemove", "xPassTemplates"),
}
"""What a paused company goes on with: it looks, and dismisses."""


def expected(operation, who: str) -> str | None:
    """The code that the caller is refused with, or None."""
    let_in, code = LET_IN[operation.right]
    if operation.right is not Right.NONE and who in (NOBODY, *GONE):
        return "H351"
    if operation.right in OF_PARTNERS and who not in PARTNERS and "partner's" not in who:
        return OF_PARTNERS[operation.right]
    if operation.id == "xIntrospect" or is_of_another_channel(operation, who):
        return "H353"  # the first is for servers that take tokens alone, which an operator marks
    if is_about_itself(operation, who):
        may_see = operation.id in TAKES_AWAY and who.startswith("paused")
        return None if may_see else ABOUT_ITSELF[who]
    is_of_company = operation.id == "getBrandsDetails" or operation.path.startswith(
        ("/via/", "/x/sps/")
    )
    if is_of_company and who in OF_ANOTHER_BRAND:
        return None  # it is about the company, and shows that brand
    return None if who in let_in else code


def is_of_another_channel(operation, who: str) -> bool:
    """May a partner act for us on another channel alone?"""
    if operation.id in OF_MAILS:
        return who in ("reads", "reading partner's owner")
    return operation.id in OF_ONE_CHANNEL and who == "other channel"


def is_about_itself(operation, who: str) -> bool:
    """Does such a call name no company, so that the caller's own standing counts?"""
    if operation.id in OF_ITS_COMPANY or operation.path.startswith("/x/via/forms"):
        return who in ABOUT_ITSELF
    whole = operation.right in (Right.MEMBERS, Right.ACCOUNTS, Right.SIGN_ON)
    return whole and who == "paused company's owner"


CALLERS = [*PARTNERS, NOBODY, "ours", "theirs", "paused", "closed", TESTING, *PEOPLE, *GONE]


DRESSED = {
    **dict.fromkeys(("ERR-SYS-0005", "H1040"), "H353"),
    **dict.fromkeys(("ERR-SYS-0006", "H1038", "H1045"), "H351"),
}
"""Codes of operations that draw their errors in another shape."""


def codes_of(answer) -> set[str]:
    """What an answer is refused with, in whichever shape."""
    said = answer.json()
    inside = said.get("subSystemErrorInfo", said).get("errors", ())
    inside = [inside] if isinstance(inside, dict) else inside
    outside = [said[name] for name in ("errorCode", "code") if name in said and not inside]
    return {DRESSED.get(code, code) for code in (*outside, *(each["code"] for each in inside))}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
@pytest.mark.parametrize("who", CALLERS)
async def test_an_operation_lets_in_whom_it_should_and_nobody_else(walked, operation, who):
    answer = await walked.send(attempt(operation, walked, who))
    said = None
    if answer.status_code in (400, 401, 403):
        said = codes_of(answer)
    code = expected(operation, who)
    if code is None:
        assert not (said or set()) & {"H351", "H353", "H363"}, answer.text
        assert answer.status_code < 500, answer.text
    else:
        assert said == {code}, answer.text


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
async def test_who_had_the_brand_before_has_nothing_of_it(walked, operation):
    if "{brandCode}" not in operation.path or operation.right is Right.CARRIER:
        return
    call = attempt(operation, walked, "ours")
    moved = msgspec.structs.replace(
        call, path=call.path.replace(f"/brands/{OURS[1]}", f"/brands/{MOVED_BRAND}")
    )
    for who in ("ours", "of the moved brand"):
        answer = await walked.send(msgspec.structs.replace(moved, who=who))
        codes = {each["code"] for each in answer.json()["errors"]}
        assert (answer.status_code, codes) == (403, {"H353"})


def test_every_operation_has_its_row():
    assert {operation.right for operation in OPERATIONS} <= set(LET_IN)
    ours = {operation.id for operation in OPERATIONS} - (set(TABLE) - COLLECTION)
    assert ours <= set(OUR_BODIES)
    takes = {operation.id for operation in OPERATIONS if operation.takes is not BodyKind.NONE}
    assert takes >= OF_ONE_CHANNEL


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
async def test_a_test_brand_is_there_for_test_accounts_and_its_own_people(walked, operation):
    if "{brandCode}" not in operation.path:
        return
    call = attempt(operation, walked, "ours")
    there = msgspec.structs.replace(
        call, path=call.path.replace(f"brands/{OURS[1]}", f"brands/{TEST_BRAND}")
    )
    for who in ("ours", "theirs", *PARTNERS):
        answer = await walked.send(msgspec.structs.replace(there, who=who))
        codes = {each["code"] for each in answer.json()["errors"]}
        assert (answer.status_code, codes) == (403, {"H353"}), who
    for who in (TESTING, "our owner"):
        answer = await walked.send(msgspec.structs.replace(there, who=who))
        said = set()
        if answer.status_code in (400, 401, 403):
            said = {each["code"] for each in answer.json().get("errors", ())}
        may = operation.right is not Right.CARRIER and (
            who != TESTING or operation.right is not Right.GRANT
        )
        assert ("H353" in said) is not may, (who, answer.text)
