"""The one pipeline: who is answered what, and in which order."""

import asyncio
import json
import logging
from contextlib import asynccontextmanager
from ipaddress import ip_network
from uuid import UUID

import pytest
from builders.door import (
    BODY_MAX,
    GOOD,
    OUR_BRAND,
    OUR_PROVIDER,
    OneUser,
    a_client,
    a_door,
    a_table,
    an_operation,
    codes,
)

from izin.access.model import Caller, Right
from izin.admission.gate import Room
from izin.admission.lanes import Lane
from izin.admission.limits import Limits
from izin.admission.overload import Overload
from izin.api import problems
from izin.api.app import build_app
from izin.api.operation import Answer, BodyKind
from izin.core.codes import IysCode
from izin.core.errors import RefusalError, Refused, UnavailableError
from izin.i18n import catalogue
from izin.i18n.catalogue import Language

CONSENTS = f"/sps/{OUR_PROVIDER}/brands/{OUR_BRAND}/consents"
STRANGERS = f"/sps/999999/brands/{OUR_BRAND}/consents"
ONE_CALL = Limits(per_second=0.0001, hourly={})


async def call(app, method, path, **options):
    async with a_client(app) as client:
        return await client.request(method, path, **options)


# --- what goes in and out ---------------------------------------------------------


async def test_a_good_call_reaches_its_handler_with_everything_read():
    user = OneUser()
    response = await call(
        a_door(authority=user),
        "POST",
        f"{CONSENTS}?a=1&b=%C4%B0",
        headers=GOOD | {"accept-language": "en"},
        json={"status": "ONAY"},
    )
    assert response.status_code == 200
    assert response.json() == {
        "path": {"iysCode": OUR_PROVIDER, "brandCode": OUR_BRAND},
        "query": {"a": "1", "b": "İ"},
        "body": {"status": "ONAY"},
        "language": "en",
        "client": "127.0.0.1",
        "brand": OUR_BRAND,
    }
    assert [(right.value, *rest) for right, *rest in user.asked] == [
        ("write", OUR_PROVIDER, OUR_BRAND)
    ]


async def test_answers_are_neither_kept_nor_guessed_at():
    response = await call(a_door(), "POST", CONSENTS, headers=GOOD, json={})
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-type"] == "application/json"


async def test_a_get_minds_neither_content_type_nor_accept_nor_an_empty_query():
    response = await call(
        a_door(),
        "GET",
        f"{CONSENTS}/changes?",
        headers=GOOD | {"content-type": "application/json", "accept": "text/html"},
    )
    assert response.json()["query"] == {}
    assert response.json()["body"] is None


async def test_an_alias_answers_like_its_path():
    path = f"/sps/{OUR_PROVIDER}/brands/{OUR_BRAND}/status"
    response = await call(a_door(), "POST", path, headers=GOOD, json={"x": 1})
    assert response.json()["body"] == {"x": 1}


@pytest.mark.parametrize("status", [204, 200])
async def test_no_content_has_no_body(status):
    async def nothing(_):
        return Answer(status)

    operation = an_operation(handler=nothing)
    response = await call(a_door(operations=[operation]), "POST", CONSENTS, headers=GOOD, json={})
    assert response.status_code == status
    assert response.content == (b"" if status == 204 else b"null")
    assert ("content-type" in response.headers) == (status != 204)


async def test_bytes_go_out_as_they_are():
    async def file(_):
        return Answer(200, b"a,b\n", (("content-disposition", "attachment"),), "text/csv")

    operation = an_operation(handler=file)
    response = await call(a_door(operations=[operation]), "POST", CONSENTS, headers=GOOD, json={})
    assert response.content == b"a,b\n"
    assert response.headers["content-type"] == "text/csv"
    assert response.headers["content-disposition"] == "attachment"


async def test_head_is_get_without_the_body():
    app = a_door()
    full = await call(app, "GET", f"{CONSENTS}/changes", headers=GOOD)
    head = await call(app, "HEAD", f"{CONSENTS}/changes", headers=GOOD)
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["content-length"] == full.headers["content-length"]


async def test_options_names_the_methods():
    response = await call(a_door(), "OPTIONS", f"{CONSENTS}/changes")
    assert response.status_code == 204
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize(
    "options",
    [
        {"json": {"grant_type": "password"}},
        {"data": {"grant_type": "password"}},
        {"content": b'{"grant_type":"password"}', "headers": {"content-type": "text/plain"}},
    ],
)
async def test_the_token_call_takes_json_and_form_without_a_token(options):
    response = await call(a_door(), "POST", "/oauth2/token", **options)
    assert response.json()["body"] == {"grant_type": "password"}
    assert response.json()["brand"] is None


async def test_a_trusted_proxys_word_is_taken_for_the_caller():
    app = a_door(trusted=(ip_network("127.0.0.0/8"),))
    headers = GOOD | {"x-forwarded-for": "6.6.6.6, 203.0.113.9"}
    response = await call(app, "POST", CONSENTS, headers=headers, json={})
    assert response.json()["client"] == "203.0.113.9"


# --- the order of errors ------------------------------------------------------------

LARGE = b'{"status":"ONAY","status":"' + b"x" * BODY_MAX + b'"}'
BROKEN = b'{"status":"ONAY","status":"RET"}'

STAGES = [
    # the first thing wrong is … and everything after it is wrong as well
    ("POST", "/sps/bad/brands/bad/consents", {}, LARGE, 413, "IZ001"),
    ("POST", "/no/such/path", {}, BROKEN, 404, "IZ002"),
    ("PUT", "/sps/bad/brands/bad/consents", {}, BROKEN, 405, "IZ003"),
    ("POST", STRANGERS + "?a=1&a=2", {}, BROKEN, 401, "H351"),
    ("POST", STRANGERS + "?a=1&a=2", GOOD, BROKEN, 403, "H353"),
    ("POST", CONSENTS + "?a=1&a=2", GOOD, BROKEN, 429, "H124"),
]
LATER_STAGES = [
    ("POST", "/sps/bad/brands/1.0/consents?a=1&a=2", GOOD, BROKEN, 400, ["H014"]),
    ("POST", "/sps/bad/brands/1.0/consents?a=1&a=2", GOOD, b"{}", 422, ["H190", "H191"]),
    ("POST", CONSENTS + "?a=1&a=2", GOOD, b"{}", 422, ["IZ005"]),
    ("POST", CONSENTS, GOOD, b"{}", 200, None),
]


@pytest.mark.parametrize(("method", "path", "headers", "body", "status", "code"), STAGES)
async def test_the_first_stage_that_fails_answers(method, path, headers, body, status, code):
    app = a_door(limits=ONE_CALL)
    await call(app, "POST", CONSENTS, headers=GOOD, content=b"{}")  # the one call there is
    response = await call(app, method, path, headers=headers, content=body)
    assert response.status_code == status
    assert codes(response) == [code]


@pytest.mark.parametrize(("method", "path", "headers", "body", "status", "found"), LATER_STAGES)
async def test_the_stages_after_the_limit_keep_their_order(
    method, path, headers, body, status, found
):
    response = await call(a_door(), method, path, headers=headers, content=body)
    assert response.status_code == status
    assert found is None or codes(response) == found


@pytest.mark.parametrize("slash", ["%2f", "%2F"])
async def test_a_slash_in_disguise_parts_no_path(slash):
    whole = f"{CONSENTS}/changes"
    for place in range(1, len(whole)):
        if whole[place] == "/":
            path = whole[:place] + slash + whole[place + 1 :]
            response = await call(a_door(), "GET", path, headers=GOOD)
            assert (response.status_code, codes(response)) == (404, ["IZ002"])
    assert (await call(a_door(), "GET", whole.replace("s", "%73"), headers=GOOD)).status_code == 200


@pytest.mark.parametrize(
    "text", ["bad", "-1", "+1", "1.0", "1" * 16, "١٢٣", "1_0", "%20", "0x10", "1e3"]
)
async def test_a_code_in_the_path_is_plain_digits(text):
    response = await call(
        a_door(), "POST", f"/sps/{OUR_PROVIDER}/brands/{text}/consents", headers=GOOD, json={}
    )
    assert codes(response) == ["H191"]
    assert response.json()["errors"][0]["location"] == ["brandCode"]


async def test_an_unknown_path_with_a_body_past_every_bound_is_too_large_first():
    response = await call(a_door(), "POST", "/no/such/path", content=b"x" * (BODY_MAX + 1))
    assert response.status_code == 413


async def test_each_operation_has_a_bound_of_its_own():
    table = [an_operation(), an_operation(id="large", path="/large", body_max=BODY_MAX * 100)]
    app = a_door(operations=table)
    body = b'"' + b"x" * BODY_MAX + b'"'
    assert (await call(app, "POST", CONSENTS, content=body)).status_code == 413
    assert (await call(app, "POST", "/large", headers=GOOD, content=body)).status_code == 200


@pytest.mark.parametrize("size", [BODY_MAX, BODY_MAX + 1])
async def test_a_body_of_unsaid_length_is_weighed_while_it_comes(size):
    async def chunks():
        body = b'"' + b"x" * (size - 2) + b'"'
        for at in range(0, size, 1000):
            yield body[at : at + 1000]

    response = await call(a_door(), "POST", CONSENTS, headers=GOOD, content=chunks())
    assert response.status_code == (200 if size == BODY_MAX else 413)
    if size > BODY_MAX:
        assert str(BODY_MAX) in response.json()["errors"][0]["message"]
        assert response.headers["connection"] == "close"


@pytest.mark.parametrize("path", [f"{CONSENTS}/status", CONSENTS])
async def test_nothing_is_taken_in_for_whoever_is_unknown(path):
    async def received():
        pytest.fail("it was read")
        yield b""

    async with asyncio.timeout(5):
        response = await call(a_door(), "POST", path, content=received())
    assert (response.status_code, codes(response)) == (401, ["H351"])


async def test_nothing_is_taken_in_for_whoever_calls_too_often():
    async def received():
        pytest.fail("it was read")
        yield b""

    app = a_door(limits=ONE_CALL)
    path = f"{CONSENTS}/status"
    assert (await call(app, "POST", path, headers=GOOD, json={})).status_code == 200
    response = await call(app, "POST", path, headers=GOOD, content=received())
    assert (response.status_code, codes(response)) == (429, ["H124"])


async def test_an_operation_without_a_body_leaves_a_small_one_unread():
    response = await call(a_door(), "GET", f"{CONSENTS}/changes", headers=GOOD, content=b"not json")
    assert response.status_code == 200


async def test_a_packed_body_is_refused():
    headers = GOOD | {"content-encoding": "gzip"}
    response = await call(a_door(), "POST", CONSENTS, headers=headers, content=b"{}")
    assert (response.status_code, codes(response)) == (415, ["IZ006"])
    headers = GOOD | {"content-encoding": "identity"}
    response = await call(a_door(), "POST", CONSENTS, headers=headers, content=b"{}")
    assert response.status_code == 200


async def test_two_tokens_are_no_token():
    headers = [("authorization", "Bearer good"), ("authorization", "Bearer good")]
    response = await call(a_door(), "POST", CONSENTS, headers=headers, content=b"{}")
    assert codes(response) == ["H351"]


async def test_a_bad_query_names_the_parameter_that_stands_twice():
    response = await call(a_door(), "GET", f"{CONSENTS}/changes?b=1&a=1&a=2", headers=GOOD)
    assert response.json()["errors"][0]["location"] == ["a"]


@pytest.mark.parametrize("query", ["a=%ff", "&".join(f"a{n}=1" for n in range(33))])
async def test_a_query_that_cannot_be_read_is_refused(query):
    response = await call(a_door(), "GET", f"{CONSENTS}/changes?{query}", headers=GOOD)
    assert (response.status_code, codes(response)) == (422, ["IZ005"])


# --- held subscriptions -----------------------------------------------------------------

HELD = Refused(code="H520", facts=(("status", "PAUSED"),))


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (CONSENTS, b'{"status":"RET"}', 200),
        (CONSENTS, b'{"status":"ONAY"}', 403),
        (CONSENTS, b'{"status":"RET","status":"ONAY"}', 403),
        (CONSENTS, b"[]", 403),
        (CONSENTS + "/status", b'{"status":"RET"}', 403),
    ],
)
async def test_a_held_subscription_lets_nothing_but_a_ret_pass(path, body, status):
    app = a_door(authority=OneUser(held=HELD))
    response = await call(app, "POST", path, headers=GOOD, content=body)
    assert response.status_code == status
    if status == 403:
        assert codes(response) == ["H520"]
        assert "PAUSED" in response.json()["errors"][0]["message"]


# --- refusals stand behind nothing but refusals -------------------------------------------

A_RET = b'{"status": "RET"}'


@pytest.mark.parametrize("ret", [A_RET, b'{"status": "\\u0052ET"}'], ids=["plain", "escaped"])
async def test_a_ret_has_a_limit_of_its_own(ret):
    app = a_door(limits=ONE_CALL)
    answers = [
        await call(app, "POST", CONSENTS, headers=GOOD, content=body)
        for body in (b'{"status": "ONAY"}', b'{"status": "ONAY"}', b"{", ret, ret)
    ]
    assert [each.status_code for each in answers] == [200, 429, 429, 200, 429]


async def test_a_ret_has_room_of_its_own():
    entered, leave = asyncio.Event(), asyncio.Event()

    async def waits(call):
        if call.body["status"] == "ONAY":
            entered.set()
            await leave.wait()
        return Answer(200, call.body)

    full = Room(1, 0, 0.0)
    app = a_door(operations=[an_operation(handler=waits)], room={Lane.CONSENT: full})
    consent = {"status": "ONAY"}
    first = asyncio.create_task(call(app, "POST", CONSENTS, headers=GOOD, json=consent))
    await entered.wait()
    second = await call(app, "POST", CONSENTS, headers=GOOD, json=consent)
    assert (second.status_code, codes(second)) == (503, ["H192"])
    refusal = await call(app, "POST", CONSENTS, headers=GOOD, content=A_RET)
    assert (refusal.status_code, refusal.json()) == (200, {"status": "RET"})
    leave.set()
    assert (await first).status_code == 200


@pytest.mark.parametrize(
    "raw", [b"RET", A_RET + b" ", b'["RET"]', b'{"status": "ONAY", "x": "RET"}']
)
async def test_a_body_that_is_read_early_is_judged_as_any_other(raw):
    response = await call(a_door(), "POST", CONSENTS, headers=GOOD, content=raw)
    assert (response.status_code == 400) == (raw == b"RET")
    if response.status_code == 200:
        assert response.json()["body"] == json.loads(raw)


# --- refusals, trouble, bugs ----------------------------------------------------------------


def raising(error):
    async def handler(_):
        raise error

    return handler


async def refused_with(error, **changes):
    operations = [an_operation(handler=raising(error), **changes)]
    return await call(a_door(operations=operations), "POST", CONSENTS, headers=GOOD, json={})


async def test_a_handlers_refusals_are_listed_together():
    response = await refused_with(
        RefusalError(
            [
                Refused(code="H160", location=("recipient",), value="+90", index=4),
                Refused(code="H121", location=("recipient",), value="+90", index=4),
            ]
        )
    )
    assert response.status_code == 422
    assert response.json()["errors"] == [
        {
            "code": code,
            "message": catalogue.codes()[code].tr,
            "location": ["recipient"],
            "value": "+90",
            "index": 4,
        }
        for code in ("H160", "H121")
    ]


async def test_an_operation_may_answer_a_code_with_its_own_status():
    response = await refused_with(RefusalError(Refused(code="H467"), status=400))
    assert response.status_code == 400


async def test_passing_trouble_is_503_and_says_when_to_come_back():
    response = await refused_with(UnavailableError("secret host", retry_after_s=7))
    assert (response.status_code, codes(response)) == (503, ["H192"])
    assert response.headers["retry-after"] == "7"
    assert "secret" not in response.text


async def test_a_bug_shows_nothing_of_itself_and_is_logged_once_under_its_number(caplog):
    canary = "+905991234567"
    bug = ValueError(f"bad recipient {canary}")
    bug.__cause__ = KeyError(canary)
    with caplog.at_level(logging.DEBUG):
        response = await refused_with(bug)
    assert (response.status_code, codes(response)) == (500, ["H015"])
    (record,) = [each for each in caplog.records if each.name.startswith("izin.")]
    assert response.headers["incident-id"] in record.getMessage()
    assert "ValueError at test_spine.py" in record.getMessage()
    assert "caused by KeyError" in record.getMessage()
    everything = response.text + str(response.headers) + caplog.text
    assert canary not in everything
    assert "ValueError" not in response.text


@pytest.mark.parametrize(
    "answer", [Answer(200, object()), Answer(200, "\ud800"), RefusalError(Refused(code="H000"))]
)
async def test_an_answer_that_cannot_be_written_is_a_bug(answer):
    async def handler(_):
        if isinstance(answer, Exception):
            raise answer
        return answer

    response = await call(
        a_door(operations=[an_operation(handler=handler)]), "POST", CONSENTS, headers=GOOD, json={}
    )
    assert (response.status_code, codes(response)) == (500, ["H015"])


async def test_cancellation_is_not_answered():
    started = asyncio.Event()

    async def waits(_):
        started.set()
        await asyncio.Event().wait()

    app = a_door(operations=[an_operation(handler=waits)])
    task = asyncio.create_task(call(app, "POST", CONSENTS, headers=GOOD, json={}))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_full_lane_is_503_while_others_go_on():
    entered, leave = asyncio.Event(), asyncio.Event()

    async def waits(call):
        entered.set()
        await leave.wait()
        return Answer(200, {})

    table = [an_operation(handler=waits, lane=Lane.BATCH), *a_table()[1:]]
    app = a_door(operations=table, room={Lane.BATCH: Room(1, 0, 0.0)})
    first = asyncio.create_task(call(app, "POST", CONSENTS, headers=GOOD, json={}))
    await entered.wait()
    second = await call(app, "POST", CONSENTS, headers=GOOD, json={})
    assert (second.status_code, codes(second)) == (503, ["H192"])
    other = await call(app, "POST", f"{CONSENTS}/status", headers=GOOD, json={})
    assert other.status_code == 200
    leave.set()
    assert (await first).status_code == 200


# --- bodies that do not come -------------------------------------------------------------------


def a_scope(path=CONSENTS):
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer good"), (b"content-length", b"100")],
        "client": ("203.0.113.9", 4711),
    }


async def sent_by(app, receive):
    sent = []

    async def send(message):
        sent.append(message)

    await app(a_scope(), receive, send)
    return sent


async def test_a_client_that_leaves_before_its_body_is_whole_gets_no_answer():
    messages = iter(
        [
            {"type": "http.request", "body": b'{"a"', "more_body": True},
            {"type": "http.disconnect"},
        ]
    )

    async def receive():
        return next(messages)

    assert await sent_by(a_door(), receive) == []


async def test_a_body_that_does_not_come_is_given_up():
    async def receive():
        await asyncio.Event().wait()

    sent = await sent_by(a_door(body_s_max=0.01), receive)
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["errors"][0]["code"] == "IZ009"


# --- for whom a call counts -----------------------------------------------------------------------


class Somebody(OneUser):
    """Knows by its token whoever it is told of; anybody may name our company."""

    def __init__(self, **callers: Caller) -> None:
        super().__init__()
        self.callers = callers

    async def authenticate(self, authorization: str | None, shown: object) -> Caller | None:
        return self.callers[str(authorization)]

    async def authenticate_basic(self, authorization: str | None, admit: object) -> None:
        return None


@pytest.mark.parametrize(
    ("right", "stranger", "counts_for_us"),
    [
        (Right.PARTNER, {"partner_code": 841001}, False),
        (Right.INFO, {"iys_code": 841001}, False),
        (Right.CARRIER, {"intermediary_code": 841001}, False),
        (Right.READ, {"partner_code": 841001}, True),  # under a mandate of ours
    ],
)
async def test_nobody_uses_up_the_calls_of_a_company_that_he_only_names(
    right, stranger, counts_for_us
):
    callers = {
        "us": Caller(user_id=UUID(int=1), iys_code=IysCode(OUR_PROVIDER)),
        "stranger": Caller(user_id=UUID(int=2), **stranger),
    }
    names = an_operation(
        id="integratorListByiysCode",
        method="GET",
        path="/integrator/{integratorCode}/sps/{iysCode}",
        right=right,
        lane=Lane.INFO,
        takes=BodyKind.NONE,
        only_refusals=None,
    )
    app = a_door(
        operations=[names],
        authority=Somebody(**callers),
        limits=Limits(per_second=None, hourly={}, of_company=0.0001),
    )
    answers = [
        await call(app, "GET", f"/integrator/7/sps/{OUR_PROVIDER}", headers={"authorization": who})
        for who in ("stranger", "us")
    ]
    assert [each.status_code for each in answers] == [200, 429 if counts_for_us else 200]


# --- the token call's shapes ----------------------------------------------------------------------


async def test_a_body_that_the_token_call_cannot_read_is_told_in_both_shapes():
    response = await call(a_door(), "POST", "/oauth2/token", content=b"{")
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"
    assert response.json()["error_description"] == response.json()["errors"][0]["message"]
    assert codes(response) == ["H014"]


async def test_too_many_calls_are_told_in_both_shapes_with_the_wait():
    app = a_door(limits=Limits(per_second=0.5, hourly={}))
    await call(app, "POST", "/oauth2/token", data={"a": "1"})
    response = await call(app, "POST", "/oauth2/token", data={"a": "1"})
    assert response.status_code == 429
    assert response.json()["code"] == "H124"
    assert response.json()["message"] == response.json()["errors"][0]["message"]
    assert int(response.headers["retry-after"]) in (1, 2)


async def test_whoever_floods_hears_it_late(monkeypatch):
    held = []

    async def hold(self):
        held.append(self)

    monkeypatch.setattr(Overload, "hold", hold)
    app = a_door(limits=Limits(per_second=1, hourly={}))
    statuses = []
    for _ in range(4):
        answer = await call(app, "GET", f"{CONSENTS}/changes", headers=GOOD)
        statuses.append((answer.status_code, len(held)))
    assert statuses == [(200, 0), (429, 0), (429, 1), (429, 2)]
    assert codes(answer) == ["H124"]


@pytest.mark.parametrize("key", catalogue.oauth_keys())
def test_oauth_errors_have_exactly_two_fields(key):
    answer = problems.token_problem(key, Language.TR)
    assert answer.status == (401 if answer.body["error"] == "invalid_client" else 400)
    assert set(answer.body) == {"error", "error_description"}
    assert answer.body["error_description"] == catalogue.oauth_keys()[key].tr
    assert problems.token_problem(key, Language.EN).body != answer.body


# --- the house's own rows --------------------------------------------------------


async def test_probes_answer_without_a_token_and_tell_alive_from_ready():
    app = a_door()
    assert (await call(app, "GET", "/healthz")).json() == {"status": "ok"}
    assert (await call(app, "GET", "/readyz")).json() == {"status": "ready"}


@pytest.mark.parametrize("trouble", [None, UnavailableError("database")])
async def test_a_process_that_cannot_answer_says_so(trouble):
    async def ready():
        if trouble:
            raise trouble
        return False

    app = build_app(a_table(), a_door()._door, ready=ready)
    answer = await call(app, "GET", "/readyz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert (await call(app, "GET", "/healthz")).status_code == 200


async def lifespan(app, *incoming):
    messages = iter(incoming)
    sent = []

    async def receive():
        return next(messages)

    async def send(message):
        sent.append(message)

    await app({"type": "lifespan"}, receive, send)
    return sent


async def test_what_the_wiring_opens_is_open_between_start_and_stop():
    happened = []

    @asynccontextmanager
    async def opened():
        happened.append("opened")
        yield
        happened.append("closed")

    async def ready():
        return True

    app = build_app(a_table(), a_door()._door, ready=ready, lifespan=opened)
    sent = await lifespan(app, {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    assert happened == ["opened", "closed"]
    assert [each["type"] for each in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


async def test_a_start_that_fails_is_told_to_the_server_without_its_text():
    @asynccontextmanager
    async def opened():
        raise RuntimeError("postgres://user:password@host")
        yield

    async def ready():
        return True

    app = build_app(a_table(), a_door()._door, ready=ready, lifespan=opened)
    sent = []

    async def receive():
        return {"type": "lifespan.startup"}

    async def send(message):
        sent.append(message)

    with pytest.raises(RuntimeError):
        await app({"type": "lifespan"}, receive, send)
    assert sent == [{"type": "lifespan.startup.failed", "message": "RuntimeError"}]


async def test_an_application_without_anything_to_open_starts_and_stops():
    sent = await lifespan(a_door(), {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"})
    assert len(sent) == 2


async def test_other_protocols_are_closed():
    sent = []

    async def send(message):
        sent.append(message)

    await a_door()({"type": "websocket"}, None, send)
    assert sent == [{"type": "websocket.close", "code": 1000}]
