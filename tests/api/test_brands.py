"""getBrandsDetails, and who may call what. Source: contract 1.0, 1.2."""

import pytest
from builders.door import codes
from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_BRAND_CODE,
    OTHER_IYS_CODE,
)

from izin.access.model import Caller, Right
from izin.access.transfer import transfer_brand
from izin.core.errors import RefusalError
from izin.provider.model import Subscription
from izin.retailer.model import RetailerStatus

PATH = f"/sps/{IYS_CODE}/brands"


async def test_brands_come_with_their_consents_and_dealers(
    client, signed_in, given, directory, owner, keyring
):
    await given.brand(name="Sarnıç", is_master=True)
    await given.brand(OTHER_BRAND_CODE, name="Kuyu")
    await given.retailer()
    await given.retailer(10000001, status=RetailerStatus.PASSIVE)
    ref = keyring.pseudonyms.brand_ref(BRAND_CODE)
    await owner.execute("insert into brand_figure values ($1, 'MESAJ', 'BIREYSEL', 22, 3)", ref)
    await directory.refresh()
    answer = await client.get(PATH, headers=signed_in)
    assert answer.status_code == 200
    assert answer.json() == [
        {
            "brandCode": BRAND_CODE,
            "stats": {
                "consents": {"approval": 22, "rejection": 3, "total": 25},
                "retailers": {"total": 2},
            },
            "name": "Sarnıç",
            "master": True,
        },
        {
            "brandCode": OTHER_BRAND_CODE,
            "stats": {
                "consents": {"approval": 0, "rejection": 0, "total": 0},
                "retailers": {"total": 0},
            },
            "name": "Kuyu",
            "master": False,
        },
    ]


async def test_a_provider_without_brands_has_an_empty_list(client, signed_in):
    answer = await client.get(PATH, headers=signed_in)
    assert (answer.status_code, answer.json()) == (200, [])


async def test_another_providers_brands_are_not_listed(client, signed_in, given, directory):
    await given.provider(OTHER_IYS_CODE)
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE)
    await directory.refresh()
    assert (await client.get(PATH, headers=signed_in)).json() == []


@pytest.mark.parametrize("iys_code", [OTHER_IYS_CODE, 99999999])
async def test_a_provider_that_is_not_the_callers_is_403_whether_it_exists_or_not(
    client, signed_in, given, directory, iys_code
):
    await given.provider(OTHER_IYS_CODE)
    await directory.refresh()
    answer = await client.get(f"/sps/{iys_code}/brands", headers=signed_in)
    assert answer.status_code == 403
    assert codes(answer) == ["H353"]
    assert "iysCode" in answer.json()["errors"][0]["message"]


async def test_a_provider_that_is_gone_is_404(client, signed_in, directory, owner):
    await owner.execute("set session_replication_role = replica; delete from provider")
    await owner.execute("update directory_head set version = version + 1")
    await directory.refresh()
    answer = await client.get(PATH, headers=signed_in)
    assert answer.status_code == 404
    (error,) = answer.json()["errors"]
    assert error["code"] == "H001"
    assert str(IYS_CODE) in error["message"]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"subscription": Subscription.CLOSED}, ("H521", "CLOSED")),
        ({"subscription": Subscription.NONE}, ("H524", str(IYS_CODE))),
        ({"subscription": Subscription.PAUSED}, ("H520", "PAUSED")),
        ({"subscription": Subscription.EXPIRED}, ("H520", "EXPIRED")),
        ({"has_api": False}, ("H586", "API")),
        ({"has_api": False, "subscription": Subscription.PAUSED}, ("H520", "PAUSED")),
    ],
)
async def test_a_subscription_that_does_not_cover_the_call_is_403(
    client, signed_in, given, directory, facts, told
):
    await given.provider(**facts)
    await directory.refresh()
    answer = await client.get(PATH, headers=signed_in)
    code, named = told
    assert (answer.status_code, codes(answer)) == (403, [code])
    assert named in answer.json()["errors"][0]["message"]


async def test_cities_are_shown_whatever_the_subscription(client, signed_in, given, directory):
    await given.provider(subscription=Subscription.CLOSED)
    await directory.refresh()
    assert (await client.get("/info/city", headers=signed_in)).status_code == 200


async def test_a_copy_of_the_parties_that_is_too_old_is_503_and_never_a_guess(
    client, signed_in, clock
):
    clock.forward(6)
    answer = await client.get(PATH, headers=signed_in)
    assert answer.status_code == 503
    assert "retry-after" in answer.headers


async def test_a_code_that_is_no_number_is_422(client, signed_in):
    answer = await client.get("/sps/abc/brands", headers=signed_in)
    assert (answer.status_code, codes(answer)) == (422, ["H190"])


@pytest.fixture
async def caller(signed_in, authority) -> Caller:
    found = await authority.authenticate(signed_in["authorization"])
    assert found is not None
    return found


async def test_a_brand_of_the_callers_own_is_permitted(authority, caller, given, directory):
    await given.brand()
    await directory.refresh()
    permit = authority.permit(caller, Right.WRITE, IYS_CODE, BRAND_CODE)
    assert (permit.caller, permit.right) == (caller, Right.WRITE)
    assert (permit.iys_code, permit.brand_code, permit.held) == (IYS_CODE, BRAND_CODE, None)


@pytest.mark.parametrize("brand_code", [OTHER_BRAND_CODE, 99999999])
@pytest.mark.parametrize("right", [Right.READ, Right.WRITE])
async def test_a_brand_that_is_not_the_callers_is_refused_whether_it_exists_or_not(
    authority, caller, given, directory, brand_code, right
):
    await given.provider(OTHER_IYS_CODE)
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE)
    await directory.refresh()
    with pytest.raises(RefusalError) as caught:
        authority.permit(caller, right, IYS_CODE, brand_code)
    (refused,) = caught.value.refused
    assert (refused.code, refused.facts) == ("H353", (("field", "brandCode"),))


async def test_a_brand_that_moved_away_is_no_longer_the_callers(
    authority, caller, given, directory, operator_database
):
    await given.provider(OTHER_IYS_CODE)
    await given.brand()
    await directory.refresh()
    authority.permit(caller, Right.READ, IYS_CODE, BRAND_CODE)
    await transfer_brand(operator_database, BRAND_CODE, OTHER_IYS_CODE, by=OPERATOR)
    await directory.refresh()
    with pytest.raises(RefusalError):
        authority.permit(caller, Right.READ, IYS_CODE, BRAND_CODE)


@pytest.mark.parametrize(
    ("facts", "code"),
    [({"subscription": Subscription.PAUSED}, "H520"), ({"has_api": False}, "H586")],
)
async def test_a_paused_subscription_is_held_against_a_call_and_not_raised(
    authority, caller, given, directory, facts, code
):
    await given.provider(**facts)
    await given.brand()
    await directory.refresh()
    permit = authority.permit(caller, Right.WRITE, IYS_CODE, BRAND_CODE)
    assert permit.held is not None
    assert permit.held.code == code


async def test_a_call_without_codes_is_about_the_callers_own_subscription(
    authority, caller, given, directory
):
    assert authority.permit(caller, Right.READ, None, None).iys_code == IYS_CODE
    await given.provider(subscription=Subscription.CLOSED)
    await directory.refresh()
    with pytest.raises(RefusalError):
        authority.permit(caller, Right.READ, None, None)
