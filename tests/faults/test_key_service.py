"""The key service is away: every refusal gets through, and nothing that would say yes does."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from builders.heart import Heart, a_key, a_proposal, phone
from builders.parties import BRAND_CODE

from izin.consent.event import Actor
from izin.consent.model import Recorded
from izin.consent.rebuild import check
from izin.core.errors import UnavailableError
from izin.core.terms import Source, Status
from izin.keyring import Keyring, open_keyring, open_whole_keyring
from izin.keyring.keyring import REFUSAL_WAITS_S
from izin.shortcode.answer import Tools, answer
from izin.storage.database import Database
from izin.vault.provider import FileKeyProvider
from izin.vault.secret import Secret


class KeyService(FileKeyProvider):
    """A root that is somewhere else, and may be out of reach or not answer at all."""

    def __init__(self, path) -> None:
        super().__init__(path, production=False)
        self.is_away = False
        self.answers = threading.Event()
        self.answers.set()

    def wrap(self, secret: Secret, label: bytes) -> bytes:
        self._reach()
        return super().wrap(secret, label)

    def unwrap(self, wrapped: bytes, label: bytes) -> Secret:
        self._reach()
        return super().unwrap(wrapped, label)

    def _reach(self) -> None:
        self.answers.wait()
        if self.is_away:
            raise UnavailableError("the key service is away")


@pytest.fixture
def service(tmp_path, root) -> KeyService:
    return KeyService(tmp_path / "root.key")


@pytest.fixture
async def heart(database, keeper_database, service, given) -> AsyncIterator[Heart]:
    """Consents of ten people, and processes that have loaded no brand's key since they began."""
    await given.provider()
    await given.brand(name="Örnek Mağaza")
    before = await opened(database, keeper_database, service)
    await before.record(*(a_proposal(number) for number in range(10)))
    await before.number_and_project()
    yield await opened(database, keeper_database, service)
    service.answers.set()


async def opened(web: Database, keeper: Database, service: KeyService) -> Heart:
    keys, whole = await open_keyring(web, service), await open_whole_keyring(keeper, service)
    return Heart(web, keeper, keys, whole)


def a_refusal(number: int):
    return a_proposal(number, status=Status.RET, source=Source.IYS_WEB, consented_at=None)


async def stands(heart: Heart, number: int) -> Status:
    standing = await heart.checker.standing(a_key(number))
    assert standing is not None
    return standing.status


async def differences(heart: Heart) -> int:
    report = await check(heart.keeper_database, heart.keeper_keyring, lambda *_: None)
    assert report.movements > 10
    return report.differences


async def test_refusals_are_recorded_and_consents_are_not(heart, service, owner):
    service.is_away = True
    [hers] = await heart.record(a_refusal(1), actor=Actor.CITIZEN)
    [theirs] = await heart.record(a_proposal(2, status=Status.RET, ago=timedelta(minutes=1)))
    assert isinstance(hers, Recorded)
    assert isinstance(theirs, Recorded)
    assert await stands(heart, 1) is await stands(heart, 2) is Status.RET
    events = await owner.fetchval("select count(*) from consent_event")
    for refused in ([a_proposal(11)], [a_proposal(12), a_refusal(3)]):
        with pytest.raises(UnavailableError):
            await heart.record(*refused)
    assert await owner.fetchval("select count(*) from consent_event") == events


async def test_what_was_sealed_meanwhile_is_read_by_everybody_afterwards(heart, service):
    service.is_away = True
    await heart.record(a_refusal(1), actor=Actor.CITIZEN)
    service.is_away = False
    await heart.number_and_project()
    assert await differences(heart) == 0
    [again] = await heart.record(a_proposal(1, consented_at=datetime.now(UTC)))
    assert isinstance(again, Recorded)
    await heart.number_and_project()
    assert await differences(heart) == 0


async def test_a_service_that_does_not_answer_holds_no_refusal_up(heart, service):
    service.answers.clear()
    async with asyncio.timeout(20 * REFUSAL_WAITS_S):
        told = await asyncio.gather(
            *(heart.record(a_refusal(number), actor=Actor.CITIZEN) for number in range(5))
        )
    assert all(isinstance(verdict, Recorded) for [verdict] in told)
    service.answers.set()
    [renewed] = await heart.record(a_proposal(7, consented_at=datetime.now(UTC)))
    assert isinstance(renewed, Recorded)


async def test_who_writes_to_3338_is_answered_all_the_same(heart, service, citizen_database):
    keys: Keyring = await open_whole_keyring(citizen_database, service)
    service.is_away = True
    sent = (citizen_database, Tools(keys, heart.recorder), phone(1), f"RET {BRAND_CODE}")
    reply = await answer(*sent, now=datetime.now(UTC))
    assert reply is not None
    assert reply.startswith("RET kaydedildi: Ornek Magaza, SMS. Belge ")
    assert await stands(heart, 1) is Status.RET
