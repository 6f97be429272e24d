"""A code is given back: once, within its life, and by no more than three tries."""

from contextlib import suppress

from izin.admission.limiter import TooManyError
from izin.core.errors import RefusalError, Refused
from izin.proof import store
from izin.proof.model import (
    DIGITS,
    TRIES_MAX,
    WRONG_NETWORK,
    WRONG_OVERALL,
    WRONG_RECIPIENT,
    WRONG_SENDER,
    Purpose,
    Shown,
)
from izin.proof.send import Spent, see_room, share, spend
from izin.storage.database import Connection, Database
from izin.vault.proof import ProofKeys


def misshapen(purpose: Purpose, code: str) -> Refused | None:
    """See that it looks like a code of its purpose; what does not costs no try.

    It is told by the code's signs alone, before anything is looked up: it says nothing of any code.
    Gives   IZ160 it is not so many digits; None: it may be tried
    """
    digits = DIGITS.get(purpose)
    if digits is None or (len(code) == digits and code.isascii() and code.isdigit()):
        return None
    found = sum(each.isascii() and each.isdigit() for each in code)
    facts = {"digits": digits, "signs": len(code), "found": found}
    return Refused(code="IZ160", facts=tuple((name, str(value)) for name, value in facts.items()))


async def check(database: Database, keys: ProofKeys, shown: Shown) -> None:
    """Use a code up. What it was tried is counted whatever becomes of the caller's work.

    Raises  RefusalError IZ111 it is wrong, and may be tried again, IZ112 it is over: used, too
            old, tried too often, or of something else, IZ160 it looks like none · TooManyError
            IZ110 too many wrong ones · UnavailableError
    Cost    one transaction of four statements
    """
    async with database.transaction() as connection:
        refused = await tried(connection, keys, shown)
    if refused is not None:
        raise RefusalError(refused)


async def tried(connection: Connection, keys: ProofKeys, shown: Shown) -> Refused | None:
    """Use a code up in the caller's transaction, which has to commit whatever comes of it.

    Gives   why it was not right, as `check` raises it, or None
    Raises  TooManyError IZ110 · UnavailableError
    """
    refused = misshapen(shown.purpose, shown.code)
    if refused is not None:
        return refused
    row = await store.whose(connection, shown.proof_id)
    if row is None:
        return Refused(code="IZ112")
    wrong: list[Spent] = [
        (WRONG_RECIPIENT, row["recipient_tag"]),
        _whose(keys, shown),
        (WRONG_OVERALL, share()),
    ]
    await see_room(connection, wrong)
    hashed = keys.code_hash(shown.proof_id, shown.bound, shown.code)
    found = await store.try_code(connection, shown.proof_id, shown.purpose, hashed, TRIES_MAX)
    if found is None:
        return Refused(code="IZ112")
    if found["is_right"]:
        tags = keys.covered(shown.proof_id, found["back_tags"])
        await store.give_back(connection, found["back_kinds"], tags, found["made_at"])
        return None
    with suppress(TooManyError):  # others came at once: it is counted, and the next finds no room
        await spend(connection, wrong)
    if found["tries_left"] == 0:
        return Refused(code="IZ112")
    return Refused(code="IZ111", facts=(("left", str(found["tries_left"])),))


def _whose(keys: ProofKeys, shown: Shown) -> Spent:
    """For whom a wrong one counts, besides its address and all together."""
    if shown.sender:
        return WRONG_SENDER, keys.sender_tag(shown.sender)
    return WRONG_NETWORK, keys.network_tag(shown.network)
