"""Every code that an operation documents is provoked over HTTP, or said to be out of reach."""

import asyncio
import re
from contextlib import asynccontextmanager

import msgspec
import pytest
from builders.heart import until
from builders.registry import IYS_CODES, NOBODY, PARTNER, Attempt, Registry, open_registry

from izin.admission.lanes import Lane
from izin.admission.limits import documented
from izin.api.openapi import error_codes
from izin.api.operation import BodyKind
from izin.i18n import catalogue
from izin.i18n.catalogue import Language
from izin.wiring.settings import Profile
from izin.wiring.web import open_app

from .envelopes import PASS, all_called, called, looks, read
from .official import COLLECTION, FRAME, OPERATIONS, assert_like_the_examples, documented_errors
from .provocations import (
    ELSEWHERE,
    NOT_HERE,
    PROVOKED,
    TABLE,
    UNREACHABLE,
    attempts,
    changed,
    good,
)

_PLACE = re.compile(r"\\\{\w+\\\}")


def official(name: str) -> set[str]:
    """Codes of the official examples; OAuth's own words are no codes."""
    return {code for _, code, _ in documented_errors(name) if code.isupper()}


def statuses(name: str, code: str) -> set[int]:
    """With which statuses a code may be answered: the official ones, else the catalogue's."""
    shown = called(TABLE[name], code)
    found = {status for status, each, _ in documented_errors(name) if each == shown}
    return found or {looks(TABLE[name], code).status}


def ours(name: str) -> set[str]:
    return set(error_codes(TABLE[name]))


def reached(name: str) -> set[str]:
    return {code for each, code in PROVOKED if each == name} | (set(ELSEWHERE) & ours(name))


def assert_said(answer, name: str, code: str, language: Language) -> None:
    """Status, shape, the words of the catalogue, and no code that is not documented."""
    assert answer.status_code in statuses(name, code), answer.text
    assert answer.headers["content-type"] == "application/json"
    errors, shown = read(answer.json()), called(TABLE[name], code)
    assert {each.code for each in errors} <= all_called(TABLE[name], ours(name))
    found = [each for each in errors if each.code == shown]
    assert found, answer.text
    drawn = shown, [each.keys for each in found], {each.shape for each in found}
    assert_like_the_examples(name, answer.status_code, answer.json(), drawn)
    words = catalogue.codes()[shown.rpartition(" ")[2]].sentence(language)
    assert re.fullmatch(_PLACE.sub(".+", re.escape(words)), found[0].message), found[0].message


# the lists are whole ----------------------------------------------------------------------


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_documented_code_is_provoked_or_out_of_reach(name):
    left_out = {code for each, code in NOT_HERE if each == name}
    assert not left_out & reached(name)
    assert ours(name) <= reached(name) | left_out
    assert official(name) <= all_called(TABLE[name], reached(name)) | set(UNREACHABLE) | left_out


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_provoked_that_our_document_does_not_show(name):
    assert reached(name) <= ours(name)


@pytest.mark.parametrize("name", OPERATIONS)
def test_our_document_shows_nothing_that_is_out_of_reach(name):
    assert not ours(name) & set(UNREACHABLE)


@pytest.mark.parametrize("name", sorted(FRAME))
def test_every_documented_status_of_a_frame_is_answered(name):
    answered = {status for code in ours(name) for status in statuses(name, code)}
    assert {int(each) for each in OPERATIONS[name]["answers"]} - {200} <= answered


def test_each_code_has_one_place():
    provoked = {code for _, code in PROVOKED}
    assert not provoked & set(ELSEWHERE)
    assert not provoked & set(UNREACHABLE)
    assert not set(ELSEWHERE) & set(UNREACHABLE)


# every code, in both languages ---------------------------------------------------------------


@pytest.mark.parametrize(("name", "code"), PROVOKED, ids=lambda each: each)
async def test_a_code_is_answered_in_the_callers_language(registry, name, code):
    *before, refused = await attempts(PROVOKED[name, code], registry)
    for attempt in before:
        assert (await registry.send(attempt)).is_success
    turkish = await registry.send(refused)
    english = await registry.send(refused, language="en-GB, tr;q=0.5")
    assert_said(turkish, name, code, Language.TR)
    assert_said(english, name, code, Language.EN)
    assert turkish.json() != english.json()


@pytest.mark.parametrize("who", ["paused", "expired", "without api"])
@pytest.mark.parametrize("name", ["addConsent", "addConsentV2"])
async def test_a_held_subscription_never_stops_a_refusal(registry, name, who):
    base = good(name, registry, who)
    answer = await registry.send(changed(base, body=base.body | {"status": "RET"}))
    assert [each["code"] for each in answer.json()["errors"]] == ["H175"]


@pytest.mark.parametrize("who", ["paused", "expired", "without api"])
@pytest.mark.parametrize("name", ["addBatchConsent", "addBatchConsentV2"])
async def test_a_held_subscription_never_stops_a_batch_of_refusals(registry, name, who):
    base = good(name, registry, who)
    refusals = [row | {"status": "RET"} for row in base.body]
    assert (await registry.send(changed(base, body=refusals))).status_code == 202
    mixed = await registry.send(changed(base, body=refusals + good(name, registry, who).body))
    assert mixed.status_code == 202
    result = f"{base.path}/{mixed.json()['requestId']}"
    shown = await registry.send(Attempt(method="GET", path=result, who=who))
    assert (shown.status_code, len(shown.json())) == (200, 2)


@pytest.mark.parametrize("name", ["addConsent", "addBatchConsent"])
async def test_the_first_stage_that_fails_answers(registry, name):
    """One request with every fault, mended one by one."""
    whole = good(name, registry)
    [row] = whole.body if isinstance(whole.body, list) else [whole.body]
    stranger = changed(whole, path=good(name, registry, "theirs").path)

    def with_row(attempt: Attempt, **fields: object) -> Attempt:
        mended = row | {"status": "RET"} | fields
        return changed(attempt, body=[mended] if isinstance(whole.body, list) else mended)

    huge = {"content-length": str(10**12)}  # past the bound of every operation
    ladder = [
        (changed(stranger, raw=b"{", method="PATCH", who=NOBODY, headers=huge), "IZ001"),
        (changed(stranger, raw=b"{", method="PATCH", who=NOBODY), "IZ003"),
        (changed(stranger, raw=b"{" * (2 * 1024 * 1024), who=NOBODY), "IZ001"),
        (changed(stranger, raw=b"{", who=NOBODY), "H351"),
        (changed(stranger, raw=b"{"), "H353"),
        (changed(whole, raw=b"{"), "H014"),
        (with_row(whole, retailerCode=1, type="SMS"), "H117"),
        (with_row(whole, retailerCode=1), "H180"),
    ]
    if name == "addConsent":  # a batch learns of it row by row, when it is worked through
        ladder.append((with_row(whole), "H175"))
    for attempt, code in ladder:
        answer = await registry.send(attempt)
        assert [each["code"] for each in answer.json()["errors"]] == [code]


# codes that need another house ------------------------------------------------------------------


@asynccontextmanager
async def busy(registry: Registry):
    """The same registry behind a door with the documented limits."""
    settings = msgspec.structs.replace(registry.settings, profile=Profile.IYS, web_processes=1)
    async with open_app(settings) as app:
        yield Registry(app, registry.parts, registry.owner, settings)


def cheap(name: str, registry: Registry) -> Attempt:
    """A call of the operation; the token call without its password, which is slow to check.

    Of what collects, nothing is begun: no address is pressed by so many calls.
    """
    is_full = name in COLLECTION | FRAME and TABLE[name].takes is not BodyKind.NONE
    return changed(
        good(name, registry), **({"body": {}} if name == "createToken2" or is_full else {})
    )


async def test_more_calls_in_a_second_than_documented_are_refused(registry):
    async with busy(registry) as house:
        await house.token_of("ours")
        await house.token_of(PARTNER)

        async def calls(place: int, name: str) -> None:
            attempt, client = cheap(name, house), f"198.51.100.{place}"
            answers = await asyncio.gather(*(house.send(attempt, client=client) for _ in range(30)))
            passed, *others = sorted(answers, key=lambda answer: answer.status_code)
            assert passed.status_code < 429, name
            refused = next(answer for answer in others if answer.status_code == 429)
            assert_said(refused, name, "H124", Language.TR)
            assert read(refused.json())[0].shape == PASS or refused.json()["code"] == "H124"
            assert refused.headers["retry-after"] == "1"

        names = list(enumerate(TABLE))
        for first in range(0, len(names), 5):  # whoever calls too often waits for his answer
            await asyncio.gather(*(calls(*each) for each in names[first : first + 5]))


@pytest.mark.parametrize("name", ["createToken2", "consentDetail", "consentsHistory"])
async def test_more_calls_in_an_hour_than_documented_are_refused(registry, name):
    lane = TABLE[name].lane
    limit = documented().hourly[lane]
    client = "203.0.113.7"
    async with busy(registry) as house:
        allowed = await house.send(cheap(name, house), client=client)
        assert allowed.status_code in (200, 400), allowed.text
        tag = registry.parts.keyring.pseudonyms.client_tag(client)
        await registry.owner.execute(
            "update limit_use set used = $3 where lane = $1 and client = $2",
            *(lane.value, tag, limit.call_count_max),
        )
        refused = await house.send(cheap(name, house), client=client)
        assert_said(refused, name, limit.code, Language.TR)
        assert {"code", "message", "errors"} == set(refused.json())
        assert 0 < int(refused.headers["retry-after"]) <= 3600


async def test_who_signs_for_a_token_is_not_counted_among_the_hours_sign_ins(registry):
    """And whoever is blocked begins his hour anew by a sign-in alone."""
    client = "203.0.113.8"
    tag = registry.parts.keyring.pseudonyms.client_tag(client)

    async def used() -> int | None:
        return await registry.owner.fetchval("select used from limit_use where client = $1", tag)

    async with busy(registry) as house:
        sign_in = cheap("createToken2", house)
        signing = changed(sign_in, body={"grant_type": "client_credentials"})
        answer = await house.send(signing, client=client)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        assert await used() is None
        for body in ({"grant_type": "password"}, {"grant_type": ["client_credentials"]}, [], {}):
            await house.send(changed(sign_in, body=body), client=client)
        assert await used() == 4
        await registry.owner.execute("update limit_use set used = 100 where client = $1", tag)
        assert (await house.send(sign_in, client=client)).status_code == 429
        assert (await house.send(signing, client=client)).status_code == 400
        assert await used() == 101


def test_the_hourly_codes_are_those_of_the_three_lanes():
    assert {lane: each.code for lane, each in documented().hourly.items()} == {
        Lane.TOKEN: "H084",
        Lane.SINGLE_STATUS: "H086",
        Lane.HISTORY: "H089",
    }


async def test_a_lost_table_is_our_fault_and_says_nothing_of_itself(
    new_database, passwords, tmp_path, caplog
):
    async with open_registry(new_database(), passwords, tmp_path, standings=("ours",)) as house:
        await house.token_of("ours")
        await house.token_of(PARTNER)
        await house.stop_keeper()
        for table in ("token", "via_form_version"):
            await house.owner.execute(f"alter table {table} rename to {table}_gone")
        for name in TABLE:
            answer = await house.send(good(name, house), language="en")
            assert_said(answer, name, "H015", Language.EN)
            assert all("value" not in each.keys for each in read(answer.json()))
            incident = answer.headers["incident-id"]
            assert f"incident {incident} in {name}" in caplog.text
            assert "_gone" not in answer.text


async def test_a_closing_process_asks_to_send_again(new_database, passwords, tmp_path):
    async with open_registry(new_database(), passwords, tmp_path, standings=("ours",)) as house:
        await house.token_of("ours")
        await house.token_of(PARTNER)
        await house.app._door.services.database.close()
        await house.app._door.services.reserved.close()
        for name in TABLE:
            answer = await house.send(good(name, house))
            assert_said(answer, name, "H192", Language.TR)
            assert int(answer.headers["retry-after"]) >= 1


async def test_a_body_that_never_ends_is_not_waited_for(registry):
    async def endless():
        yield b"{"
        await asyncio.Event().wait()

    settings = registry.settings
    async with open_app(settings) as app:
        app._door = msgspec.structs.replace(app._door, body_s_max=0.02)
        house = Registry(app, registry.parts, registry.owner, settings)
        for name, operation in TABLE.items():
            if "IZ009" not in error_codes(operation):
                continue
            attempt = good(name, house)
            token = await house.token_of("ours")
            async with house.client(token) as client:
                answer = await client.request(operation.method, attempt.path, content=endless())
            assert_said(answer, name, "IZ009", Language.TR)


async def test_a_provider_that_is_gone_is_not_found(new_database, passwords, tmp_path):
    async with open_registry(new_database(), passwords, tmp_path, standings=("ours",)) as house:
        attempt = good("getBrandsDetails", house)
        assert (await house.send(attempt)).status_code == 200
        # no foreign key is asked: the registry itself never takes a provider away from its users
        await house.owner.execute("set session_replication_role = replica")
        await house.owner.execute("delete from provider where iys_code = $1", IYS_CODES["ours"])
        await house.owner.execute("update directory_head set version = version + 1")

        async def is_gone() -> bool:
            return (await house.send(attempt)).status_code == 404

        await until(is_gone)
        assert_said(await house.send(attempt), "getBrandsDetails", "H001", Language.TR)
