"""3338: what stands before a text and after it, what is answered, what nobody may bring about."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from builders.heart import Heart, a_key, a_proposal, phone
from builders.parties import (
    BRAND_CODE,
    IYS_CODE,
    OPERATOR,
    OTHER_BRAND_CODE,
    OTHER_IYS_CODE,
    Given,
)

from izin.access.transfer import transfer_brand
from izin.admission.tries import counted
from izin.brand.manage import set_short_names, set_status
from izin.brand.model import BrandStatus
from izin.citizen.number import say as say_since
from izin.consent.event import Actor
from izin.consent.model import Proposal
from izin.consent.of_citizen import standings
from izin.consent.record import OnRepeat, Recorder
from izin.core.address import Address, AddressKind
from izin.core.codes import BrandCode
from izin.core.terms import Channel, RecipientType, Side, Source, Status
from izin.feed.pull import FeedWindow, Reader, pull
from izin.keyring import Keyring, open_whole_keyring
from izin.provider.model import ProviderState
from izin.receipt.issue import check, proven_by
from izin.shortcode.answer import ANSWERS_AN_HOUR, Tools, answer
from izin.shortcode.question import LIFE, forget_old_questions
from izin.shortcode.replies import day, say
from izin.storage.database import Connection, Database

ME, SOMEBODY = 1, 2
NUMBER = re.compile(r"\b(?:[0-9A-Z]{4}-){4}[0-9A-Z]\b")


class Telephones:
    """Write to 3338, each under its number, a moment after one another."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self.database = database
        self.keyring = keyring
        self.now = datetime.now(UTC)
        self.tools = Tools(keyring, Recorder(keyring))

    async def write(self, text: str, number: int = ME) -> str | None:
        return await self.write_from(phone(number), text)

    async def write_from(self, sender: Address, text: str) -> str | None:
        return await answer(self.database, self.tools, sender, text, now=self.now)

    async def proven(self, reply: str) -> datetime | None:
        """When was what the receipt in a reply is of?"""
        async with self.database.connection() as connection:
            return await check(connection, self.keyring, NUMBER.search(reply)[0])


@pytest.fixture
async def telephones(fresh_database, citizen_database, root, followed) -> AsyncIterator[Telephones]:
    keys = await Database.open(fresh_database, role="izin_citizen", size_max=2)
    yield Telephones(citizen_database, await open_whole_keyring(keys, root))
    await keys.close()


@pytest.fixture
async def brands(given: Given, operator_database) -> None:
    """Örnek Mağaza with its short name, and another company's Deneme Market."""
    await given.provider()
    await given.brand(name="Örnek Mağaza")
    await set_short_names(operator_database, BRAND_CODE, ["ORNEKM", "ORNMGZ"], by=OPERATOR)
    await given.provider(OTHER_IYS_CODE)
    await given.brand(OTHER_BRAND_CODE, of=OTHER_IYS_CODE, name="Deneme Market")


def at_other(number: int = ME, **facts: object):
    return a_key(number, iys_code=OTHER_IYS_CODE, brand_code=OTHER_BRAND_CODE, **facts)


def merchants(number: int = ME):
    return a_key(number, recipient_type=RecipientType.TACIR)


async def consent(heart: Heart, *keys) -> None:
    await heart.record(*(a_proposal(key=key) for key in keys))


async def statuses(heart: Heart, *keys) -> list[Status | None]:
    async with heart.database.connection() as connection:
        found = await standings(connection, heart.keyring, keys)
    return [None if each is None else each.status for each in found]


async def event_count(owner) -> int:
    return await owner.fetchval("select count(*) from consent_event")


@pytest.mark.parametrize(
    "text",
    [
        *("RET ornek mağaza", "ret ORNEKM", "iptal ornmgz", f"RED {BRAND_CODE}"),
        "Ret icin 3338'e RET ORNEKM yaz. B043",
    ],
)
async def test_a_brands_messages_are_refused(text, telephones, brands, heart):
    await consent(heart, a_key(), merchants(), a_key(SOMEBODY), at_other())
    reply = await telephones.write(text)
    assert reply.startswith("RET kaydedildi: Ornek Magaza, SMS. Belge ")
    assert await statuses(heart, a_key(), merchants()) == [Status.RET] * 2
    assert await statuses(heart, a_key(SOMEBODY), at_other()) == [Status.ONAY] * 2


async def test_the_company_learns_of_both_types_in_its_feed(telephones, brands, heart):
    await consent(heart, a_key(), merchants())
    await telephones.write("RET ORNEKM")
    await heart.number_and_project()
    reader = Reader(
        brand_code=BRAND_CODE, side=Side.IYS, after_idx=None, limit=10, now=datetime.now(UTC)
    )
    async with heart.database.connection() as connection:
        changes = await pull(connection, heart.keyring, reader, FeedWindow())
    bodies = [each.body for each in changes.movements]
    assert {(each.status, each.source, each.actor) for each in bodies} == {
        (Status.RET, Source.IYS_KISAMESAJ, Actor.CITIZEN)
    }
    assert {each.key.recipient_type for each in bodies} == set(RecipientType)
    assert {each.key.channel for each in bodies} == {Channel.MESAJ}


async def test_calls_and_mail_stay_as_they_are(telephones, brands, heart):
    calls = a_key(channel=Channel.ARAMA)
    await consent(heart, a_key(), calls)
    assert "e-Devlet" in await telephones.write("RET ORNEKM")
    assert await statuses(heart, a_key(), calls) == [Status.RET, Status.ONAY]


async def test_calls_are_not_refused_by_3338_and_it_says_where_they_are(telephones, brands, heart):
    calls = a_key(channel=Channel.ARAMA)
    await consent(heart, a_key(), calls)
    reply = await telephones.write("RET ORNEKM ARAMA")
    assert reply.startswith("3338 yalniz SMS icindir. Ornek Magaza aramalarini")
    assert await statuses(heart, a_key(), calls) == [Status.ONAY] * 2


async def test_the_same_again_says_since_when_and_is_no_second_event(
    telephones, brands, heart, owner
):
    await consent(heart, a_key())
    await telephones.write("RET ORNEKM")
    before = await event_count(owner)
    reply = await telephones.write("ret örnek mağaza")
    today = day(datetime.now(UTC))
    assert reply == say("already", brand="Ornek Magaza", date=today)
    assert await event_count(owner) == before


async def test_fifty_at_once_are_one_refusal(telephones, brands, heart, owner):
    await consent(heart, a_key(), merchants())
    before = await event_count(owner)
    replies = await asyncio.gather(*(telephones.write("RET ORNEKM") for _ in range(50)))
    assert await event_count(owner) == before + 2
    assert sum(reply is not None and "kaydedildi:" in reply for reply in replies) == 1
    assert sum(reply is None for reply in replies) == 50 - ANSWERS_AN_HOUR - 1


async def test_telephones_do_not_wait_for_each_other(telephones, brands, heart, citizen_database):
    await consent(heart, a_key(SOMEBODY))
    tag = telephones.keyring.citizen.pseudonyms.sender_tag(phone(ME).clear)
    async with citizen_database.transaction() as connection:  # a text of mine is under way
        assert await counted(connection, "3338", tag, ANSWERS_AN_HOUR) == 1
        assert "kaydedildi" in await telephones.write("RET ORNEKM", SOMEBODY)


async def test_a_consent_after_the_refusal_is_refused_anew(telephones, brands, heart):
    await consent(heart, a_key())
    await telephones.write("RET ORNEKM")
    await heart.record(a_proposal(ago=timedelta(0)))
    assert await statuses(heart, a_key()) == [Status.ONAY]
    assert "kaydedildi:" in await telephones.write("RET ORNEKM")
    assert await statuses(heart, a_key()) == [Status.RET]


async def test_no_record_begins_with_a_refusal(telephones, brands, heart, owner):
    reply = await telephones.write("RET ORNEKM")
    assert reply.startswith("Ornek Magaza: bu numara icin kayitli SMS izni yok")
    assert await event_count(owner) == 0
    assert await owner.fetchval("select count(*) from receipt_number") == 0


async def test_a_receipt_proves_what_happened_and_nothing_else(telephones, brands, heart, owner):
    await consent(heart, a_key(), merchants())
    reply = await telephones.write("RET ORNEKM")
    recorded = await owner.fetch(
        "select event_id, recorded_at from consent_event where previous_event_id is not null"
    )
    assert await telephones.proven(reply) == max(row["recorded_at"] for row in recorded)
    async with telephones.database.connection() as connection:
        proven = await proven_by(connection, telephones.keyring, NUMBER.search(reply)[0])
        assert set(proven.events) == {row["event_id"] for row in recorded}
        assert await check(connection, telephones.keyring, "0000-0000-0000-0000-0") is None
        assert await check(connection, telephones.keyring, "0000-0000-0000-0000-1") is None


async def test_a_refusal_without_its_receipt_is_none(telephones, brands, heart, owner):
    await consent(heart, a_key())
    await owner.execute("alter table receipt_number add constraint full_up check (false) not valid")
    with pytest.raises(asyncpg.CheckViolationError):
        await telephones.write("RET ORNEKM")
    assert await statuses(heart, a_key()) == [Status.ONAY]


@pytest.mark.parametrize("status", [BrandStatus.SUSPENDED, BrandStatus.CLOSED])
async def test_a_brand_that_may_not_send_is_refused_too(
    status, telephones, brands, heart, operator_database
):
    await consent(heart, a_key())
    await set_status(operator_database, BRAND_CODE, status, by=OPERATOR)
    assert "kaydedildi:" in await telephones.write("RET ORNEKM")
    assert await statuses(heart, a_key()) == [Status.RET]


@pytest.mark.parametrize("state", [ProviderState.SUSPENDED, ProviderState.CLOSED])
async def test_a_closed_companys_brand_is_refused_too(state, telephones, brands, heart, given):
    await consent(heart, a_key())
    await given.provider(state=state)
    assert "kaydedildi:" in await telephones.write(f"RET {BRAND_CODE}")
    assert await statuses(heart, a_key()) == [Status.RET]


async def test_a_brand_that_moved_is_refused_where_it_was_tagged(
    telephones, brands, heart, operator_database
):
    await consent(heart, a_key())
    await transfer_brand(operator_database, BRAND_CODE, OTHER_IYS_CODE, by=OPERATOR)
    assert "kaydedildi:" in await telephones.write("RET ORNEKM")
    moved = a_key(iys_code=OTHER_IYS_CODE, tagged_for=IYS_CODE)
    assert await statuses(heart, moved) == [Status.RET]


async def test_what_was_before_the_number_was_hers_is_told_of_no_brand(
    telephones, brands, heart, owner
):
    """A later refusal is not her record either; counted it is, as at the pages."""
    await heart.record(a_proposal(key=a_key(ME), ago=timedelta(days=900)))
    await heart.number_and_project()
    citizen = telephones.keyring.citizen
    await say_since(owner, citizen, phone(ME), telephones.now, telephones.now)
    none = await telephones.write("DURUM ORNEKM")
    assert none.endswith(say("no_record", brand="")[1:])
    assert "kaydedildi" in await telephones.write("RET ORNEKM"), "refusals get through all the same"
    assert await telephones.write("DURUM ORNEKM") == none
    assert await telephones.write("RET ORNEKM") == none, "nor since when it is refused"
    await heart.record(a_proposal(key=a_key(ME), ago=timedelta()))
    assert await telephones.write("DURUM ORNEKM") != none
    await telephones.write("RET ORNEKM")
    assert day(datetime.now(UTC)) in await telephones.write("RET ORNEKM")


async def test_what_a_carriers_report_ended_is_told_to_nobody(telephones, brands, heart, database):
    """Nobody has said since when the number is his; whoever had the line before is another."""
    await consent(heart, a_key())
    closed = [
        Proposal(
            key=a_key(), status=Status.RET, source=Source.IYS_AHS_HAT_KAPATMA, consented_at=None
        )
    ]
    async with database.transaction() as connection:
        await Recorder(heart.keyring).record(
            connection, closed, actor=Actor.OPERATOR, on_repeat=OnRepeat.ANSWER
        )
    assert await statuses(heart, a_key()) == [Status.RET]
    none = say("no_record", brand="Ornek Magaza")
    for text in ("RET ORNEKM", "DURUM ORNEKM"):
        assert await telephones.write(text) == none


async def test_a_test_brand_is_nobodys(telephones, brands, heart, given):
    test = BrandCode(731009)
    await given.brand(test, name="Örnek Deneyi", is_test=True)
    await consent(heart, a_key(brand_code=test))
    await heart.number_and_project()
    unknown = say("unknown")
    assert await telephones.write(f"RET {test}") == unknown
    assert await telephones.write("RET ORNEK DENEYI") == unknown
    assert "Deneyi" not in await telephones.write("RET ORNEK")
    assert await telephones.write("RET TUM") == say("all_none")
    assert await statuses(heart, a_key(brand_code=test)) == [Status.ONAY]


async def test_an_unknown_name_gets_no_list(telephones, brands, heart, owner):
    await consent(heart, a_key())
    for text in ("RET BAMBASKA", "RET O", "RET XX", "RET 99999999", "RET A" + "b" * 200):
        assert await telephones.write(text) == say("unknown"), text
    assert await statuses(heart, a_key()) == [Status.ONAY]


@pytest.mark.parametrize("text", ["RET ORNEKN", "RET ORNEKMM", "RET Örnek Magazza", "RET ORNEK"])
async def test_a_near_name_is_offered_and_nothing_done(text, telephones, brands, heart):
    await consent(heart, a_key())
    reply = await telephones.write(text)
    assert reply.startswith("Marka bulunamadi, islem yapilmadi.")
    assert f"{BRAND_CODE} Ornek Magaza" in reply
    assert await statuses(heart, a_key()) == [Status.ONAY]


async def test_at_most_three_are_offered(telephones, brands, given):
    for number in range(3, 60):
        await given.brand(731000 + number, name=f"Örnek Dükkân {number:02d}")
    reply = await telephones.write("RET ORNEK DUKKAN")
    assert len(re.findall(r"\b7310\d\d\b", reply)) == 3
    assert len(reply) <= 155


async def test_a_closed_brand_is_not_offered(telephones, brands, operator_database):
    await set_status(operator_database, BRAND_CODE, BrandStatus.CLOSED, by=OPERATOR)
    assert await telephones.write("RET ORNEK") == say("unknown")


class TestTwoOfOneName:
    @pytest.fixture(autouse=True)
    async def short_name_and_name(self, brands, operator_database):
        """Deneme Market's short name is what another company's brand is called by name."""
        await set_short_names(operator_database, OTHER_BRAND_CODE, ["OrnekMagaza"], by=OPERATOR)

    async def test_both_are_offered(self, telephones, heart, owner):
        await consent(heart, a_key(), at_other())
        reply = await telephones.write("RET ORNEK MAGAZA")
        assert reply.startswith("Birden cok marka var, islem yapilmadi.")
        assert str(BRAND_CODE) in reply
        assert str(OTHER_BRAND_CODE) in reply
        assert await statuses(heart, a_key(), at_other()) == [Status.ONAY] * 2

    async def test_the_one_that_has_my_consent_is_meant(self, telephones, heart):
        await consent(heart, at_other(), a_key(SOMEBODY))
        assert "Deneme Market" in await telephones.write("RET ORNEK MAGAZA")
        assert await statuses(heart, at_other(), a_key(SOMEBODY)) == [Status.RET, Status.ONAY]

    async def test_a_number_is_clear(self, telephones, heart):
        await consent(heart, a_key(), at_other())
        assert "kaydedildi: Ornek Magaza" in await telephones.write(f"RET {BRAND_CODE}")


class TestAll:
    @pytest.fixture(autouse=True)
    async def consents(self, brands, heart):
        await consent(heart, a_key(), merchants(), at_other(), a_key(channel=Channel.ARAMA))
        await consent(heart, a_key(SOMEBODY))
        await heart.number_and_project()

    async def test_it_asks_with_the_count_before_it_does_it(self, telephones, heart, owner):
        assert (await telephones.write("RET TÜM")).startswith("2 markanin SMS izni RET olacak.")
        assert await statuses(heart, a_key(), at_other()) == [Status.ONAY] * 2
        reply = await telephones.write("Evet")
        assert reply.startswith("RET kaydedildi: 2 marka, SMS. Belge ")
        assert await statuses(heart, a_key(), merchants(), at_other()) == [Status.RET] * 3
        others = await statuses(heart, a_key(channel=Channel.ARAMA), a_key(SOMEBODY))
        assert others == [Status.ONAY] * 2
        assert await telephones.proven(reply) is not None

    async def test_a_question_is_answered_once(self, telephones, owner):
        await telephones.write("RET TUM")
        await telephones.write("EVET")
        before = await event_count(owner)
        assert await telephones.write("EVET") == say("not_asked")
        assert await event_count(owner) == before
        assert await owner.fetchval("select count(*) from shortcode_question") == 0

    async def test_fifty_answers_at_once_are_one(self, telephones, owner):
        await telephones.write("RET TUM")
        before = await event_count(owner)
        replies = await asyncio.gather(*(telephones.write("EVET") for _ in range(50)))
        assert await event_count(owner) == before + 3
        assert sum(reply is not None and "kaydedildi:" in reply for reply in replies) == 1

    async def test_a_question_lives_for_ten_minutes(self, telephones, heart):
        await telephones.write("RET TUM")
        telephones.now += LIFE
        assert await telephones.write("EVET") == say("not_asked")
        assert await statuses(heart, a_key()) == [Status.ONAY]
        await telephones.write("RET TUM")
        telephones.now += LIFE - timedelta(seconds=1)
        assert "kaydedildi:" in await telephones.write("EVET")

    async def test_nobody_answers_for_another(self, telephones, heart):
        await telephones.write("RET TUM")
        assert await telephones.write("EVET", SOMEBODY) == say("not_asked")
        assert await statuses(heart, a_key(), a_key(SOMEBODY)) == [Status.ONAY] * 2

    async def test_no_is_an_answer_too(self, telephones, heart):
        await telephones.write("RET TUM")
        assert await telephones.write("HAYIR") == say("declined")
        assert await telephones.write("EVET") == say("not_asked")
        assert await telephones.write("hayır") == say("not_asked")
        assert await statuses(heart, a_key()) == [Status.ONAY]

    async def test_what_was_refused_since_is_left(self, telephones, heart, owner):
        await telephones.write("RET TUM")
        await telephones.write("RET ORNEKM")
        before = await event_count(owner)
        assert (await telephones.write("EVET")).startswith("RET kaydedildi: 1 marka")
        assert await event_count(owner) == before + 1

    async def test_nothing_is_asked_where_nothing_stands(self, telephones, owner):
        for text in ("RET TUM", "EVET"):
            await telephones.write(text)
        assert await telephones.write("RET TUM") == say("all_none")
        assert await telephones.write("RET TUM", 99) == say("all_none")
        assert await owner.fetchval("select count(*) from shortcode_question") == 0

    async def test_what_nobody_answered_is_forgotten(self, telephones, keeper_database, owner):
        await telephones.write("RET TUM")
        for passed, left in ((timedelta(0), 1), (LIFE + timedelta(hours=1), 0)):
            async with keeper_database.connection() as connection:
                await forget_old_questions(connection, telephones.now + passed)
            assert await owner.fetchval("select count(*) from shortcode_question") == left


class TestState:
    async def test_what_stands_at_a_brand(self, telephones, brands, heart):
        await consent(heart, a_key())
        today, given = day(datetime.now(UTC)), day(datetime.now(UTC) - timedelta(hours=1))
        assert await telephones.write("DURUM ORNEKM") == f"Ornek Magaza, SMS: ONAY ({given})"
        await telephones.write("RET ORNEKM")
        assert await telephones.write("durum örnek mağaza") == f"Ornek Magaza, SMS: RET ({today})"

    async def test_both_types_where_they_differ(self, telephones, brands, heart):
        await consent(heart, a_key())
        await telephones.write("RET ORNEKM")
        await consent(heart, merchants())
        reply = await telephones.write("DURUM ORNEKM")
        today, given = day(datetime.now(UTC)), day(datetime.now(UTC) - timedelta(hours=1))
        assert reply == f"Ornek Magaza, SMS: bireysel RET ({today}), tacir ONAY ({given})"

    async def test_a_brand_that_has_nothing_of_mine(self, telephones, brands, heart):
        await consent(heart, a_key(SOMEBODY))
        assert "kayitli SMS izni yok" in await telephones.write("DURUM ORNEKM")

    async def test_the_counts_know_what_was_just_refused(self, telephones, brands, heart):
        await consent(heart, a_key(), merchants(), at_other(), a_key(SOMEBODY))
        await heart.number_and_project()
        assert "2 marka ONAY, 0 marka RET" in await telephones.write("DURUM")
        await telephones.write("RET ORNEKM")  # nobody has projected it
        assert "1 marka ONAY, 1 marka RET" in await telephones.write("DURUM")
        assert "0 marka ONAY, 0 marka RET" in await telephones.write("DURUM", 99)

    async def test_asking_changes_nothing(self, telephones, brands, heart, owner):
        await consent(heart, a_key())
        before = await event_count(owner)
        for text in ("DURUM", "DURUM ORNEKM", "YARDIM", "ONAY ORNEKM", "selam", "DURUM YOKBOYLE"):
            assert await telephones.write(text) is not None
        assert await event_count(owner) == before


async def test_past_so_many_answers_nothing_is_said_and_refusals_count(
    telephones, brands, heart, owner
):
    await consent(heart, a_key(), a_key(SOMEBODY))
    for _ in range(ANSWERS_AN_HOUR):
        assert await telephones.write("YARDIM") is not None
    assert "baska yanit gonderilmeyecek" in await telephones.write("DURUM")
    for text in ("YARDIM", "DURUM", "RET BAMBASKA", "RET ORNEKM"):
        assert await telephones.write(text) is None
    assert await statuses(heart, a_key()) == [Status.RET]
    await consent(heart, at_other())
    await heart.number_and_project()
    for text in ("RET TUM", "EVET"):
        assert await telephones.write(text) is None
    assert await statuses(heart, at_other()) == [Status.RET]
    assert await telephones.write("RET ORNEKM", SOMEBODY) is not None
    await owner.execute("update limit_use set window_started_at = now() - interval '1 hour'")
    assert await telephones.write("YARDIM") is not None


async def test_another_countrys_number_is_not_answered_and_its_refusal_counts(
    telephones, brands, heart
):
    abroad = Address("+442079460000", AddressKind.PHONE)
    await consent(heart, a_key(address=abroad))
    for text in ("YARDIM", "DURUM", "RET TUM", "RET ORNEKM"):
        assert await telephones.write_from(abroad, text) is None
    assert await statuses(heart, a_key(address=abroad)) == [Status.RET]


async def test_help_names_the_call_centres_number_where_there_is_one(telephones):
    assert "cagri merkezi." in await telephones.write("YARDIM")
    telephones.tools = telephones.tools._replace(call_centre="0850 123 45 67")
    assert "cagri merkezi 0850 123 45 67." in await telephones.write("YARDIM")


@pytest.mark.parametrize(
    "text",
    [
        *("a" * 10_000, "ret " * 2500, "RET " + "x" * 9_996, "\0" * 10_000, "\u202e" * 10_000),
        *("RET \0", "RET '; drop table brand; --", "RET %", "RET ~", "RET \ud800", "DURUM \udfff"),
        *("RET {brand}", "RET " + "\u0130" * 400, "RET " + "~" * 50, "DURUM " + "\ufdfa" * 900),
    ],
    ids=range(15),
)
async def test_a_hostile_text_gets_an_ordinary_answer(text, telephones, brands, heart):
    await consent(heart, a_key())
    reply = await telephones.write(text)
    assert reply in {
        say("help", call_centre=""),
        say("unknown"),
        say("counts", approvals=1, refusals=0),
    }
    assert await statuses(heart, a_key()) == [Status.ONAY]


class Counting:
    """A database that keeps what is said to it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.said: list[str] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        async with self._database.connection() as connection:
            with connection.query_logger(lambda logged: self.said.append(logged.query)):
                yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with self.connection() as connection, connection.transaction():
            yield connection


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("RET ORNEKM", 9),
        ("DURUM ORNEKM", 6),
        ("RET ORNEKN", 5),
        ("YARDIM", 3),
        ("RET TUM", 8),
        ("EVET", 18),
        ("DURUM", 7),
    ],
)
async def test_an_answer_costs_so_many_round_trips_however_many_brands_there_are(
    text, most, telephones, brands, heart, given
):
    for who in (ME, SOMEBODY):
        await consent(heart, a_key(who), merchants(who), at_other(who))
    for number in range(10, 40):
        await given.brand(731000 + number, name=f"Örnek {number} Şube")
        await consent(heart, a_key(brand_code=BrandCode(731000 + number)))
    await heart.number_and_project()
    for who in (ME, SOMEBODY) if text == "EVET" else ():
        await telephones.write("RET TUM", who)
    await telephones.write(text, SOMEBODY)  # a connection's first of a kind asks for its types
    await heart.number_and_project()
    telephones.database = Counting(telephones.database)
    await telephones.write(text)
    assert 0 < len(telephones.database.said) <= most, telephones.database.said


async def test_nothing_that_is_kept_tells_who_wrote(telephones, brands, heart, owner):
    await consent(heart, a_key())
    await heart.number_and_project()
    await telephones.write("RET TUM")
    await telephones.write("RET ORNEKM")
    in_view = await owner.fetchval("select tag from citizen_consent")
    of_company = await owner.fetchval("select tag from provider_consent")
    question = await owner.fetchrow("select * from shortcode_question")
    limit = await owner.fetchrow("select * from limit_use where lane = '3338'")
    receipt = await owner.fetchrow("select * from receipt_number")
    tags = {question["sender_tag"], limit["client"], receipt["tag"]}
    assert not {in_view, of_company} & tags
    assert question["forget_after"].minute == question["forget_after"].second == 0
    for row in (question, limit, receipt):
        assert phone(ME).clear not in repr(dict(row))
        assert str(BRAND_CODE) not in repr(dict(row))


async def test_no_other_process_reads_questions_and_receipts(fresh_database):
    for role in ("izin_web", "izin_operator", "izin_desk"):
        database = await Database.open(fresh_database, role=role, size_max=1)
        for table in ("receipt_number", "shortcode_question"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with database.connection() as connection:
                    await connection.fetch(f"select * from {table}")
        await database.close()
