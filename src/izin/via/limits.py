"""How often a company may ask one address: twice a day, three minutes apart; and a page for one.

Source  contract 1.17 (H453, H465). Whatever an address gets of all companies together is bounded by
        the budgets of `izin.proof` besides.
"""

from izin.admission.limiter import TooManyError
from izin.core.address import Address
from izin.core.codes import IysCode
from izin.core.errors import RefusalError, Refused
from izin.proof.model import Budget
from izin.proof.send import spend
from izin.storage.database import Connection
from izin.vault.proof import ProofKeys

NONCE = Budget("widget_nonce", 1, 2 * 3600)
UNWORKED = Budget("widget_free", 3, 3600)
NETWORK = Budget("widget_hour", 120, 3600)
"""Of a widget: a nonce is used once; three requests an hour of a network are begun without work,
and 120 at most: behind one address of a mobile operator are thousands of people.

Source  contract 1.17b (captcha after three tries); security T12
"""

A_DAY = Budget("via_day", 2, 86_400)
APART = Budget("via_apart", 1, 180)


async def see_that_she_is_not_pressed(
    connection: Connection, keys: ProofKeys, of: IysCode, to: Address
) -> None:
    """Count one more request of a company to an address, in the caller's transaction.

    Raises  TooManyError IZ133 there were two within 24 hours, IZ134 the last was less than three
            minutes ago
    """
    tag = keys.sender_tag(f"via {of} {to.clear}")
    await spend(connection, [(A_DAY, tag)], "IZ133")
    await spend(connection, [(APART, tag)], "IZ134")


async def see_that_it_is_nobodys_pump(
    connection: Connection, keys: ProofKeys, network: str, *, is_worked: bool
) -> None:
    """Count one more request that a widget begins from a network, in the caller's transaction.

    Raises  RefusalError IZ153 it has to work first · TooManyError IZ154
    """
    tag = keys.network_tag(f"widget {network}")
    try:
        await spend(connection, [(UNWORKED, tag)])
    except TooManyError:
        if not is_worked:
            facts = (("tries", str(UNWORKED.most)),)
            raise RefusalError(Refused(code="IZ153", facts=facts)) from None
    await spend(connection, [(NETWORK, tag)], "IZ154")


async def use_up(connection: Connection, keys: ProofKeys, nonce: str) -> None:
    """Use a nonce up with the caller's transaction: of two at once the second waits, and fails.

    Raises  RefusalError IZ152 it was used
    """
    try:
        await spend(connection, [(NONCE, keys.sender_tag(f"widget nonce {nonce}"))])
    except TooManyError:
        raise RefusalError(Refused(code="IZ152")) from None
