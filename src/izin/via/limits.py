"""How often a company may ask one address: twice a day, three minutes apart.

Source  contract 1.17 (H453, H465). Whatever an address gets of all companies together is bounded by
        the budgets of `izin.proof` besides.
"""

from izin.core.address import Address
from izin.core.codes import IysCode
from izin.proof.model import Budget
from izin.proof.send import spend
from izin.storage.database import Connection
from izin.vault.proof import ProofKeys

A_DAY = Budget("via_day", 2, 86_400)
APART = Budget("via_apart", 1, 180)


async def see_that_she_is_not_pressed(
    connection: Connection, keys: ProofKeys, of: IysCode, to: Address
) -> None:
    """Count one more request of a company to an address, in the caller's transaction.

    Raises  TooManyError IZ133 there were two today, IZ134 the last was less than three minutes ago
    """
    tag = keys.sender_tag(f"via {of} {to.clear}")
    await spend(connection, [(A_DAY, tag)], "IZ133")
    await spend(connection, [(APART, tag)], "IZ134")
