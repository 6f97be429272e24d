"""Beside the contract: a brand sees how many consents one of its dealers took.

Source  decision 0047: a part of the module of advanced brands and dealers
"""

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.operation import Answer, Call, Operation, Summary
from izin.api.retailers import code_of, no_such_retailer
from izin.api.services import Services, brand_of
from izin.api.shapes import COUNT, STANDING, TEXT, YES, object_of
from izin.api.wire import Wire
from izin.consent.dealers import know_any
from izin.retailer import lookup
from izin.retailer.lookup import REPORT_ROWS
from izin.retailer.model import Limit

REPORT = object_of(
    ("retailerCode", "taken", "isWhole", "list"),
    retailerCode=TEXT,
    taken=COUNT,
    isWhole=YES,
    newPerDay=COUNT,
    newToday=COUNT,
    list=STANDING,
)


async def retailer_report(call: Call[Services]) -> Answer:
    """Count the consents that a dealer took, by channel, recipient type and status."""
    code = code_of(call)
    if code is None:
        raise no_such_retailer(call)
    _, brand_code = brand_of(call)
    services, channels = call.services, call.allowed.channels
    await know_any(services.database, brand_code, [code])
    siv = services.keyring.retailers.seal(code)
    brand_ref = services.keyring.pseudonyms.brand_ref(brand_code)
    async with services.database.connection() as connection:
        found = await lookup.taken_by(connection, siv, brand_ref)
        limit = (await lookup.limits(connection, [code])).get(code)
    shown = [each for each in found if each.channel in channels]
    return Answer(
        200,
        {
            "retailerCode": str(code),
            "taken": sum(each.approvals + each.rejections for each in shown),
            "isWhole": sum(each.approvals + each.rejections for each in found) < REPORT_ROWS,
            **_bound(limit),
            "list": [
                {
                    "type": each.channel,
                    "recipientType": each.recipient_type,
                    "approvals": each.approvals,
                    "rejections": each.rejections,
                }
                for each in shown
            ],
        },
    )


def _bound(limit: Limit | None) -> Wire:
    return {} if limit is None else {"newPerDay": limit.new_a_day, "newToday": limit.taken}


OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xRetailerReport",
        method="GET",
        path="/x/brands/{brandCode}/retailers/{retailerCode}/report",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=retailer_report,
        summary=Summary(
            "Bir bayinin aldığı izinleri kanala ve duruma göre sayar.",
            "Counts the consents that a dealer took, by channel and status.",
        ),
        answers={200: REPORT},
        errors=("H058", "IZ078"),
    ),
)
