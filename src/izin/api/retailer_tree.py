"""Beside the contract: which of a brand's dealers stands under which, and how much one may bring.

Source  decisions 0047, 0052: a part of the module of advanced brands and dealers
"""

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.form import Form
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Summary
from izin.api.retailers import code_of, no_such_retailer
from izin.api.services import Services, brand_of, principal_of
from izin.api.wire import Wire
from izin.core.codes import RetailerCode
from izin.retailer.limit import NEW_A_DAY_MAX, set_limit
from izin.retailer.model import Branch, RetailerStatus
from izin.retailer.status import set_status
from izin.retailer.tree import branches, put_under

_CODE_MAX = 99_999_999
_CODE = {"type": "string"}
TREE = {
    "type": "object",
    "properties": {
        "list": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "retailerCode": _CODE,
                    "parentCode": _CODE,
                    "depth": {"type": "integer", "minimum": 0},
                    "title": {"type": "string"},
                    "status": {"type": "string"},
                    "newPerDay": {"type": "integer", "minimum": 0},
                },
                "required": ["retailerCode", "depth", "title", "status"],
            },
        }
    },
    "required": ["list"],
}
UNDER = {
    "type": "object",
    "properties": {"parentCode": {"type": "integer", "minimum": 1, "maximum": _CODE_MAX}},
    "additionalProperties": False,
    "examples": [{}],
}
_STATUS = {"type": "string", "enum": [each.value for each in RetailerStatus]}
STATUS = {
    "type": "object",
    "properties": {"status": _STATUS},
    "required": ["status"],
    "additionalProperties": False,
    "examples": [{"status": "passive"}],
}
STATUS_PUT = {
    "type": "object",
    "properties": {"retailerCode": _CODE, "status": _STATUS},
    "required": ["retailerCode", "status"],
}
BOUND = {
    "type": "object",
    "properties": {"newPerDay": {"type": "integer", "minimum": 0, "maximum": NEW_A_DAY_MAX}},
    "additionalProperties": False,
    "examples": [{}],
}
BOUNDED = {
    "type": "object",
    "properties": {"retailerCode": _CODE, "newPerDay": {"type": "integer", "minimum": 0}},
    "required": ["retailerCode"],
}
PUT = {
    "type": "object",
    "properties": {"retailerCode": _CODE, "parentCode": _CODE},
    "required": ["retailerCode"],
}


async def retailer_tree(call: Call[Services]) -> Answer:
    """List the brand's dealers, each followed by those that stand under it."""
    _, brand_code = brand_of(call)
    async with call.services.database.connection() as connection:
        found = await branches(connection, brand_code)
    return Answer(200, {"list": [_shown(depth, each) for depth, each in found]})


async def retailer_limit(call: Call[Services]) -> Answer:
    """Bound how many new consents a dealer may bring in a day; not at all if the body says none."""
    code = code_of(call)
    if code is None:
        raise no_such_retailer(call)
    form = Form(call.body, ("newPerDay",))
    new_a_day = form.number("newPerDay", 0, NEW_A_DAY_MAX)
    form.check()
    services = call.services
    await set_limit(services.database, code, new_a_day, of=brand_of(call), by=principal_of(call))
    bound = {} if new_a_day is None else {"newPerDay": new_a_day}
    return Answer(200, {"retailerCode": str(code), **bound})


async def retailer_status(call: Call[Services]) -> Answer:
    """Let a dealer rest, stop it, or let it go on."""
    code = code_of(call)
    if code is None:
        raise no_such_retailer(call)
    form = Form(call.body, ("status",))
    status = form.term("status", RetailerStatus, required=True)
    form.check()
    assert status is not None, "it is required"
    services = call.services
    await set_status(services.database, code, status, of=brand_of(call), by=principal_of(call))
    return Answer(200, {"retailerCode": str(code), "status": status.value})


async def retailer_under(call: Call[Services]) -> Answer:
    """Put a dealer under another one; at the top where the body names none."""
    code = code_of(call)
    if code is None:
        raise no_such_retailer(call)
    form = Form(call.body, ("parentCode",))
    number = form.number("parentCode", 1, _CODE_MAX)
    form.check()
    parent = None if number is None else RetailerCode(number)
    services = call.services
    await put_under(services.database, code, parent, of=brand_of(call), by=principal_of(call))
    above = {} if parent is None else {"parentCode": str(parent)}
    return Answer(200, {"retailerCode": str(code), **above})


def _shown(depth: int, each: Branch) -> Wire:
    above = {} if each.parent_code is None else {"parentCode": str(each.parent_code)}
    bound = {} if each.new_a_day is None else {"newPerDay": each.new_a_day}
    return {
        "retailerCode": str(each.retailer_code),
        **above,
        "depth": depth,
        "title": each.title,
        "status": each.status,
        **bound,
    }


OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="xRetailerTree",
        method="GET",
        path="/x/brands/{brandCode}/retailers",
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=retailer_tree,
        summary=Summary(
            "Markanın bayilerini, her birinin altındakilerle listeler.",
            "Lists the brand's dealers, each followed by those under it.",
        ),
        answers={200: TREE},
        errors=("IZ078",),
    ),
    Operation(
        id="xRetailerLimit",
        method="PUT",
        path="/x/brands/{brandCode}/retailers/{retailerCode}/limit",
        right=Right.MANAGE,
        lane=Lane.QUESTION,
        handler=retailer_limit,
        summary=Summary(
            "Bir bayinin bir günde getirebileceği yeni onayları sınırlar; boş gövde kaldırır.",
            "Bounds the new approvals that a dealer may bring in a day; an empty body unbounds.",
        ),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request=BOUND,
        answers={200: BOUNDED},
        errors=("H058", "IZ011", "IZ078"),
    ),
    Operation(
        id="xRetailerStatus",
        method="PUT",
        path="/x/brands/{brandCode}/retailers/{retailerCode}/status",
        right=Right.MANAGE,
        lane=Lane.QUESTION,
        handler=retailer_status,
        summary=Summary(
            "Bir bayiyi etkin, pasif ya da askıda duruma getirir.",
            "Makes a dealer active, passive or suspended.",
        ),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request=STATUS,
        answers={200: STATUS_PUT},
        errors=("H058", "IZ011"),
    ),
    Operation(
        id="xRetailerUnder",
        method="PUT",
        path="/x/brands/{brandCode}/retailers/{retailerCode}/parent",
        right=Right.MANAGE,
        lane=Lane.QUESTION,
        handler=retailer_under,
        summary=Summary(
            "Bir bayiyi başka bir bayinin altına koyar; gövdede ad yoksa en üste.",
            "Puts a dealer under another one; at the top if the body names none.",
        ),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request=UNDER,
        answers={200: PUT},
        errors=("H058", "IZ011", "IZ078", "IZ079"),
    ),
)
