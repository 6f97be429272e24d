"""A company learns nothing of what others know: three worlds, one script, the same bytes.

In the first world nobody knows the address; in the second another company has its consent; in the
third its owner refused that other company. Whatever our company asks or writes, the answers agree.
"""

import asyncio
import json
import re
from collections.abc import Coroutine
from itertools import count
from statistics import median
from time import perf_counter
from typing import Any

import httpx2
import pytest
from builders.heart import a_key, a_proposal, until
from builders.house import BRAND, OTHER_BRAND, House, a_row, ago
from builders.parties import BRAND_CODE, OTHER_BRAND_CODE, OTHER_IYS_CODE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from izin.consent.event import Actor
from izin.consent.model import Recorded
from izin.consent.record import OnRepeat, Recorder
from izin.core.terms import Channel, RecipientType, Source, Status

Dates = dict[int | None, str]
NUMBERS = count(1)
X = f"/x/brands/{BRAND_CODE}"
OWN_EACH_TIME = re.compile(
    r'"(transactionId|requestId|sub[rR]equestId|creationDate|changeDate|decidedAt|validUntil|since)":'
    r'"[^"]*"'
)
"""Random numbers, and the clock."""

WHERE = st.tuples(st.sampled_from(("MESAJ", "ARAMA")), st.sampled_from(tuple(RecipientType)))
ROW = st.fixed_dictionaries(
    {
        "where": WHERE,
        "status": st.sampled_from(("ONAY", "ONAY", "RET", "BELKI")),
        "source": st.sampled_from(("HS_WEB", "HS_KARAR", "IYS_WEB", None)),
        "minutes": st.sampled_from((1, 2, 2, 3, 90, -60, 99_999, None)),
    }
)
STEP = st.one_of(
    st.tuples(st.sampled_from(("add", "add", "add again", "batch")), ROW),
    st.tuples(st.sampled_from(("detail", "list", "history", "as of", "ask")), WHERE),
)
SCRIPTS = st.lists(STEP, min_size=2, max_size=8)


class World:
    """One address, and what our company hears when it plays a script about it."""

    def __init__(self, ours: httpx2.AsyncClient, number: int) -> None:
        self.ours = ours
        self.number = number
        self.address = f"+90599{number:07d}"

    async def play(self, script: list[Any], dates: Dates) -> list[str]:
        heard = [await self._step(name, what, dates) for name, what in script]
        return [*heard, await self._own_list()]

    async def _step(self, name: str, what: Any, dates: Dates) -> str:
        if isinstance(what, dict):
            return await self._write(name, self._row(what, dates))
        channel, kind = what
        asked = {"recipient": self.address, "type": channel, "recipientType": kind}
        many = {"recipients": [self.address]}
        path, body = {
            "detail": (f"{BRAND}/consents/status", asked),
            "list": (f"{BRAND}/consents/{kind}/status/{channel}", many),
            "history": (f"{BRAND}/consents/history", asked),
            "as of": (f"{X}/as-of", {**asked, "at": dates[2]}),
            "ask": (f"{X}/ask", {**many, "type": channel, "recipientType": kind}),
        }[name]
        return self._heard(await self.ours.post(path, json=body))

    def _row(self, what: dict[str, Any], dates: Dates) -> dict[str, Any]:
        channel, kind = what["where"]
        return a_row(
            self.number,
            type=channel,
            recipientType=kind,
            status=what["status"],
            source=what["source"],
            consentDate=dates.get(what["minutes"]),
        )

    async def _write(self, name: str, row: dict[str, Any]) -> str:
        if name != "batch":
            prefix = "/v2" if name == "add again" else ""
            return self._heard(await self.ours.post(f"{prefix}{BRAND}/consents", json=row))
        taken = await self.ours.post(f"{BRAND}/consents/request", json=[row])
        if taken.status_code != 202:
            return self._heard(taken)
        path = f"{BRAND}/consents/request/{taken.json()['requestId']}"

        async def is_done() -> bool:
            return (await self.ours.get(path)).json()[0]["status"] != "enqueue"

        await until(is_done)
        return self._heard(taken) + self._heard(await self.ours.get(path))

    async def _own_list(self) -> str:
        """What of this address stands in the brand's own list, in the order of the script."""
        listed: list[str] = []
        after: dict[str, str] = {}
        while True:
            page = (await self.ours.get(f"{X}/consents", params=after)).json()
            own = [each for each in page["list"] if each["recipient"] == self.address]
            listed += [self._plain(json.dumps(each, separators=(",", ":"))) for each in own]
            if "after" not in page:
                return "\n".join(sorted(listed))
            after = {"after": page["after"]}

    def _heard(self, answer: httpx2.Response) -> str:
        headers = sorted(answer.headers.multi_items())
        return f"{answer.status_code} {headers} {self._plain(answer.text)}"

    def _plain(self, text: str) -> str:
        return OWN_EACH_TIME.sub(r'"\1":""', text).replace(self.address, "ADDRESS")


class Elsewhere:
    """The other company's dealings with an address, through its own door and the citizen's."""

    def __init__(self, house: House, theirs: httpx2.AsyncClient) -> None:
        self._house = house
        self._theirs = theirs
        self._recorder = Recorder(house.parts.keyring)

    async def consents(self, number: int) -> None:
        for channel in ("MESAJ", "ARAMA"):
            for kind in RecipientType:
                row = a_row(number, type=channel, recipientType=kind, consentDate=ago(minutes=30))
                answer = await self._theirs.post(f"{OTHER_BRAND}/consents", json=row)
                assert answer.status_code == 200, answer.text

    async def is_refused(self, number: int) -> None:
        await self.consents(number)
        refusals = [
            a_proposal(
                key=a_key(
                    number,
                    iys_code=OTHER_IYS_CODE,
                    brand_code=OTHER_BRAND_CODE,
                    channel=channel,
                    recipient_type=kind,
                ),
                status=Status.RET,
                source=Source.IYS_WEB,
                consented_at=None,
            )
            for channel in (Channel.MESAJ, Channel.ARAMA)
            for kind in RecipientType
        ]
        async with self._house.parts.database.connection() as connection:
            verdicts = await self._recorder.record(
                connection, refusals, actor=Actor.CITIZEN, on_repeat=OnRepeat.BY_RULES
            )
        assert {type(each) for each in verdicts} == {Recorded}


@pytest.fixture
def elsewhere(house, theirs) -> Elsewhere:
    return Elsewhere(house, theirs)


async def three_worlds(ours: httpx2.AsyncClient, elsewhere: Elsewhere) -> tuple[World, ...]:
    worlds = tuple(World(ours, next(NUMBERS)) for _ in range(3))
    await elsewhere.consents(worlds[1].number)
    await elsewhere.is_refused(worlds[2].number)
    return worlds


async def play_scripts(ours: httpx2.AsyncClient, elsewhere: Elsewhere, scripts: int) -> None:
    """Play so many scripts, each in three worlds of its own, and hold the answers together."""
    loop = asyncio.get_running_loop()

    def wait(coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)

    @settings(max_examples=scripts, suppress_health_check=list(HealthCheck))
    @given(SCRIPTS)
    def play(script: list[Any]) -> None:
        dates: Dates = {n: ago(minutes=n) for n in (1, 2, 3, 90, -60, 99_999)}
        unknown, known, refused = [
            wait(world.play(script, dates)) for world in wait(three_worlds(ours, elsewhere))
        ]
        assert known == unknown
        assert refused == unknown

    await asyncio.to_thread(play)


async def test_what_others_know_of_an_address_changes_no_answer(ours, elsewhere):
    await play_scripts(ours, elsewhere, 30)


@pytest.mark.drill
async def test_what_others_know_changes_no_answer_in_a_thousand_scripts(ours, elsewhere):
    await play_scripts(ours, elsewhere, 1000)


async def test_the_other_companys_own_answers_do_tell_its_worlds_apart(ours, theirs, elsewhere):
    """So the worlds are different ones, and the comparison above compares something."""
    answers = set()
    for world in await three_worlds(ours, elsewhere):
        asked = {"recipient": world.address, "type": "MESAJ", "recipientType": "BIREYSEL"}
        answer = await theirs.post(f"{OTHER_BRAND}/consents/status", json=asked)
        answers.add(answer.json().get("status"))
    assert answers == {None, "ONAY", "RET"}


@pytest.mark.drill
async def test_what_others_know_of_an_address_changes_no_answers_time(ours, elsewhere):
    worlds = await three_worlds(ours, elsewhere)
    times: list[list[float]] = [[], [], []]
    dates: Dates = {2: ago(minutes=2)}
    for _ in range(2000):
        for world, taken in zip(worlds, times, strict=True):
            began = perf_counter()
            await world._step("detail", ("MESAJ", "BIREYSEL"), dates)
            taken.append(perf_counter() - began)
    medians = [median(each) for each in times]
    assert max(medians) - min(medians) < 0.001
