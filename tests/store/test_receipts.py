"""What a movement leaves behind: a receipt number that fixes it, and seals that bind it."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from builders.heart import a_key, a_proposal, phone
from builders.parties import BRAND_CODE

from izin.consent.event import Actor, EventBody
from izin.consent.listing import Wanted, list_consents
from izin.consent.opened import Opened, open_bodies
from izin.core.clock import IYS_TIME
from izin.core.terms import RecipientType, Source, Status
from izin.vault.errors import SealBrokenError

HOUR = timedelta(hours=1)


async def every_event(heart) -> list[Opened]:
    async with heart.database.connection() as connection:
        ids = await connection.fetch("select event_id from consent_event order by event_id")
        return await open_bodies(connection, heart.keyring, [row["event_id"] for row in ids])


def recomputed(body: EventBody) -> str:
    """The receipt number by the published formula, written anew on plain hashes and JSON."""
    recipient_salt, body_salt = body.salts[:32], body.salts[32:]
    address = body.key.address.clear.encode()
    recipient = hashlib.sha256(
        b"\x10" + recipient_salt + len(address).to_bytes(4, "big") + address
    ).hexdigest()

    def instant(at: datetime | None) -> str | None:
        return at and at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")

    fields = {
        "v": 1,
        "eventId": str(body.event_id),
        "kind": "consent",
        "receivedAt": instant(body.recorded_at),
        "consentDate": instant(body.consented_at),
        "iysCode": body.key.iys_code,
        "brandCode": body.key.brand_code,
        "mandateId": None,
        "channel": body.key.channel.value,
        "rtype": body.key.recipient_type.value,
        "source": body.source and body.source.value,
        "status": body.status.value,
        "noticeId": None,
        "noticeHash": None,
        "evidenceHash": None,
        "actorClass": body.actor.value,
        "C_rcpt": recipient,
    }
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(b"\x11" + body_salt + canonical.encode()).hexdigest()


async def test_a_receipt_number_is_the_commitment_of_what_was_recorded(heart):
    istanbul = (datetime.now(UTC) - 3 * HOUR).astimezone(None)
    verdicts = await heart.record(
        a_proposal(1, consented_at=istanbul),
        a_proposal(
            key=a_key(1, recipient_type=RecipientType.TACIR), source=None, consented_at=None
        ),
    )
    verdicts += await heart.record(
        a_proposal(1, status=Status.RET, source=Source.IYS_WEB, consented_at=None),
        actor=Actor.CITIZEN,
    )
    events = {each.transaction_id: each.body for each in await every_event(heart)}
    assert {each.transaction_id for each in verdicts} == set(events)
    for transaction_id, body in events.items():
        assert recomputed(body) == transaction_id


async def test_a_date_in_another_zone_commits_to_the_same_instant(heart):
    local = (datetime.now(UTC) - 3 * HOUR).astimezone(IYS_TIME)
    [verdict] = await heart.record(a_proposal(1, consented_at=local))
    [event] = await every_event(heart)
    assert recomputed(event.body) == verdict.transaction_id


async def test_a_movement_opens_in_its_own_row_only(heart, owner):
    await heart.record(a_proposal(1), a_proposal(2))
    await owner.execute(
        "update consent_event as one set body_sealed = other.body_sealed "
        "from consent_event as other where other.event_id <> one.event_id"
    )
    with pytest.raises(SealBrokenError):
        await every_event(heart)


async def test_an_address_opens_in_its_own_row_only(heart, owner):
    await heart.record(a_proposal(1), a_proposal(2))

    async def listed() -> set[str]:
        async with heart.database.connection() as connection:
            page = await list_consents(connection, heart.keyring, Wanted(brand_code=BRAND_CODE))
        return {each.recipient for each in page.items}

    assert await listed() == {phone(1).clear, phone(2).clear}
    await owner.execute(
        "update provider_consent as one set recipient_sealed = other.recipient_sealed "
        "from provider_consent as other where other.tag <> one.tag"
    )
    with pytest.raises(SealBrokenError):
        await listed()


async def test_no_process_may_change_what_happened(heart):
    await heart.record(a_proposal(1))
    for database in (heart.database, heart.keeper_database):
        async with database.connection() as connection:
            for change in ("update consent_event set tag = null", "delete from consent_event"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(change)
