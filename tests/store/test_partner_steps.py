"""A partner goes from application to revocation; each step asks for what has to be shown."""

from datetime import date, timedelta

import pytest
from builders.parties import OPERATOR, PARTNER_CODE

from izin.core.errors import RefusalError
from izin.partner.manage import Evidence, enter, move, put_evidence
from izin.partner.model import NEXT, Partner, PartnerKind, PartnerState

STATE = PartnerState
TODAY = date(2026, 11, 25)
NEEDED = {
    STATE.AUTHORISED: Evidence(authorisation="TB-2026/17"),
    STATE.CONTRACTED: Evidence(contracted_on=TODAY),
    STATE.LIVE: Evidence(
        fee_paid_on=TODAY, iso22301_until=TODAY, iso27001_until=TODAY + timedelta(days=9)
    ),
}
WAY = [STATE.MINISTRY_REVIEW, STATE.AUTHORISED, STATE.CONTRACTED, STATE.LIVE]


def refused(code: str):
    return pytest.raises(RefusalError, match=code)


async def to(database, state: PartnerState, today: date = TODAY) -> None:
    await move(database, PARTNER_CODE, state, today=today, by=OPERATOR)


async def applied(database) -> None:
    partner = Partner(partner_code=PARTNER_CODE, title="Ortak A.Ş.", kind=PartnerKind.CRM)
    await enter(database, partner, by=OPERATOR)


async def test_it_becomes_live_when_all_is_shown(operator_database, owner):
    await applied(operator_database)
    for state in WAY:
        if state in NEEDED:
            with refused("IZ034"):
                await to(operator_database, state)
            await put_evidence(operator_database, PARTNER_CODE, NEEDED[state], by=OPERATOR)
        await to(operator_database, state)
    row = await owner.fetchrow("select * from partner")
    assert (row["state"], row["authorisation"]) == ("LIVE", "TB-2026/17")
    told = await owner.fetchval("select count(*) from audit_event where action = 'partner.put'")
    assert told == 8


@pytest.mark.parametrize("run_out", ["iso22301_until", "iso27001_until"])
async def test_with_a_certificate_that_has_run_out_it_does_not(operator_database, run_out):
    await applied(operator_database)
    for shown in NEEDED.values():
        await put_evidence(operator_database, PARTNER_CODE, shown, by=OPERATOR)
    old = Evidence(**{run_out: TODAY - timedelta(days=1)})
    await put_evidence(operator_database, PARTNER_CODE, old, by=OPERATOR)
    for state in WAY[:-1]:
        await to(operator_database, state)
    with refused("IZ034"):
        await to(operator_database, STATE.LIVE)


@pytest.mark.parametrize(
    ("field", "state"), [("contracted_on", STATE.CONTRACTED), ("fee_paid_on", STATE.LIVE)]
)
async def test_what_is_still_to_come_is_not_there(operator_database, field, state):
    await applied(operator_database)
    for shown in NEEDED.values():
        await put_evidence(operator_database, PARTNER_CODE, shown, by=OPERATOR)
    coming = Evidence(
        **{field: TODAY + timedelta(days=1)}, iso22301_until=TODAY + timedelta(days=9)
    )
    await put_evidence(operator_database, PARTNER_CODE, coming, by=OPERATOR)
    for step in WAY[: WAY.index(state)]:
        await to(operator_database, step)
    with refused("IZ034"):
        await to(operator_database, state)
    await to(operator_database, state, TODAY + timedelta(days=1))


@pytest.mark.parametrize("state", PartnerState)
async def test_no_step_is_skipped(operator_database, owner, state):
    await applied(operator_database)
    for shown in NEEDED.values():
        await put_evidence(operator_database, PARTNER_CODE, shown, by=OPERATOR)
    for other in PartnerState:
        await owner.execute("update partner set state = $1", state.value)
        if other in NEXT[state]:
            await to(operator_database, other)
        else:
            with refused("IZ028"):
                await to(operator_database, other)


async def test_who_is_not_there_or_there_already_is_said(operator_database):
    with refused("IZ033"):
        await to(operator_database, STATE.REVOKED)
    await applied(operator_database)
    with refused("IZ032"):
        await applied(operator_database)
