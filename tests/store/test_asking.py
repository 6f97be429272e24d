"""Questions over many records: a dealer's, and a brand's own list, page by page."""

from datetime import UTC, datetime, timedelta

import pytest
from builders.heart import a_key, a_proposal, email, phone
from builders.parties import BRAND_CODE

from izin.consent.ask import Asker, Circumstances, ask, now_question, unreadable
from izin.consent.event import Actor
from izin.consent.history import AS_OF_EVENTS_MAX, as_of, history
from izin.consent.listing import SCAN_ROWS, Wanted, every_consent, list_consents
from izin.consent.model import Decision, Question, Reason
from izin.core.codes import RetailerCode
from izin.core.paging import BadCursorError
from izin.core.terms import Channel, RecipientType, Source, Status

HOUR = timedelta(hours=1)
OURS, THEIRS = RetailerCode(66_000_001), RetailerCode(66_000_002)


# a dealer asks


async def asked_by(heart, retailer: RetailerCode, *numbers: int) -> list[Reason]:
    question = Question(
        at=datetime.now(UTC),
        channel=Channel.MESAJ,
        recipient_type=RecipientType.BIREYSEL,
        retailer_code=retailer,
    )
    asker = Asker(is_sender_registered=True, is_brand_active=True, is_retailer_active=True)
    around = Circumstances(question=question, facts=asker.facts())
    answers = await ask(heart.checker, [a_key(number) for number in numbers], around)
    return [answer.reason for answer in answers]


async def test_a_dealer_may_use_what_it_took_and_what_it_was_given(heart):
    await heart.record(
        a_proposal(1, retailer_code=OURS),
        a_proposal(2, retailer_code=THEIRS, retailer_access=(OURS,)),
        a_proposal(3, retailer_code=THEIRS),
    )
    assert await asked_by(heart, OURS, 1, 2, 3, 4) == [
        Reason.CONSENT,
        Reason.CONSENT,
        Reason.DEALER_NO_ACCESS,
        Reason.NO_CONSENT,
    ]


async def test_a_renewal_and_a_second_refusal_say_since_when_they_stand(heart):
    async def since() -> datetime | None:
        asker = Asker(is_sender_registered=True, is_brand_active=True)
        question = now_question(a_key(1), datetime.now(UTC))
        around = Circumstances(question=question, facts=asker.facts())
        [answer] = await ask(heart.checker, [a_key(1)], around)
        return answer.state_since

    taken, renewed = a_proposal(1, ago=3 * HOUR), a_proposal(1, ago=2 * HOUR)
    await heart.record(taken)
    assert await since() == taken.consented_at
    await heart.record(renewed)
    assert await since() == renewed.consented_at
    refusal = a_proposal(1, status=Status.RET, ago=HOUR)
    await heart.record(refusal)
    assert await since() == refusal.consented_at
    hers = a_proposal(1, status=Status.RET, source=Source.IYS_WEB, consented_at=None)
    before = datetime.now(UTC) - timedelta(minutes=1)
    await heart.record(hers, actor=Actor.CITIZEN)
    assert await since() > before


def test_an_address_that_does_not_read_is_unknown():
    asker = Asker(is_sender_registered=True, is_brand_active=True)
    question = now_question(a_key(1), datetime.now(UTC))
    answer = unreadable(Circumstances(question=question, facts=asker.facts()))
    assert (answer.decision, answer.reason) == (Decision.UNKNOWN, Reason.INVALID_REQUEST)


# a brand's list


async def listed(heart, **wanted: object) -> list[str]:
    """All pages, each as short as the shortest."""
    seen: list[str] = []
    after = None
    while True:
        async with heart.database.connection() as connection:
            page = await list_consents(
                connection,
                heart.keyring,
                Wanted(**({"brand_code": BRAND_CODE, "limit": 2, "after": after} | wanted)),
            )
        assert len(page.items) <= 2
        seen += [each.recipient for each in page.items]
        if page.next is None:
            return seen
        after = page.next


@pytest.fixture
async def filled(heart):
    """Seven records of one brand, one of another."""
    mail = a_key(channel=Channel.EPOSTA, address=email("ada"))
    merchant = a_key(5, recipient_type=RecipientType.TACIR)
    await heart.record(
        *(a_proposal(number, ago=number * HOUR) for number in range(1, 5)),
        a_proposal(6, retailer_code=OURS),
        a_proposal(key=mail, ago=30 * HOUR),
        a_proposal(key=merchant, source=None, consented_at=None),
        a_proposal(key=a_key(7, brand_code=BRAND_CODE + 1)),
    )
    await heart.record(a_proposal(2, status=Status.RET, ago=HOUR))
    return heart


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"status": Status.RET}, {2}),
        ({"status": Status.ONAY, "recipient_type": RecipientType.BIREYSEL}, {1, 3, 4, 6, "ada"}),
        ({"recipient_type": RecipientType.TACIR}, {5}),
        ({"channel": Channel.EPOSTA}, {"ada"}),
        ({"channel": Channel.ARAMA}, set()),
        ({"retailer_code": OURS}, {6}),
        ({"retailer_code": THEIRS}, set()),
        ({}, {1, 2, 3, 4, 5, 6, "ada"}),
    ],
)
async def test_a_list_holds_what_is_wanted_once(filled, wanted, numbers):
    expected = {f"{n}@posta.example" if n == "ada" else phone(n).clear for n in numbers}
    seen = await listed(filled, **wanted)
    assert len(seen) == len(set(seen))
    assert set(seen) == expected


async def test_a_list_is_bounded_by_dates_and_an_undated_record_by_its_recording(filled):
    now = datetime.now(UTC)
    since_lately = await listed(filled, since=now - 2.5 * HOUR)
    assert set(since_lately) == {phone(n).clear for n in (1, 2, 5, 6)}
    long_ago = await listed(filled, until=now - 20 * HOUR)
    assert long_ago == ["ada@posta.example"]


async def test_both_bounds_of_a_list_belong_to_it(heart):
    at = datetime.now(UTC) - 3 * HOUR
    moment = timedelta(microseconds=1)
    await heart.record(*(a_proposal(n, consented_at=at + (n - 2) * moment) for n in range(1, 4)))
    assert set(await listed(heart, until=at)) == {phone(1).clear, phone(2).clear}
    assert set(await listed(heart, since=at)) == {phone(2).clear, phone(3).clear}
    assert await listed(heart, since=at, until=at) == [phone(2).clear]


async def test_every_consent_comes_once(filled):
    async with filled.database.connection() as connection:
        found = [
            each.recipient async for each in every_consent(connection, filled.keyring, BRAND_CODE)
        ]
    assert sorted(found) == sorted(await listed(filled))


async def test_every_consent_names_the_dealers_that_may_use_it(heart):
    await heart.record(
        a_proposal(1, retailer_access=(RetailerCode(9), RetailerCode(7))), a_proposal(2)
    )
    async with heart.database.connection() as connection:
        found = {
            each.recipient: each.retailer_access
            async for each in every_consent(connection, heart.keyring, BRAND_CODE)
        }
    assert found == {phone(1).clear: (7, 9), phone(2).clear: ()}


async def test_a_brand_larger_than_one_scan_is_listed_whole_and_a_rare_match_found(heart):
    count = SCAN_ROWS + 3
    await heart.record(*(a_proposal(number) for number in range(count)))
    async with heart.database.connection() as connection:
        found = {
            each.recipient async for each in every_consent(connection, heart.keyring, BRAND_CODE)
        }
    assert len(found) == count
    await heart.record(a_proposal(77, status=Status.RET, ago=HOUR / 2))
    assert await listed(heart, status=Status.RET) == [phone(77).clear]


@pytest.mark.parametrize(
    "other",
    [
        {"brand_code": BRAND_CODE + 1},
        {"channel": Channel.EPOSTA},
        {"recipient_type": RecipientType.BIREYSEL},
        {"status": Status.ONAY},
        {"retailer_code": OURS},
        {"since": datetime(2026, 1, 1, tzinfo=UTC)},
        {"until": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
    ids=lambda other: next(iter(other)),
)
async def test_a_cursor_serves_the_question_that_it_was_given_to_and_no_other(filled, other):
    async with filled.database.connection() as connection:

        async def page(**wanted: object):
            asked = Wanted(**({"brand_code": BRAND_CODE, "limit": 2} | wanted))
            return await list_consents(connection, filled.keyring, asked)

        first = await page()
        assert len((await page(after=first.next, limit=3)).items) == 3
        for asked in (other | {"after": first.next}, {"after": "x"}, {"after": ""}):
            with pytest.raises(BadCursorError):
                await page(**asked)


async def test_a_cursor_does_not_show_where_a_record_lies(filled, owner):
    async with filled.database.connection() as connection:
        page = await list_consents(
            connection, filled.keyring, Wanted(brand_code=BRAND_CODE, limit=1)
        )
    for row in await owner.fetch("select tag from provider_consent"):
        assert row["tag"].hex not in page.next
        assert row["tag"].bytes not in bytes.fromhex(page.next)


# the past


async def test_the_past_of_a_consent_that_is_renewed_every_day_for_years_is_known(heart):
    days = 1_050
    start = datetime.now(UTC) - days * timedelta(days=1)
    await heart.record(
        *(a_proposal(1, consented_at=start + day * timedelta(days=1)) for day in range(days))
    )
    async with heart.database.connection() as connection:
        found = await history(connection, heart.keyring, a_key(1), offset=0, limit=AS_OF_EVENTS_MAX)
    now = datetime.now(UTC)
    first = as_of(found.movements, valid_at=start + HOUR, known_at=now)
    assert first is not None
    assert first.consented_at == start
    assert as_of(found.movements, valid_at=start - HOUR, known_at=now) is None
