"""A number may have been somebody else's: his companies are not shown to whoever has it now."""

from datetime import timedelta

import pytest
from builders.heart import a_key, a_proposal, keeping, phone, until
from builders.parties import BRAND_CODE
from builders.visitor import ME, RECEIPT, Visitor

from izin.account import find, keep
from izin.account.model import Bound
from izin.citizen import claim as claims
from izin.citizen import number
from izin.citizen.call import Call
from izin.citizen.number import SILENCE, forget_old_words, said_of
from izin.consent.record import Recorder
from izin.core.clock import utc_now
from izin.core.terms import Channel, Source
from izin.receipt.issue import proven_by
from izin.wiring.parts import open_parts


async def let_in(visitor, address: str = ME) -> None:
    """As far as the notice."""
    await visitor.get("/consents")
    await visitor.send("/sign-in", address=address)
    await visitor.send("/sign-in/code", code=await visitor.code())


async def approvals(owner) -> int:
    return await owner.fetchval("select count(*) from provider_consent where status = 'ONAY'")


async def test_she_is_asked_on_the_notice_and_nothing_is_shown_before(visitor):
    await let_in(visitor)
    assert "ne zamandan beri sizin" in visitor.page
    answer = await visitor.send("/notice")
    assert answer.status_code == 422
    assert "Listeden birini seçin" in visitor.page
    assert "ne zamandan beri sizin" in (await visitor.get("/number")).text
    await visitor.send("/notice", owned="always")
    assert "baştan beri sizin olduğunu söylediniz" in visitor.page, "where she wanted to go"
    await visitor.get("/consents")
    assert "Işık Giyim" in visitor.page


@pytest.mark.parametrize(
    "fields",
    [
        {"owned": "month"},
        {"owned": "month", "month": "13", "year": "2024"},
        {"owned": "month", "month": "1", "year": "1890"},
        {"owned": "month", "month": "12", "year": "9999"},
        {"owned": "month", "month": "²", "year": "2024"},
        {"owned": "belki"},
    ],
)
async def test_a_month_that_cannot_be_is_asked_for_again(visitor, fields):
    await let_in(visitor)
    answer = await visitor.send("/notice", **fields)
    assert answer.status_code == 422
    assert "Işık Giyim" not in visitor.page


async def test_what_was_before_her_is_counted_and_not_named(visitor, heart, owner):
    old = a_proposal(key=a_key(7), ago=timedelta(days=900))
    await heart.record(old, a_proposal(key=a_key(7, channel=Channel.ARAMA)))
    await heart.number_and_project()
    await let_in(visitor, "0599 000 00 07")
    month = (utc_now() - timedelta(days=400)).date()
    await visitor.send("/notice", owned="month", month=str(month.month), year=str(month.year))
    assert "1 izin bulundu" in visitor.page
    assert "önceki 1 kayıt adıyla gösterilmiyor" in visitor.page
    assert "Mesaj (SMS)" not in visitor.page.split("<table")[1]
    await visitor.get("/number")
    assert "Işık Giyim" not in visitor.page.split("<main")[1]
    await visitor.send("/number/since", owned="always")
    assert "2 izin bulundu" in visitor.page


async def test_a_claim_names_nothing_of_what_it_refused(visitor, heart, owner):
    """Neither the claim's own refusals nor a company's; an approval that is new does."""
    sent = a_proposal(key=a_key(7), ago=timedelta(days=900))
    called = a_proposal(key=a_key(7, channel=Channel.ARAMA), ago=timedelta(days=900))
    await heart.record(sent, called)
    await heart.number_and_project()
    await let_in(visitor, "0599 000 00 07")
    await visitor.send("/notice", owned="new")
    await visitor.send("/number", sure="1")
    await visitor.get("/consents")
    assert "önceki 2 kayıt adıyla gösterilmiyor" in visitor.page
    assert "Işık Giyim" not in visitor.page.split("<main")[1]
    for path in ("/data/izinlerim.json", "/acts", "/number"):
        assert "Işık Giyim" not in (await visitor.get(path)).text.split("<main")[-1]
    assert (await visitor.get(f"/brands/{BRAND_CODE}/history")).status_code == 404
    await heart.record(a_proposal(key=a_key(7), ago=timedelta()))
    await heart.number_and_project()
    await visitor.get(f"/brands/{BRAND_CODE}/history")
    assert "İlk kayıt" in visitor.page.split("timeline")[1]
    assert visitor.page.split("timeline")[1].count("<li>") == 1, "her own movement alone"
    taken = (await visitor.get("/data/izinlerim.json")).json()
    assert "RET" not in str(taken)
    assert "ARAMA" not in str(taken)
    await visitor.get("/consents")
    assert "önceki 1 kayıt adıyla gösterilmiyor" in visitor.page


async def test_a_newly_given_number_has_everything_refused(visitor, heart, owner, citizen_keys):
    """T14, whole: counted first, confirmed, refused at every brand and of either type, proved."""
    async with owner.transaction():
        await keep.bind(owner, citizen_keys, None, Bound(phone(1), "", utc_now()))
    await let_in(visitor)
    await visitor.send("/notice", owned="new")
    assert "Onay durumunda 3 kayıt" in visitor.page
    assert "Işık Giyim" not in visitor.page.split("<main")[1]
    answer = await visitor.send("/number")
    assert (answer.status_code, await approvals(owner)) == (422, 4), "nothing without the tick"
    await visitor.send("/number", sure="1")
    assert "onayların tümü reddedildi" in visitor.page
    assert await approvals(owner) == 1, "somebody else's stands"
    rows = await owner.fetch(
        "select code from provider_consent join source on id = source where status = 'RET'"
    )
    assert [row["code"] for row in rows] == ["IYS_WEB"] * 3
    receipt = RECEIPT.search(visitor.page)[0]
    proven = await proven_by(owner, visitor.keyring, receipt)
    assert len(proven.events) == 3
    assert await owner.fetchval("select count(*) from number_claim") == 1
    assert await find.holder_of(owner, citizen_keys, phone(1)) is None, "it left the old account"
    await visitor.get("/number")
    assert "onay durumunda kayıt yok" in visitor.page


async def test_a_claim_ends_every_other_session_that_showed_the_number(
    app, visitor, owner, keyring, citizen_keys, keeper_database
):
    """Of whoever had it before: his browser neither sees nor approves; her own goes on."""
    his, others = Visitor(app, owner, keyring), Visitor(app, owner, keyring)
    for one, address in ((his, ME), (others, "0599 000 00 02"), (visitor, ME)):
        await let_in(one, address)
        await one.send("/notice", owned="same" if one is visitor else "always")
    assert "Işık Giyim" in (await his.get("/consents")).text
    await visitor.send("/number", sure="1")
    assert "onayların tümü reddedildi" in visitor.page
    assert "Işık Giyim" not in (await his.get("/consents")).text
    assert "Işık Giyim" in (await others.get("/consents")).text
    async with keeper_database.transaction() as connection:
        await number.let_go(connection, citizen_keys, [phone(2)], utc_now())
    assert "Işık Giyim" not in (await others.get("/consents")).text
    assert (await visitor.get("/consents")).status_code == 200
    for one in (his, others):
        await one.client.aclose()


async def test_what_does_not_fit_one_transaction_is_refused_by_the_keeper(
    visitor, owner, citizen_database, keeper_keyring, settings_of_pages
):
    async with citizen_database.transaction() as connection:
        call = Call(
            connection=connection,
            keyring=keeper_keyring,
            recorder=Recorder(keeper_keyring),
            address=phone(1),
            source=Source.IYS_WEB,
        )
        claimed = await claims.claim(call, now=utc_now(), rows_max=1)
    assert claimed.act is not None
    assert claimed.act.parts == 3
    assert await approvals(owner) == 4

    async def is_done() -> bool:
        return await approvals(owner) == 1

    async with open_parts(settings_of_pages, role="izin_keeper") as parts, keeping(parts):
        await until(is_done)
    assert await proven_by(owner, keeper_keyring, claimed.act.receipt)


async def test_a_closed_line_leaves_its_account(owner, citizen_keys, keeper_database):
    """Whoever is given the number next finds nothing, and is asked since when it is hers."""
    async with owner.transaction():
        await keep.bind(owner, citizen_keys, None, Bound(phone(1), "", utc_now()))
        await number.say(owner, citizen_keys, phone(1), None, utc_now())
    async with keeper_database.transaction() as connection:
        await number.let_go(connection, citizen_keys, [phone(1)], utc_now())
    assert await find.holder_of(owner, citizen_keys, phone(1)) is None
    assert await number.said_of(owner, citizen_keys, [phone(1)], utc_now()) == {}


async def test_an_account_that_held_it_longer_is_somebody_elses(visitor, owner, citizen_keys):
    """She says since when it is hers: whoever showed it before that is another."""
    long_ago = utc_now() - timedelta(days=800)
    async with owner.transaction():
        theirs = Bound(phone(9), "", utc_now())
        await keep.bind(owner, citizen_keys, None, Bound(phone(1), "", long_ago), theirs)
    await let_in(visitor)
    month = (utc_now() - timedelta(days=100)).date()
    await visitor.send("/notice", owned="month", month=str(month.month), year=str(month.year))
    await visitor.get("/addresses")
    assert "0599 *** ** 09" not in visitor.page
    assert await find.holder_of(owner, citizen_keys, phone(1)) is None
    assert await find.holder_of(owner, citizen_keys, phone(9)) is not None


async def test_whoever_comes_next_by_its_code_says_whether_she_has_said_it(visitor):
    """An operator may have given the number on, and no carrier have told: nothing is inherited."""
    await let_in(visitor)
    assert 'value="same"' not in visitor.page
    await visitor.send("/notice", owned="always")
    await visitor.send("/sign-out")
    await let_in(visitor)
    assert "Işık Giyim" not in (await visitor.get("/consents")).text
    await visitor.send("/notice", owned="belki")
    await visitor.send("/notice", owned="same")
    assert "Işık Giyim" in visitor.page


async def test_nothing_of_an_account_is_shown_before_she_has_said_that_the_number_was_hers(
    visitor, owner, citizen_keys
):
    """Whoever is given a number proves that one, and sees nothing else of whoever had it before."""
    async with owner.transaction():
        his = [Bound(phone(1), "annem", utc_now()), Bound(phone(9), "iş yeri", utc_now())]
        await keep.bind(owner, citizen_keys, None, *his)
    await let_in(visitor)
    for path in ("/notice", "/addresses", "/consents", "/number"):
        await visitor.get(path)
        assert 'name="owned"' in visitor.page, path
        for of_his in ("** 09", "annem", "iş yeri"):
            assert of_his not in visitor.page, path
    await visitor.send("/notice", owned="always")
    await visitor.get("/addresses")
    assert "** 09" in visitor.page


async def test_nobody_says_again_what_was_never_said(visitor):
    await let_in(visitor)
    assert (await visitor.send("/notice", owned="same")).status_code == 422
    assert "Işık Giyim" not in visitor.page


async def test_what_was_said_is_forgotten_after_half_a_year_of_silence(
    visitor, owner, citizen_keys
):
    await let_in(visitor)
    await visitor.send("/notice", owned="always")
    later = utc_now() + SILENCE - timedelta(days=1)
    assert await said_of(owner, citizen_keys, [phone(1)], later) == {phone(1): None}
    await number.come_back(owner, citizen_keys, [phone(1)], later)
    await forget_old_words(owner, later + SILENCE - timedelta(days=1), 10)
    assert await owner.fetchval("select count(*) from number_word") == 1, "she has come meanwhile"
    long_after = later + SILENCE + timedelta(days=1)
    assert await said_of(owner, citizen_keys, [phone(1)], long_after) == {}
    await forget_old_words(owner, long_after, 10)
    assert await owner.fetchval("select count(*) from number_word") == 0


async def test_nobody_is_asked_of_an_e_mail_address(visitor):
    await let_in(visitor, "biri@posta.example")
    assert 'name="owned"' not in visitor.page
    await visitor.send("/notice")
    assert (await visitor.get("/number")).status_code == 404


async def test_evidence_is_kept_three_years(visitor, owner):
    await let_in(visitor)
    await visitor.send("/notice", owned="new")
    await visitor.send("/number", sure="1")
    for days, left in ((3 * 365, 1), (3 * 365 + 3, 0)):
        await claims.forget_old_claims(owner, utc_now() + timedelta(days=days), 10)
        assert await owner.fetchval("select count(*) from number_claim") == left


@pytest.fixture
def citizen_keys(keeper_keyring):
    return keeper_keyring.citizen
