"""Inputs of one call at once, as a platform sends them that asks again: one moves the call."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import msgspec
import pytest
from builders.heart import a_key, a_proposal, until
from builders.parties import BRAND_CODE
from builders.voice import FIXED, LINE, SECRET, Caller

from izin.core.address import Address, AddressKind
from izin.core.errors import UnavailableError
from izin.core.terms import Channel
from izin.wiring.agent import open_agents
from izin.wiring.settings import Settings

AT_ONCE = 3
ROUNDS = 3
_WAITING = (
    "select count(*) from pg_stat_activity"
    " where wait_event_type = 'Lock' and datname = current_database()"
)


@pytest.fixture
async def app(fresh_database, tmp_path, root, given, heart) -> AsyncIterator:
    """Consents to calls of a mobile and of a fixed line, and the call centre over them."""
    (tmp_path / "ivr-secret").write_text(SECRET)
    settings = Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        ivr_secret_file=tmp_path / "ivr-secret",
    )
    await given.provider()
    await given.brand()
    await heart.record(*(a_proposal(key=each) for each in KEYS.values()))
    await heart.number_and_project()
    async with open_agents(settings) as opened_app:
        yield opened_app


KEYS = {
    LINE: a_key(1, channel=Channel.ARAMA),
    FIXED: msgspec.structs.replace(
        a_key(1, channel=Channel.ARAMA), address=Address("+902120000001", AddressKind.PHONE)
    ),
}


@pytest.fixture
def at_once(caller, owner) -> Callable[..., Awaitable[list]]:
    """Has inputs come so that all of them have read the call before one moves it."""

    async def are_waiting() -> bool:
        await owner.execute("select pg_stat_clear_snapshot()")
        return bool(await owner.fetchval(_WAITING) == AT_ONCE)

    async def of(path: str, body: dict) -> list:
        async with owner.transaction():
            await owner.execute("select from support_call for update")
            every = [
                asyncio.create_task(caller.client.post(path, json=body)) for _ in range(AT_ONCE)
            ]
            await until(are_waiting)
        return list(await asyncio.gather(*every))

    return of


async def to_confirm(caller: Caller, line: str, which: str) -> dict:
    """Bring a call of a line to where one brand, or all, are refused by 1."""
    if line == FIXED:
        await caller.call(line)
        await caller.key("1")
    else:
        await caller.come_in(line)
    await caller.key(*((which,) if which == "2" else (which, str(BRAND_CODE))))
    assert "CONFIRM" in caller.said["step"]
    return caller.said


def receipt_in(said: dict) -> str:
    text = " ".join(each["text"] for each in said["say"])
    assert "hiçbir şey değişmedi" not in text
    return text.split("Belge numaranız: ")[1].split(".")[0]


@pytest.mark.parametrize("which", ["1", "2"], ids=["brand", "all"])
@pytest.mark.parametrize("line", [LINE, FIXED], ids=["mobile", "fixed"])
async def test_of_three_refusals_at_once_one_is_made_and_all_hear_its_receipt(
    caller, owner, heart, at_once, line, which
):
    for round_ in range(1, ROUNDS + 1):
        said = await to_confirm(caller, line, which)
        path = f"/ivr/calls/{said['call']}/input"
        body = {"digits": "1"} | ({} if round_ == 1 else {"turn": said["turn"]})
        answers = await at_once(path, body)
        statuses = sorted(each.status_code for each in answers)
        if "turn" in body:
            assert statuses == [200] * AT_ONCE
        else:
            assert statuses == [200, 409, 409]
        told = {receipt_in(each.json()) for each in answers if each.status_code == 200}
        await caller.key("")
        assert {receipt_in(caller.said)} == told, "an answer that was lost is said again"
        assert await owner.fetchval("select count(*) from receipt_number") == round_
        changed = "select count(*) from audit_event where action = 'call.changed'"
        assert await owner.fetchval(changed) == round_
        await heart.number_and_project()
        await heart.record(a_proposal(key=KEYS[line], ago=timedelta()))
        await heart.number_and_project()


async def test_of_right_codes_at_once_one_is_used_and_all_are_in(caller, owner, at_once):
    await caller.call()
    await caller.key("1")
    body = {"digits": await caller.code(), "turn": caller.said["turn"]}
    answers = await at_once(f"/ivr/calls/{caller.said['call']}/input", body)
    assert [each.json()["step"] for each in answers] == ["MAIN"] * AT_ONCE


async def test_an_input_that_comes_late_moves_nothing(caller, owner):
    said = await to_confirm(caller, FIXED, "2")
    path = f"/ivr/calls/{said['call']}/input"
    late = {"digits": "1", "turn": said["turn"]}
    first = await caller.post(path, late)
    assert await caller.post(path, late) == first
    assert first["step"] == "LINE_RECEIPT"
    for turn in (0, 99):
        assert await caller.post(path, {"digits": "1", "turn": turn}) == first
    await caller.post(path, {"digits": "1", "turn": "x"}, 422)
    assert await caller.post(path, {"digits": "", "turn": first["turn"]}) == first
    assert await owner.fetchval("select count(*) from receipt_number") == 1


@pytest.mark.parametrize(
    ("line", "last"), [(LINE, "shown_pages"), (FIXED, "tell_of_change")], ids=["mobile", "fixed"]
)
async def test_a_crash_loses_no_receipt_and_no_refusal(caller, owner, monkeypatch, line, last):
    said = await to_confirm(caller, line, "2")
    path = f"/ivr/calls/{said['call']}/input"

    def gone(*_: object) -> None:
        raise UnavailableError("gone")

    with monkeypatch.context() as before:  # nothing is committed: nothing is refused
        before.setattr("izin.callcentre.store.go_on", gone)
        await caller.post(path, {"digits": "1", "turn": said["turn"]}, 503)
    assert await owner.fetchval("select count(*) from receipt_number") == 0
    with monkeypatch.context() as after:  # it is committed, and no answer comes
        after.setattr(f"izin.callcentre.voice.{last}", gone)
        await caller.post(path, {"digits": "1", "turn": said["turn"]}, 503)
    again = await caller.post(path, {"digits": "1", "turn": said["turn"]})
    assert await caller.post(path, {"digits": ""}) == again
    assert receipt_in(again)
    assert await owner.fetchval("select count(*) from receipt_number") == 1
