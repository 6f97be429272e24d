"""Which records are the sender's own, as far as it is known since when the number is his.

3338 cannot ask; the pages do. Of a number of which nobody has said it, what a carrier's report
ended is of whoever had the line. Source: security T14; decisions 0064, 0075
"""

from collections.abc import Sequence

from izin.citizen.hers import hers
from izin.citizen.number import said_of
from izin.core.terms import Source
from izin.shortcode.call import Call, Record


async def own_of(call: Call, records: Sequence[Record]) -> list[Record]:
    """Those that are the sender's own, in their order.

    Cost    one round trip, and what `hers` costs
    """
    if not records:
        return []
    said = await said_of(call.connection, call.keyring.citizen, [call.sender], call.now)
    if call.sender in said:
        return await hers(call.connection, call.keyring, records, said[call.sender])
    return [each for each in records if each.standing.source is not Source.IYS_AHS_HAT_KAPATMA]
