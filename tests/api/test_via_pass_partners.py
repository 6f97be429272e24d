"""A partner has addresses verified for a company that has given it ViA, and for no other."""

from datetime import UTC, datetime

import pytest
from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_BRAND_CODE,
    OTHER_IYS_CODE,
    PARTNER_CODE,
    PASSWORD,
)
from builders.via_pass import API, Verifying

from izin.core.codes import BrandCode, IysCode, PartnerCode
from izin.partner.mandate import Grant, grant, revoke
from izin.partner.model import Scope
from izin.provider.model import Subscription

OURS = IysCode(IYS_CODE), BrandCode(BRAND_CODE)
THEIRS = IysCode(OTHER_IYS_CODE), BrandCode(OTHER_BRAND_CODE)


class Partner:
    """A partner's client, and what companies give it."""

    def __init__(self, client, house, database) -> None:
        self.client = client
        self.house = house
        self.database = database

    async def given(self, scope: Scope, of=OURS, *, can_write: bool = True) -> None:
        wanted = Grant(
            partner_code=PartnerCode(PARTNER_CODE),
            scope=scope,
            can_write=can_write,
            valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        )
        await grant(self.database, wanted, of=of, by=OPERATOR)
        await self.refreshed()

    async def refreshed(self) -> None:
        await self.house.app._door.services.directory.refresh()


@pytest.fixture
async def partner(house, given, database):
    await given.partner()
    await given.api_user("api@ortak.example", partner=PARTNER_CODE)
    async with await house.sign_in("api@ortak.example", PASSWORD) as client:
        yield Partner(client, house, database)


@pytest.fixture
async def template(ours, house, operator_database, owner) -> str:
    """A text of our company's, which has bought ten verifications."""
    verifying = Verifying(ours, house, operator_database, owner)
    await verifying.buy()
    return await verifying.approved("EMAIL")


@pytest.fixture
def verifying(partner, house, operator_database, owner) -> Verifying:
    return Verifying(partner.client, house, operator_database, owner)


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["errorCode"]


async def test_it_does_the_whole_of_it_by_a_mandate_for_via_that_may_write(
    partner, verifying, template, ours
):
    refused = 403, "ERR-SYS-0005"
    for scope, can_write in (
        (None, True),
        (Scope.EPOSTA, True),
        (Scope.AGREEMENT, True),
        (Scope.VIA, False),
    ):
        if scope is not None:
            await partner.given(scope, can_write=can_write)
        assert code_of(await verifying.start("email/start", template)) == refused, scope
        assert code_of(await verifying.complete("email", "x", "1")) == refused, scope
    await partner.given(Scope.VIA)
    begun = await verifying.start("email/start", template)
    assert begun.status_code == 200, begun.text
    request_id, code = begun.json()["data"]["requestId"], await verifying.code()
    assert (await verifying.complete("email", request_id, code)).status_code == 200
    for client in (partner.client, ours):
        asked = {"requestId": request_id}
        shown = (await client.post(f"{API}/request-history", json=asked)).json()["content"]
        assert [each["status"] for each in shown] == ["OTP Generation", "SUCCESS"]
        file = await client.get(f"{API}/get-clarification-file/{IYS_CODE}/{request_id}")
        assert file.content.startswith(b"PK")
    path = f"{API}/subscription/{IYS_CODE}"
    [own] = (await ours.get(path)).json()["data"]
    [seen] = (await partner.client.get(path)).json()["data"]
    assert set(own) - set(seen) == {"viaCredit"}
    assert "viaCredit" not in seen["viaSubscriptionPackage"]
    assert (await partner.client.get("/x/via-pass/templates")).status_code == 403


async def test_it_sees_no_request_of_a_company_that_has_not_given_it_via(
    partner, verifying, template, ours, owner
):
    await partner.given(Scope.VIA, of=THEIRS)
    own = Verifying(ours, partner.house, verifying.operator, owner)
    begun = await own.start("email/start", template)
    request_id, code = begun.json()["data"]["requestId"], await own.code()
    asked = {"requestId": request_id}
    assert code_of(await verifying.complete("email", request_id, code)) == (404, "OTP-ERROR-001")
    shown = await partner.client.post(f"{API}/request-history", json=asked)
    assert code_of(shown) == (404, "OTP-ERROR-002")
    assert code_of(await verifying.start("email/start", template)) == (403, "ERR-SYS-0005")
    await partner.given(Scope.VIA)
    assert (await partner.client.post(f"{API}/request-history", json=asked)).status_code == 200
    await owner.execute(
        "update mandate set valid_until = now() where iys_code = $1 and scope = 'VIA'", IYS_CODE
    )
    await owner.execute(
        "with head as (update mandate_head set version = version + 1 returning version)"
        " update mandate set changed_in = version from head where mandate.iys_code = $1",
        IYS_CODE,
    )
    await partner.refreshed()
    ended = await verifying.complete("email", request_id, code)
    assert code_of(ended) == (403, "ERR-SYS-0005"), "its time is over"
    await revoke(partner.database, PartnerCode(PARTNER_CODE), Scope.VIA, of=OURS, by=OPERATOR)
    await partner.refreshed()
    assert code_of(await verifying.complete("email", request_id, code)) == (404, "OTP-ERROR-001")


async def test_a_company_that_is_held_is_held_for_its_partner_too(
    partner, verifying, template, given
):
    await partner.given(Scope.VIA)
    begun = await verifying.start("email/start", template)
    request_id, code = begun.json()["data"]["requestId"], await verifying.code()
    await given.provider(IYS_CODE, subscription=Subscription.PAUSED)
    await partner.refreshed()
    for answer in (
        await verifying.start("email/start", template),
        await verifying.complete("email", request_id, code),
    ):
        behind = answer.json()["subSystemErrorInfo"]["errors"][0]["code"]
        assert (answer.status_code, behind) == (403, "H520")
