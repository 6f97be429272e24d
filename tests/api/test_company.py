"""A company from its application to its closing, and what the doors say of it in each state."""

import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from builders.companies import a_signatory, an_application
from builders.door import codes
from builders.heart import until
from builders.house import BRAND, LONG_AGO, a_row, ago
from builders.parties import BRAND_CODE, IYS_CODE, OPERATOR, PASSWORD

from izin.application import store
from izin.application.agreement import publish
from izin.application.apply import apply
from izin.application.handle import accept, activate, move
from izin.application.intake import parse_application
from izin.application.model import ApplicationState
from izin.core.clock import utc_now
from izin.core.codes import IysCode
from izin.core.errors import RefusalError
from izin.provider.manage import set_activation, set_state
from izin.provider.model import ProviderState

STATE = ApplicationState
PHONE = "+905990000031"


def refused(code: str):
    return pytest.raises(RefusalError, match=code)


class Desk:
    """The registry's people at work, and a company that applies."""

    def __init__(self, web, operator, keyring) -> None:
        self.web = web
        self.operator = operator
        self.keyring = keyring

    async def applied(self, number: int = 1, **fields) -> UUID:
        entry = parse_application(an_application(number, **fields), sandbox=True)
        return await apply(self.web, self.keyring, entry, now=utc_now(), by=OPERATOR)

    async def moved(self, id_: UUID, *states: ApplicationState) -> None:
        for state in states:
            await move(self.operator, id_, state, note="", by=OPERATOR)

    async def ready(self, number: int = 1, **fields) -> UUID:
        """An application that waits for signatures."""
        id_ = await self.applied(number, **fields)
        await self.moved(id_, STATE.SUBMITTED, STATE.DOCUMENT_CHECK, STATE.SIGNATURE_PENDING)
        return id_

    async def published(self) -> int:
        return await publish(self.operator, "Sözleşme", "Agreement", by=OPERATOR)

    async def accepted(self, id_: UUID, place: int = 1) -> int:
        return await accept(self.operator, id_, place, by=OPERATOR)

    async def active(self, id_: UUID) -> IysCode:
        return await activate(self.operator, id_, activated_at=None, now=utc_now(), by=OPERATOR)

    async def state(self, state: ProviderState, code: int = IYS_CODE) -> None:
        await set_state(self.operator, IysCode(code), state, by=OPERATOR)


@pytest.fixture
def desk(database, operator_database, keyring) -> Desk:
    return Desk(database, operator_database, keyring)


@pytest.fixture
def staff(database, operator_database, house) -> Desk:
    """The same beside a door, with its keys."""
    return Desk(database, operator_database, house.parts.keyring)


async def test_a_company_is_taken_on_step_by_step(desk, owner):
    await desk.published()
    id_ = await desk.ready()
    assert await desk.accepted(id_) == 1
    code = await desk.active(id_)
    row = await owner.fetchrow("select * from provider where iys_code = $1", code)
    assert (row["title"], row["state"], row["kind"]) == ("Kurgu Sanayi 1 A.Ş.", "ACTIVE", "TACIR")
    brand = await owner.fetchrow("select * from brand where iys_code = $1", code)
    assert (brand["name"], brand["is_master"]) == ("Kurgu 1", True)
    told = await owner.fetch(
        "select action, facts, principal, happened_at from audit_event where subject = $1 "
        "order by audit_id",
        str(id_),
    )
    steps = [json.loads(row["facts"]).get("to", row["action"]) for row in told]
    assert steps == [
        "application.made",
        "SUBMITTED",
        "DOCUMENT_CHECK",
        "SIGNATURE_PENDING",
        "application.accepted",
        "ACTIVE",
    ]
    assert {row["principal"] for row in told} == {OPERATOR.name}


async def test_a_company_begins_with_what_every_company_has(desk, owner):
    await desk.published()
    id_ = await desk.ready()
    await desk.accepted(id_)
    code = await desk.active(id_)
    row = await owner.fetchrow("select * from subscription where iys_code = $1", code)
    assert (row["package"], row["level"], row["state"]) == ("TEMEL", 0, "ACTIVE")
    assert row["may_exceed"] is True


async def test_a_note_keeps_no_address(desk, owner):
    id_ = await desk.applied()
    note = "ayse@posta.example aradı, +90 599 000 00 31"
    await move(desk.operator, id_, STATE.SUBMITTED, note=note, by=OPERATOR)
    told = await owner.fetchval("select facts from audit_event where facts::text like '%aradı%'")
    assert json.loads(told)["note"] == "[e-mail] aradı, [phone]"


ORDER = [STATE.SUBMITTED, STATE.DOCUMENT_CHECK, STATE.SIGNATURE_PENDING]


@pytest.mark.parametrize("done", range(4))
async def test_no_step_is_skipped(desk, done):
    id_ = await desk.applied()
    await desk.published()
    await desk.moved(id_, *ORDER[:done])
    following = {*ORDER[done : done + 1], *([STATE.DRAFT] if done >= 2 else [])}
    for state in {STATE.DRAFT, *ORDER} - following:
        with refused("IZ028"):
            await desk.moved(id_, state)
    if done < 3:
        for step in (desk.accepted(id_), desk.active(id_)):
            with refused("IZ028"):
                await step


async def test_what_goes_back_has_to_be_accepted_anew(desk):
    await desk.published()
    id_ = await desk.ready()
    await desk.accepted(id_)
    await desk.moved(id_, STATE.DRAFT, *ORDER)
    with refused("IZ031"):
        await desk.active(id_)


async def test_a_joint_signature_is_of_all(desk):
    await desk.published()
    two = [a_signatory(1), a_signatory(2)]
    joint = await desk.ready(1, isJointSignature=True, signatories=two)
    either = await desk.ready(2, signatories=two)
    for id_ in (joint, either):
        await desk.accepted(id_, 2)
    with refused("IZ031"):
        await desk.active(joint)
    await desk.accepted(joint, 1)
    for id_ in (joint, either):
        assert await desk.active(id_)


async def test_a_newer_agreement_has_to_be_accepted_by_who_begins_later(desk):
    with refused("IZ029"):
        await desk.accepted(await desk.ready())
    await desk.published()
    id_ = await desk.ready(2)
    await desk.accepted(id_)
    assert await desk.published() == 2
    with refused("IZ031"):
        await desk.active(id_)
    assert await desk.accepted(id_) == 2
    await desk.active(id_)
    with refused("IZ030"):
        await desk.accepted(await desk.ready(3), 2)


async def test_a_company_is_registered_once_until_it_is_closed(desk):
    await desk.published()
    first, second = await desk.ready(), await desk.ready(brandName="Başka")
    for id_ in (first, second):
        await desk.accepted(id_)
    code = await desk.active(first)
    with refused("IZ026"):
        await desk.active(second)
    for fields in ({"mersis": an_application(9)["mersis"]}, {"tin": an_application(9)["tin"]}):
        with refused("IZ026"):
            await desk.applied(1, **fields)
    await desk.state(ProviderState.CLOSED, code)
    assert await desk.active(second)


async def test_no_company_takes_another_s_code(desk, given, monkeypatch):
    await desk.published()
    drawn = iter([IYS_CODE - 100_000, 5, 7])
    monkeypatch.setattr("izin.application.handle.secrets.randbelow", lambda _: next(drawn))
    await given.provider()
    id_ = await desk.ready()
    await desk.accepted(id_)
    assert await desk.active(id_) == 100_005


async def test_an_application_that_is_not_there_is_said(desk):
    for step in (desk.moved(uuid4(), STATE.SUBMITTED), desk.active(uuid4())):
        with refused("IZ027"):
            await step


async def test_a_published_agreement_is_never_changed(desk, operator_database, owner):
    await desk.published()
    async with operator_database.connection() as connection:
        for change in ("update agreement set text_tr = 'x'", "delete from agreement"):
            with pytest.raises(Exception, match="permission denied"):
                await connection.execute(change)
        [agreement] = await store.agreements(connection)
    assert agreement.text_tr == "Sözleşme"


async def test_nobody_s_number_stands_in_the_database(desk, owner):
    await desk.published()
    id_ = await desk.ready(kind="ESNAF", mersis=None, tin=a_signatory(1)["tckn"])
    await desk.accepted(id_)
    await desk.active(id_)
    for table in ("application", "signatory", "provider", "audit_event"):
        for row in await owner.fetch(f"select t::text as row from {table} as t"):
            for word in (*a_signatory(1).values(), an_application()["email"]):
                assert word.encode().hex() not in row["row"]
                assert word not in row["row"].replace("Kurgu", "")


async def test_a_company_sees_its_own_people_and_nobody_else_does(house, staff, given, ours):
    own = await ours.get("/x/company")
    assert own.status_code == 200
    assert "signatories" not in own.json()
    await staff.published()
    two = [a_signatory(1), a_signatory(2)]
    id_ = await staff.ready(signatories=two)
    await staff.accepted(id_)
    code = await staff.active(id_)
    await given.api_user("api@yeni.example", of=code)

    async def is_known() -> bool:
        async with await house.sign_in("api@yeni.example", PASSWORD) as client:
            return (await client.get("/x/company")).status_code == 200

    await until(is_known)
    async with await house.sign_in("api@yeni.example", PASSWORD) as client:
        shown = (await client.get("/x/company")).json()
    assert (shown["iysCode"], shown["state"], shown["kind"]) == (code, "ACTIVE", "TACIR")
    assert shown["tin"] == an_application()["tin"]
    first, second = shown["signatories"]
    assert first.pop("agreementVersion") == 1
    assert first.pop("acceptedAt")
    assert [first, second] == two
    assert (await ours.get("/x/company")).json() == own.json()


# what the doors say of a company that is not active


async def until_answered(ours, code: str | None) -> None:
    async def is_so() -> bool:
        answer = await ours.get(f"/sps/{IYS_CODE}/brands")
        said = codes(answer) if answer.status_code >= 400 else [None]
        return said == [code]

    await until(is_so)


async def test_a_suspended_company_may_refuse_and_do_nothing_else(ours, staff):
    row = a_row(recipient=PHONE, consentDate=ago(hours=3))
    assert (await ours.post(f"{BRAND}/consents", json=row)).status_code == 200
    await staff.state(ProviderState.SUSPENDED)
    await until_answered(ours, "H520")
    asked = {"recipients": [PHONE], "type": "MESAJ"}
    for answer in (
        await ours.post(f"{BRAND}/consents", json=a_row(recipient=PHONE)),
        await ours.post(f"/x/brands/{BRAND_CODE}/ask", json=asked),
    ):
        assert (answer.status_code, codes(answer)) == (403, ["H520"])
    assert (await ours.get("/x/company")).status_code == 200
    refusal = a_row(recipient=PHONE, status="RET", consentDate=ago(hours=1))
    assert (await ours.post(f"{BRAND}/consents", json=refusal)).status_code == 200
    await staff.state(ProviderState.ACTIVE)
    await until_answered(ours, None)


async def test_nothing_of_a_closed_company_passes(ours, staff):
    await staff.state(ProviderState.CLOSED)
    await until_answered(ours, "H521")
    refusal = a_row(recipient=PHONE, status="RET")
    assert codes(await ours.post(f"{BRAND}/consents", json=refusal)) == ["H521"]
    for state in ProviderState:
        with refused("IZ028"):
            await staff.state(state)


async def test_the_activation_date_ends_the_loading_of_old_consents(house, ours, staff):
    old = a_row(recipient=PHONE, consentDate=ago(days=90))
    assert codes(await ours.post(f"{BRAND}/consents", json=old)) == ["H467"]
    later = utc_now() + timedelta(days=30)
    await set_activation(staff.operator, IYS_CODE, later, by=OPERATOR)

    async def is_loading() -> bool:
        return (await ours.post(f"{BRAND}/consents", json=old)).status_code == 200

    await until(is_loading)
    await set_activation(staff.operator, IYS_CODE, LONG_AGO, by=OPERATOR)
    with refused("H001"):
        await set_activation(staff.operator, IysCode(99999999), LONG_AGO, by=OPERATOR)
    with refused("H001"):
        await staff.state(ProviderState.CLOSED, 99999999)
