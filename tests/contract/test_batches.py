"""Batches: taken whole or not at all, worked through once whatever dies, shown for sixty days."""

from contextlib import asynccontextmanager
from typing import Any

import pytest
from builders.heart import until
from builders.house import a_row, ago
from builders.registry import IYS_CODES, SECOND_BRAND, Attempt, Registry, brand_path

from izin.wiring.keeper import timers
from izin.wiring.web import open_app

from .provocations import STATES, rows_of

REQUEST = brand_path() + "/consents/request"
PLENTY_S = 30
"""A bound for a condition on a busy machine; the work itself takes a fraction of a second."""


async def submit(
    registry: Registry, rows: list[dict[str, Any]], *, path: str = REQUEST, who: str = "ours"
) -> str:
    answer = await registry.send(Attempt(method="POST", path=path, body=rows, who=who))
    assert answer.status_code == 202, answer.text
    request_id: str = answer.json()["requestId"]
    return request_id


async def results(
    registry: Registry, request_id: str, *, path: str = REQUEST, who: str = "ours"
) -> list[dict[str, Any]]:
    answer = await registry.send(Attempt(method="GET", path=f"{path}/{request_id}", who=who))
    assert answer.status_code == 200, answer.text
    shown: list[dict[str, Any]] = answer.json()
    return shown


async def outcome(
    registry: Registry, request_id: str, *, path: str = REQUEST
) -> list[dict[str, Any]]:
    """The results once no row waits."""

    async def is_done() -> bool:
        shown = await results(registry, request_id, path=path)
        return "enqueue" not in statuses(shown)

    await until(is_done, seconds=PLENTY_S)
    return await results(registry, request_id, path=path)


def statuses(shown: list[dict[str, Any]]) -> list[str]:
    return [each["status"] for each in shown]


def some_rows(registry: Registry, count: int, **fields: Any) -> list[dict[str, Any]]:
    return [a_row(recipient=registry.phone(), **fields) for _ in range(count)]


async def events(registry: Registry) -> int:
    count: int = await registry.owner.fetchval("select count(*) from consent_event")
    return count


# whole or not at all -------------------------------------------------------------------------


async def test_a_thousand_rows_are_worked_through_at_once(registry):
    before = await events(registry)
    shown = await outcome(registry, await submit(registry, some_rows(registry, 1000)))
    assert statuses(shown) == ["success"] * 1000
    assert [each["index"] for each in shown] == list(range(1000))
    assert len({each["transactionId"] for each in shown}) == 1000
    assert await events(registry) == before + 1000


async def test_one_bad_row_refuses_the_list_and_nothing_is_kept(registry):
    before = await registry.content()
    good, late, blank, other = some_rows(registry, 4)
    late["consentDate"] = "2024-06-17 15:41:00"
    blank["consentDate"] += " "
    answer = await registry.send(
        Attempt(method="POST", path=REQUEST, body=[good, late, blank, other])
    )
    assert answer.status_code == 422
    assert [
        (each["index"], each["code"], each["location"], each["value"])
        for each in answer.json()["errors"]
    ] == [
        (1, "H467", ["consentDate"], late["consentDate"]),
        (2, "H158", ["consentDate"], blank["consentDate"]),
    ]
    assert await registry.content() == before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"status": "RET"}),
        ({"recipientType": None}, {"recipientType": "BIREYSEL"}),
        (
            {"type": "EPOSTA", "recipient": "Ayse@firma.example"},
            {"type": "EPOSTA", "recipient": "aYSE@FIRMA.example"},
        ),
    ],
    ids=["whatever the status", "a default is the same", "letters of an e-mail are folded"],
)
async def test_a_record_stands_once_in_a_list(registry, first, second):
    phone = registry.phone()
    rows = [a_row(**({"recipient": phone} | fields)) for fields in (first, second)]
    answer = await registry.send(Attempt(method="POST", path=REQUEST, body=rows))
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["code"], error["index"]) == ("H194", 1)


async def test_an_address_may_stand_in_a_list_once_for_each_of_its_records(registry):
    phone = registry.phone()
    rows = [
        a_row(recipient=phone, type=channel, recipientType=kind)
        for channel in ("MESAJ", "ARAMA")
        for kind in ("BIREYSEL", "TACIR")
    ]
    shown = await outcome(registry, await submit(registry, rows))
    assert statuses(shown) == ["success"] * 4


async def test_what_the_records_say_no_to_is_told_row_by_row(registry):
    """Each movement of an address goes in a list of its own, for a list holds a record once."""
    movements = {code: rows_of(code, registry) for code in STATES}
    refused: dict[str, str] = {}
    for step in range(max(map(len, movements.values()))):
        now = {code: rows[step] for code, rows in movements.items() if step < len(rows)}
        shown = await outcome(registry, await submit(registry, list(now.values())))
        for code, each in zip(now, shown, strict=True):
            is_last = step == len(movements[code]) - 1
            assert each["status"] == ("failure" if is_last else "success"), (code, each)
            if is_last:
                assert set(each["error"]) == {"code", "message"}
                refused[code] = each["error"]["code"]
    assert refused == {code: code for code in STATES}


# worked through once, whatever dies ---------------------------------------------------------------


async def test_a_batch_outlives_every_process_between_the_answer_and_the_work(registry):
    before = await events(registry)
    await registry.stop_keeper()
    request_id = await submit(registry, some_rows(registry, 20))
    assert statuses(await results(registry, request_id)) == ["enqueue"] * 20
    async with open_app(registry.settings) as app:
        restarted = Registry(app, registry.parts, registry.owner, registry.settings)
        assert statuses(await results(restarted, request_id)) == ["enqueue"] * 20
        assert await events(registry) == before
        await registry.start_keeper()
        assert statuses(await outcome(restarted, request_id)) == ["success"] * 20
    assert await events(registry) == before + 20


@asynccontextmanager
async def stuck_keeper(registry: Registry):
    """A keeper in the middle of a job: it waits for a table that somebody else holds."""
    transaction = registry.owner.transaction()
    await transaction.start()
    await registry.owner.execute("lock table consent_event in exclusive mode")

    async def is_stuck() -> bool:
        return bool(await waiting_backends(registry))

    try:
        yield is_stuck
    finally:
        await transaction.rollback()


async def waiting_backends(registry: Registry) -> list[int]:
    rows = await registry.owner.fetch(
        "select pid from pg_stat_activity where datname = current_database()"
        " and application_name = 'izin_keeper' and wait_event_type = 'Lock'"
    )
    return [row["pid"] for row in rows]


async def test_a_connection_cut_in_mid_work_leaves_no_row_twice(registry):
    before = await events(registry)
    rows = some_rows(registry, 30)
    async with stuck_keeper(registry) as is_stuck:
        request_id = await submit(registry, rows)
        await until(is_stuck)
        for pid in await waiting_backends(registry):
            await registry.owner.execute("select pg_terminate_backend($1)", pid)
    shown = await outcome(registry, request_id)
    assert statuses(shown) == ["success"] * 30
    assert await events(registry) == before + 30
    assert await registry.owner.fetchval("select count(*) from job") == 0
    assert len(await history(registry, rows[0]["recipient"])) == 1


async def test_a_keeper_killed_in_mid_work_is_followed_by_another(registry):
    before = await events(registry)
    async with stuck_keeper(registry) as is_stuck:
        request_id = await submit(registry, some_rows(registry, 30))
        await until(is_stuck)
        await registry.kill_keeper()
    assert statuses(await results(registry, request_id)) == ["enqueue"] * 30
    assert await events(registry) == before
    # the dead keeper's lease runs out
    await registry.owner.execute("update job set claimed_until = now()")
    await registry.start_keeper()
    assert statuses(await outcome(registry, request_id)) == ["success"] * 30
    assert await events(registry) == before + 30


async def history(registry: Registry, phone: str) -> list[dict[str, Any]]:
    asked = {"recipient": phone, "recipientType": "BIREYSEL", "type": "MESAJ"}
    answer = await registry.send(
        Attempt(method="POST", path=brand_path() + "/consents/history", body=asked)
    )
    listed: list[dict[str, Any]] = answer.json()["list"]
    return listed


# shown for sixty days, to whom it belongs --------------------------------------------------------


async def test_results_are_kept_for_sixty_days(registry):
    request_id = await submit(registry, some_rows(registry, 2))
    assert statuses(await outcome(registry, request_id)) == ["success"] * 2
    await _age(registry, request_id, "59 days 23 hours")
    assert statuses(await results(registry, request_id)) == ["success"] * 2
    await _forget_what_is_old(registry)
    assert statuses(await results(registry, request_id)) == ["success"] * 2
    await _age(registry, request_id, "60 days 1 second")
    assert await results(registry, request_id) == []
    await _forget_what_is_old(registry)
    assert not await registry.owner.fetchval(
        "select count(*) from batch where request_id = $1::text::uuid", request_id
    )


async def _age(registry: Registry, request_id: str, age: str) -> None:
    await registry.owner.execute(
        "update batch set created_at = now() - $2::text::interval"
        " where request_id = $1::text::uuid",
        *(request_id, age),
    )


async def _forget_what_is_old(registry: Registry) -> None:
    for timer in timers(registry.parts.database):
        await timer()


async def test_a_request_of_another_brand_shows_nothing(registry):
    request_id = await submit(registry, some_rows(registry, 1))
    assert await outcome(registry, request_id)
    theirs = brand_path("theirs") + "/consents/request"
    own_other = f"/sps/{IYS_CODES['ours']}/brands/{SECOND_BRAND}/consents/request"
    assert await results(registry, request_id, path=theirs, who="theirs") == []
    assert await results(registry, request_id, path=own_other) == []
    assert await results(registry, "5980a44b-06f3-43c2-9b1a-61b0c0b95f0a") == []
    assert await results(registry, "5980a44b06f333c25b1ah61bkceb95fa") == []


# what v2 adds -----------------------------------------------------------------------------------


async def test_v2_names_the_request_by_which_a_row_came_first(registry):
    rows = some_rows(registry, 2, consentDate=ago(hours=2))
    ids, shown = [], []
    for _ in range(3):
        ids.append(await submit(registry, rows, path="/v2" + REQUEST))
        shown.append(await outcome(registry, ids[-1], path="/v2" + REQUEST))
    assert len(set(ids)) == 3
    first, *repeats = shown
    assert all("originalRequestInformation" not in each for each in first)
    for repeated in repeats:
        for each, original in zip(repeated, first, strict=True):
            assert (each["status"], each["isAddConsentV2Service"]) == ("success", True)
            assert each["transactionId"] == original["transactionId"]
            assert each["creationDate"] == original["creationDate"]
            assert each["originalRequestInformation"] == {
                "requestId": ids[0],
                "subRequestId": original["subRequestId"],
            }
    assert len(await history(registry, rows[0]["recipient"])) == 1


async def test_v1_names_the_rule_where_v2_names_the_request(registry):
    rows = some_rows(registry, 1)
    assert statuses(await outcome(registry, await submit(registry, rows))) == ["success"]
    [again] = await outcome(registry, await submit(registry, rows))
    assert again["error"]["code"] == "H178"
    [by_v2] = await outcome(registry, await submit(registry, rows, path="/v2" + REQUEST))
    assert by_v2["status"] == "success"


async def test_a_row_that_came_alone_first_has_no_request_to_name(registry):
    [row] = some_rows(registry, 1)
    alone = Attempt(method="POST", path=f"/v2{brand_path()}/consents", body=row)
    receipt = (await registry.send(alone)).json()
    request_id = await submit(registry, [row], path="/v2" + REQUEST)
    [shown] = await outcome(registry, request_id, path="/v2" + REQUEST)
    assert shown["transactionId"] == receipt["transactionId"]
    assert "originalRequestInformation" not in shown


async def test_each_version_shows_the_other_ones_requests(registry):
    by_v1 = await submit(registry, some_rows(registry, 1))
    by_v2 = await submit(registry, some_rows(registry, 1), path="/v2" + REQUEST)
    [shown] = await outcome(registry, by_v1, path="/v2" + REQUEST)
    assert shown["isAddConsentV2Service"] is False
    [shown] = await outcome(registry, by_v2)
    assert "isAddConsentV2Service" not in shown
