"""A code is drawn and sent, if neither he who gets it nor he who pays has had too many.

Source  contract 1.17; KVKK 2025/1072
"""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from izin.admission.limiter import TooManyError
from izin.core.errors import RefusalError, Refused
from izin.core.uuid7 import uuid7s
from izin.message.model import Rendered
from izin.message.write import Letter, Meant, put, write
from izin.proof import store
from izin.proof.alarm import ring
from izin.proof.model import (
    BLOCK,
    COMPANIES_BLOCK,
    CONFIRMED_SHARE_MIN,
    DIGITS,
    GIVEN_BACK,
    LATEST,
    NETWORK,
    OVERALL,
    PAID,
    RECIPIENT,
    SENDER,
    SETTLED_MIN,
    SHARES,
    WHOSE,
    Asked,
    Budget,
)
from izin.storage.database import Connection
from izin.vault.proof import ProofKeys, draw_code
from izin.vault.sealing import Sealer

_MOBILE = "+905"
_OF_CODES = "IZ110"
_log = logging.getLogger("izin.proof")

Spent = tuple[Budget, UUID]


async def send(
    connection: Connection, keys: ProofKeys, sealer: Sealer, asked: Asked, *, now: datetime
) -> UUID:
    """Send a code, in the caller's transaction; if that is undone nothing was sent or counted.

    Gives   the proof's id, with which the code is given back
    Raises  TooManyError IZ110 there were too many, IZ114 too few of this sender's were right ·
            RefusalError IZ113 no text message goes to this number · UnavailableError
    Cost    four statements, five where a sender pays
    """
    await admit(connection, keys, asked)
    return await send_admitted(connection, keys, sealer, asked, now=now)


async def admit(
    connection: Connection, keys: ProofKeys, asked: Asked, *, messages: int = 1, parts: int = 1
) -> None:
    """See that so many messages may go there, and count them, the code among them.

    Takes   parts: the segments of all of them, which are what a supplier is paid for
    Raises  as `send`
    """
    if asked.costs and not asked.to.clear.startswith(_MOBILE):
        raise RefusalError(Refused(code="IZ113"))
    if asked.costs and asked.sender:  # a network's own budget stops it long before
        await _see_that_codes_come_back(connection, keys.sender_tag(asked.sender))
    spent = _budgets(keys, asked)
    counts = [max(messages, parts) if each.kind in PAID else messages for each, _ in spent]
    await spend(connection, spent, counts=counts)


async def send_admitted(
    connection: Connection, keys: ProofKeys, sealer: Sealer, asked: Asked, *, now: datetime
) -> UUID:
    """Send a code that was counted before, else as `send`."""
    (proof_id,) = uuid7s(1, int(now.timestamp() * 1000))
    code = asked.secret or draw_code(DIGITS[asked.purpose])
    # a network's tag would join the addresses of a home: one is drawn, and leads nowhere
    sender_tag = keys.sender_tag(asked.sender) if asked.sender else uuid4()
    given_back = [each for each in _budgets(keys, asked) if each[0].kind in GIVEN_BACK]
    back = sorted(given_back, key=lambda each: each[0].kind)  # all take their rows in one order
    await store.enter(
        connection,
        proof_id,
        asked.purpose.value,
        keys.recipient_tag(asked.to),
        sender_tag,
        asked.costs,
        keys.code_hash(proof_id, asked.bound, code),
        now + asked.life,
        [budget.kind for budget, _ in back],
        keys.covered(proof_id, [tag for _, tag in back]),
    )
    await _tell(connection, sealer, asked, (proof_id, code), now)
    return proof_id


async def _tell(
    connection: Connection, sealer: Sealer, asked: Asked, made: tuple[UUID, str], now: datetime
) -> None:
    proof_id, code = made
    if asked.worded is not None:
        body = asked.worded.body.replace("{code}", code)
        rendered = Rendered(
            to=asked.to,
            subject=asked.worded.subject.replace("{code}", code),
            body=body,
            unsubscribe=asked.unsubscribe,
        )
        version = asked.worded.version
        meant = Meant(asked.words, version, asked.life, proof_id, asked.wakes)
        await put(connection, sealer, rendered, meant, now=now)
        return
    told = Letter(
        to=asked.to,
        words=asked.words,
        values={**asked.values, "code": code},
        language=asked.language,
        good_for=asked.life,
        once=proof_id,
        unsubscribe=asked.unsubscribe,
        wakes=asked.wakes,
    )
    await write(connection, sealer, told, now=now)


async def spend(
    connection: Connection,
    spent: Sequence[Spent],
    code: str = _OF_CODES,
    *,
    counts: Sequence[int] | None = None,
) -> None:
    """Take one of each budget, or so many as `counts` says.

    Raises  TooManyError `code` with the seconds until the one that is empty begins anew
    """
    had = await store.spend(
        connection,
        [budget.kind for budget, _ in spent],
        [tag for _, tag in spent],
        [budget.window_s for budget, _ in spent],
        counts or [1] * len(spent),
    )
    counted = {row["kind"]: (row["used"], row["retry_after_s"]) for row in had}
    see_that_none_is_empty(spent, counted, code)


async def see_room(connection: Connection, spent: Sequence[Spent], code: str = _OF_CODES) -> None:
    """See that there is one more of each budget, and take none. Raises TooManyError `code`."""
    had = await store.had(
        connection, [budget.kind for budget, _ in spent], [tag for _, tag in spent]
    )
    # one more may not be had, so what is had already counts as that
    counted = {each["kind"]: (each["used"] + 1, each["retry_after_s"]) for each in had}
    see_that_none_is_empty(spent, counted, code)


def see_that_none_is_empty(
    spent: Sequence[Spent], had: dict[str, tuple[int, int]], code: str = _OF_CODES
) -> None:
    """See that no more was had than there is. Raises TooManyError `code`."""
    over = [each.kind for each, _ in spent if had.get(each.kind, (0, 0))[0] > each.most]
    if over:
        ring(over)
        retry_after_s = max(had[kind][1] for kind in over)
        of_codes = WHOSE if code == _OF_CODES else {}  # others have words of their own
        whose = next((of_codes[kind] for kind in of_codes if kind in over), "")
        raise TooManyError(code, retry_after_s=retry_after_s, whose=whose)


def share() -> UUID:
    """Give one of the rows in which is counted what all have together."""
    return UUID(int=secrets.randbelow(SHARES))


def _budgets(keys: ProofKeys, asked: Asked) -> list[Spent]:
    recipient = keys.recipient_tag(asked.to)
    spent = [(each, recipient) for each in RECIPIENT]
    if asked.sender:
        spent.append((SENDER, keys.sender_tag(asked.sender)))
    else:
        spent += [(each, keys.network_tag(asked.network)) for each in NETWORK]
    if asked.costs:
        block = COMPANIES_BLOCK if asked.sender else BLOCK
        spent += [(each, keys.block_tag(asked.to)) for each in block]
        spent.append((OVERALL, share()))
    return spent


async def _see_that_codes_come_back(connection: Connection, sender_tag: UUID) -> None:
    """Stop whoever has codes sent that hardly anybody gives back: he pumps numbers."""
    found = await store.outcomes(connection, sender_tag, LATEST)
    settled, confirmed = found["settled"], found["confirmed"]
    if settled >= SETTLED_MIN and confirmed < settled * CONFIRMED_SHARE_MIN:
        _log.error("codes are not given back", extra={"row_count": settled})
        raise TooManyError("IZ114", retry_after_s=3600)
