"""A form on a company's own page, over the wire: keys, steps, and whoever means harm."""

import asyncio
import hashlib
from contextlib import asynccontextmanager
from itertools import count
from uuid import uuid4

import httpx2
import msgspec
import pytest
from builders.house import BRAND
from builders.parties import BRAND_CODE, IYS_CODE
from builders.via import Post, a_form_in_force, code_in, said
from builders.watch import used

from izin.admission.limiter import Limiter
from izin.admission.limits import Limits
from izin.core.codes import IysCode
from izin.provider.model import Subscription
from izin.via.frame import WORK_BITS, widget_of

DOMAIN, PAGE = "magaza.example", "https://magaza.example"
PHONE = "+905990000001"
NETWORK = "192.0.2.7"


@pytest.fixture
async def widget(ours, operator_database) -> str:
    form_id = await a_form_in_force(
        ours,
        operator_database,
        channels=["MESAJ", "ARAMA", "EPOSTA"],
        kvk={"ACIK_RIZA_METNI": said("</script><b>Rıza")},
        domains=[DOMAIN],
    )
    [form] = (await ours.get("/x/via/forms")).json()["list"]
    assert form["widgetUUID"] == str(widget_of(IysCode(IYS_CODE), form_id))
    assert form["domains"] == [DOMAIN]
    return form["widgetUUID"]


class Visitor:
    """Somebody's browser on a page: fetches, and keeps the page's keys."""

    def __init__(self, client: httpx2.AsyncClient, widget: str) -> None:
        self.client = client
        self.widget = widget
        self.keys: dict[str, str] = {}
        self.work: dict[str, object] = {}

    async def load(self) -> None:
        key = await self.client.get(f"/widget/publicKey/{self.widget}")
        assert key.status_code == 200, key.text
        nonce, domain = key.json()["message"][0].split("|")
        assert domain == DOMAIN
        path = f"/widget/load-widget/{self.widget}?apinoncekey={nonce}"
        config = (await self.client.get(path)).json()["config"]
        self.keys, self.work = config["keys"], config["work"]
        assert self.keys["nonceKey"] == nonce

    async def start(self, to: str = PHONE, **fields: object):
        body = {
            "etkTypes": ["MESAJ", "ARAMA"],
            "kvkTypes": [],
            "recipient": used(to),
            "verificationType": "SMS_OTP",
            "recipientType": "BIREYSEL",
            "captchaText": "",
            "cid": "",
            "widgetUUID": self.widget,
            "citizenName": "",
            **self.keys,
        } | fields
        body = {name: value for name, value in body.items() if value is not None}
        return await self.client.post(f"/widget/process/start/{self.widget}", json=body)

    async def complete(self, request_id: str, code: str, **fields: object):
        body = {
            "requestId": request_id,
            "otpCode": code,
            "verificationType": "SMS_OTP",
            "consentType": "ETK",
            **self.keys,
        } | fields
        return await self.client.post(f"/widget/process/complete/{self.widget}", json=body)


@asynccontextmanager
async def a_visitor(house, widget, *, origin: str | None = PAGE, network: str = NETWORK):
    headers = {} if origin is None else {"origin": origin}
    transport = httpx2.ASGITransport(app=house.app, client=(network, 1))
    base = "http://izin.example"
    async with httpx2.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
        yield Visitor(client, widget)


@pytest.fixture
async def visitor(house, widget):
    async with a_visitor(house, widget) as one:
        await one.load()
        yield one


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


async def begun(visitor: Visitor, post: Post, to: str = PHONE, **fields) -> tuple[str, str]:
    """A request whose code is there, and the code."""
    answer = await visitor.start(to, **fields)
    assert answer.status_code == 200, answer.text
    message = answer.json()["message"]
    assert message["timeout"] == 180
    await post.carry()
    await post.arrive()
    return message["requestId"], code_in(await post.next())


def solved(visitor: Visitor) -> dict[str, str]:
    assert visitor.work["bits"] == WORK_BITS
    for n in count():
        digest = hashlib.sha256(f"{visitor.keys['nonceKey']}:{n}".encode()).digest()
        if int.from_bytes(digest[:4], "big") >> (32 - WORK_BITS) == 0:
            return {"cid": str(visitor.work["cid"]), "captchaText": str(n)}
    raise AssertionError


async def test_a_code_of_a_page_is_handed_in_by_that_page_alone(visitor, ours, post, owner):
    request_id, code = await begun(visitor, post)
    body = {
        "requestId": request_id,
        "verificationType": "SMS_OTP",
        "consentTypes": [{"title": "ETK", "otpCode": code}],
    }
    told = await ours.post(f"/via/sps/{IYS_CODE}/confirmation", json=body)
    assert code_of(told) == (400, "IZ152")
    assert await owner.fetchval("select count(*) from consent_event") == 0
    assert (await visitor.complete(request_id, code)).status_code == 200, "it is good there"


async def test_a_visitor_consents_and_the_source_says_where(visitor, ours, post, owner):
    answer = await visitor.start()
    assert answer.headers["access-control-allow-origin"] == PAGE
    request_id = answer.json()["message"]["requestId"]
    [notice] = await post.carry()
    assert "Kampanya iletisi" in notice.body
    early = await visitor.complete(request_id, "12345678")
    assert code_of(early) == (400, "H1028")
    assert await post.carry() == [], "no code before the notice is known to be there"
    await post.arrive()
    sent = await post.next()
    assert "Sayfaya yazarsaniz" in sent.body
    code = code_in(sent)
    wrong = await visitor.complete(request_id, f"{(int(code) + 1) % 10**8:08d}")
    assert code_of(wrong) == (400, "H1052")
    assert wrong.headers["access-control-allow-origin"] == PAGE
    done = await visitor.complete(request_id, code)
    assert (done.status_code, done.json()["status"]) == (200, "SUCCESS"), done.text
    assert code_of(await visitor.complete(request_id, code)) == (409, "H1032")

    question = {"recipient": PHONE, "type": "MESAJ", "recipientType": "BIREYSEL"}
    stands = (await ours.post(f"{BRAND}/consents/status", json=question)).json()
    assert (stands["status"], stands["source"]) == ("ONAY", "IYS_FRAME_SMS")
    shown = (await ours.get(f"/via/sps/{IYS_CODE}/consent/request/{request_id}")).json()["message"]
    assert (shown["source"], shown["lastStatus"]["status"]) == ("IYS_FRAME_SMS", "SUCCESS")
    assert await owner.fetchval("select credit from via_plan") == 98
    await see_the_evidence(ours, owner, visitor.widget, request_id)


async def see_the_evidence(ours, owner, widget: str, request_id: str) -> None:
    """What was shown, where, by which version, from which network: sealed, and nowhere in clear."""
    proven = (await ours.get(f"/x/sps/{IYS_CODE}/via/requests/{request_id}/evidence")).json()
    assert (proven["widgetUUID"], proven["domain"]) == (widget, DOMAIN)
    assert (proven["startedBy"], proven["evidence"][0]["network"]) == (f"widget:{widget}", NETWORK)
    assert [each["text"] for each in proven["evidence"][0]["messages"]] == [
        *("via_notice", "via_frame_etk", "via_recorded_etk")
    ]
    assert (proven["formVersion"], len(proven["formDigest"])) == (1, 64)
    for table in ("via_request", "budget", "consent_event"):
        for row in await owner.fetch(f"select * from {table}"):
            assert NETWORK not in str(row), table
            assert DOMAIN not in str(row), table
    paper = f"/via/sps/{IYS_CODE}/via/clarification/{request_id}/file"
    assert (await ours.get(paper)).status_code == 200


async def test_each_thing_has_its_own_code_and_a_mail_its_own_source(visitor, ours, post):
    asked = {
        "etkTypes": ["EPOSTA"],
        "kvkTypes": ["ACIK_RIZA_METNI"],
        "verificationType": "EPOSTA_OTP",
        "citizenName": "Aslı Can",
    }
    request_id, first = await begun(visitor, post, "asli@posta.example", **asked)
    second = code_in(post.took[2] if len(post.took) > 2 else await post.next())
    way = {"verificationType": "EPOSTA_OTP", "consentType": "ETK_KVK"}
    alone = await visitor.complete(request_id, first, **way)
    assert code_of(alone) == (400, "H1005")
    both = await visitor.complete(request_id, first, kvkOtpCode=second, **way)
    assert both.status_code == 200, both.text
    question = {
        "recipient": "asli@posta.example", "type": "EPOSTA", "recipientType": "BIREYSEL",
    }  # fmt: skip
    stands = (await ours.post(f"{BRAND}/consents/status", json=question)).json()
    assert stands["source"] == "IYS_FRAME_EPOSTA"
    [kvk] = (await ours.get(f"/via/sps/{IYS_CODE}/consent/{request_id}")).json()["message"]
    assert (kvk["recipientName"], kvk["source"]) == ("Aslı Can", "IYS_FRAME_EPOSTA")


async def test_pages_of_other_domains_read_nothing(house, widget, visitor, owner):
    foreign = (
        *("https://kotu.example", "http://magaza.example", "https://magaza.example:444"),
        *("https://www.magaza.example", "https://magaza.example.kotu.example", "null", None),
    )
    for origin in foreign:
        async with a_visitor(house, widget, origin=origin) as other:
            other.keys = visitor.keys
            loaded = f"/widget/load-widget/{widget}?apinoncekey={visitor.keys['nonceKey']}"
            answers = [
                await other.client.get(f"/widget/publicKey/{widget}"),
                await other.client.get(loaded),
                await other.start(),
                await other.complete(str(uuid4()), "12345678"),
            ]
        for answer in answers:
            assert code_of(answer) == (403, "IZ151"), (origin, answer.text)
            assert "access-control-allow-origin" not in answer.headers
    asked = await visitor.client.options(f"/widget/process/start/{widget}")
    assert "access-control-allow-origin" not in asked.headers
    assert await owner.fetchval("select count(*) from via_request") == 0


async def test_keys_are_of_one_page_and_begin_one_request(house, widget, visitor, post, owner):
    request_id, code = await begun(visitor, post)
    await owner.execute("delete from budget where kind = 'via_apart'")
    assert code_of(await visitor.start("+905990000002")) == (401, "IZ152")
    async with a_visitor(house, widget) as other:
        await other.load()
        assert code_of(await other.complete(request_id, code)) == (401, "IZ152")
        for name in visitor.keys:
            mixed = {name: visitor.keys[name]}
            assert code_of(await other.start("+905990000002", **mixed)) == (401, "IZ152")
        assert code_of(await other.start("+905990000002", widgetUUID=str(uuid4()))) == (
            401,
            "IZ152",
        )
        assert code_of(await other.complete(str(uuid4()), code)) == (401, "IZ152")
    async with a_visitor(house, widget, network="192.0.2.8") as elsewhere:
        elsewhere.keys = other.keys
        assert code_of(await elsewhere.start("+905990000002")) == (401, "IZ152")
        path = f"/widget/load-widget/{widget}?apinoncekey={other.keys['nonceKey']}"
        assert code_of(await elsewhere.client.get(path)) == (401, "IZ152")
        elsewhere.keys = visitor.keys  # a telephone has left the house, and goes on
        assert (await elsewhere.complete(request_id, code)).status_code == 200
    assert await owner.fetchval("select count(*) from via_request") == 1


async def test_of_two_starts_at_once_one_begins(visitor, owner):
    answers = await asyncio.gather(visitor.start(), visitor.start("+905990000002"))
    assert sorted(each.status_code for each in answers) == [200, 401]
    assert await owner.fetchval("select count(*) from via_request") == 1


async def test_whoever_begins_many_works_first_and_then_waits(house, widget, visitor, owner):
    for number in range(1, 4):
        assert (await visitor.start(f"+90599{number:03d}0000")).status_code == 200
        await visitor.load()
    assert code_of(await visitor.start("+905990040000")) == (400, "IZ153")
    done = solved(visitor)
    assert code_of(await visitor.start("+905990040000", **done | {"cid": ""})) == (400, "IZ153")
    assert (await visitor.start("+905990040000", **done)).status_code == 200
    await visitor.load()
    assert code_of(await visitor.start("+905990050000", **done)) == (400, "IZ153")
    async with a_visitor(house, widget, network="192.0.2.8") as other:
        await other.load()
        assert (await other.start("+905990060000")).status_code == 200
    await owner.execute("update budget set used = 120 where kind = 'widget_hour'")
    late = await visitor.start("+905990050000", **solved(visitor))
    assert code_of(late) == (400, "IZ154")
    assert int(late.headers["retry-after"]) > 0
    used_up = await owner.fetchval("select count(*) from budget where kind = 'widget_nonce'")
    assert used_up == 5, "what is refused uses no nonce up"


async def test_wrong_codes_count_against_the_visitors_network(visitor, post, owner):
    request_id, code = await begun(visitor, post)
    for status in ("H1052", "H1052", "H1050", "H1050"):
        answer = await visitor.complete(request_id, f"{(int(code) + 1) % 10**8:08d}")
        assert code_of(answer) == (400, status)
    kinds = {row["kind"] for row in await owner.fetch("select kind from budget")}
    assert "wrong_network" in kinds
    assert "wrong_sender" not in kinds


FAULTS = [
    ({"recipient": None}, "H1005"),
    ({"recipient": ""}, "H1057"),
    ({"recipient": ["+905990000001"]}, "H1029"),
    ({"recipient": "0599"}, "H1026"),
    ({"recipient": "<script>", "verificationType": "EPOSTA_OTP"}, "H1027"),
    ({"verificationType": "EPOSTA_APPROVALURL"}, "H1012"),
    ({"verificationType": "SMS_SHORTURL"}, "H1065"),
    ({"etkTypes": ["EPOSTA"]}, "H1086"),
    ({"etkTypes": [[]]}, "H1085"),
    ({"etkTypes": {}}, "H1057"),
    ({"etkTypes": 5}, "H1029"),
    ({"etkTypes": ["MESAJ", "MESAJ"]}, "H1061"),
    ({"etkTypes": []}, "H1057"),
    ({"kvkTypes": ["YURTDISI_AKTARIM"], "citizenName": "A"}, "H1054"),
    ({"kvkTypes": ["ACIK_RIZA_METNI"]}, "H1057"),
    ({"recipientType": "KURUM"}, "H1063"),
    ({"cookieKey": None}, "H1005"),
    ({"csrfToken": 7}, "H1029"),
    ({"nonceKey": "ğ" * 64}, "IZ152"),
    ({"nonceKey": "0" * 10_000}, "IZ152"),
    ({"brandCodes": [BRAND_CODE]}, "H1025"),
]


async def test_hostile_input_is_refused_and_begins_nothing(visitor, owner):
    for fields, code in FAULTS:
        answer = await visitor.start(**fields)
        assert code_of(answer)[1] == code, (fields, answer.text)
        assert answer.status_code in (400, 401)
    path = f"/widget/process/start/{visitor.widget}"
    assert code_of(await visitor.client.post(path, json=[])) == (400, "H1043")
    too_early = {
        (400, "H014"): await visitor.client.post(path, content=b"{"),
        (413, "IZ001"): await visitor.client.post(path, content=b"x" * 20_000),
        (405, "IZ003"): await visitor.client.delete(path),
        (422, "IZ005"): await visitor.client.get(f"/widget/publicKey/{visitor.widget}?a=1&a=2"),
    }
    for kept, answer in too_early.items():
        assert code_of(answer) == kept
        assert answer.headers["access-control-allow-origin"] == PAGE, "so that its page can tell"
    for fields, code in (
        ({"requestId": "x"}, "H1030"),
        ({"consentType": "X"}, "H1013"),
        ({"otpCode": ""}, "H1057"),
        ({"otpCode": {}}, "H1057"),
        ({"verificationType": "FAX"}, "H1012"),
    ):
        body = {"request_id": str(uuid4()), "code": "12345678"} | fields
        answer = await visitor.complete(body.pop("request_id"), body.pop("code"), **body)
        assert code_of(answer) == (400, code), answer.text
    assert await owner.fetchval("select count(*) from via_request") == 0
    assert await owner.fetchval("select count(*) from message") == 0


async def test_only_a_form_in_force_with_a_domain_is_there(
    house, ours, widget, operator_database, given
):
    plain = await a_form_in_force(ours, operator_database)
    async with a_visitor(house, widget) as visitor:
        for name in ("x", str(uuid4()), str(widget_of(IysCode(IYS_CODE), plain))):
            for path in (f"load-widgetloader/{name}", f"publicKey/{name}", f"load-widget/{name}"):
                assert code_of(await visitor.client.get(f"/widget/{path}")) == (404, "IZ150")
        loader = await visitor.client.get(f"/widget/load-widgetloader/{widget}")
        assert loader.headers["content-type"] == "application/javascript; charset=utf-8"
        assert widget in loader.text
        await visitor.load()
        nonce = visitor.keys["nonceKey"]
        loaded = await visitor.client.get(f"/widget/load-widget/{widget}?apinoncekey={nonce}")
        assert "</script>" not in loaded.json()["js"], "it may be put into a page"
        assert "</script>" in loaded.json()["config"]["kvk"]["ACIK_RIZA_METNI"]["tr"]
        assert ".izin-widget" in loaded.json()["css"]
    for named in (["https://magaza.example"], ["*.example"], [5], ["a.example"] * 11):
        body = {"kind": "OTP", "domains": named}
        answer = await ours.put(f"/x/via/forms/{plain}", json=body)
        places = [each["location"][0] for each in answer.json()["errors"]]
        assert (answer.status_code, "domains" in places) == (422, True), named
    await given.provider(IYS_CODE, subscription=Subscription.PAUSED)
    await house.app._door.services.directory.refresh()
    async with a_visitor(house, widget) as visitor:
        gone = await visitor.client.get(f"/widget/publicKey/{widget}")
        assert code_of(gone) == (404, "IZ150"), "a company that is not served asks nobody"


async def test_a_link_is_answered_elsewhere(house, ours, operator_database, owner):
    form_id = await a_form_in_force(ours, operator_database, kind="SHORTURL", domains=[DOMAIN])
    async with a_visitor(house, str(widget_of(IysCode(IYS_CODE), form_id))) as visitor:
        await visitor.load()
        way = {"verificationType": "SMS_SHORTURL"}
        begun_ = (await visitor.start(**way)).json()["message"]["requestId"]
        waits = await visitor.complete(begun_, "", **way)
        assert (waits.status_code, waits.json()["status"]) == (200, "PENDING")
        await owner.execute("update via_request set due_at = now()")
        assert code_of(await visitor.complete(begun_, "", **way)) == (400, "H1051")


async def test_a_page_can_read_that_it_comes_too_often(house, widget):
    slow = Limiter(Limits(per_second=1, hourly={}))
    house.app._door = msgspec.structs.replace(house.app._door, limiter=slow)
    async with a_visitor(house, widget) as visitor:
        _, late = [await visitor.client.get(f"/widget/publicKey/{widget}") for _ in range(2)]
    assert code_of(late) == (429, "H124")
    assert late.headers["access-control-allow-origin"] == PAGE
    assert late.headers["access-control-expose-headers"] == "retry-after"
