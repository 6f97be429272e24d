"""Dealers' access to consents, and one dealer's consents.

addRetailers, overrideRetailers, searchRetailersOfOneConsent, removeRelationBetweenRetailer,
removeRelationsBetweenRetailersAndConsents.

Source  contract 1.12
"""

from functools import partial
from uuid import UUID

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.documents import (
    ACCESS_ADDED,
    ACCESS_DONE,
    ACCESS_OF_ALL,
    ACCESS_OF_MANY,
    ACCESS_OF_ONE,
    ACCESS_PAGE,
    QUESTION,
)
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Param, Summary
from izin.api.paging import read_limit, read_offset
from izin.api.retailers import shown_beside_consent, told_to
from izin.api.services import Services, brand_of, intake_of
from izin.api.wire import Wire
from izin.consent.access import Change, change_dealers
from izin.consent.access_intake import Asked, parse_all, parse_many, parse_one
from izin.consent.dealers import dealers_of, know_any, know_listed
from izin.consent.intake import parse_question, shape_error
from izin.consent.model import ConsentKey
from izin.consent.rules import add_dealers, override_dealers, remove_all_dealers, remove_dealers
from izin.core.clock import wire_time
from izin.core.errors import RefusalError, Refused
from izin.retailer import show

PAGE_MAX = 100
_DONE = 1
"""The contract's whole answer."""


async def add_retailers(call: Call[Services]) -> Answer:
    """Let dealers use a consent too."""
    asked = _read(parse_one(call.body, intake_of(call)))
    await _know_listed(call, asked)
    change = partial(add_dealers, codes=frozenset(asked.codes))
    services = call.services
    async with services.database.connection() as connection:
        [changed] = await change_dealers(
            connection, services.keyring, asked.keys, change, mandate_id=_mandate(call, asked)
        )
    if changed is None:
        raise RefusalError(Refused(code="H401"))
    return Answer(
        200,
        {
            "transactionId": str(changed.event_id),
            "creationDate": wire_time(changed.recorded_at),
        },
    )


async def override_retailers(call: Call[Services]) -> Answer:
    """Let these dealers use consents, and no others."""
    asked = _read(parse_many(call.body, intake_of(call), no_object="H171"))
    await _know_listed(call, asked)
    return await _change(call, asked, partial(override_dealers, codes=frozenset(asked.codes)))


async def remove_relation(call: Call[Services]) -> Answer:
    """Take dealers off the lists of consents."""
    asked = _read(parse_many(call.body, intake_of(call), no_object="H172"))
    _, brand_code = brand_of(call)
    await know_any(call.services.database, brand_code, asked.codes)
    return await _change(call, asked, partial(remove_dealers, codes=frozenset(asked.codes)))


async def remove_relations(call: Call[Services]) -> Answer:
    """Take all dealers off the lists of consents."""
    return await _change(call, _read(parse_all(call.body, intake_of(call))), remove_all_dealers)


async def search_retailers_of_one_consent(call: Call[Services]) -> Answer:
    """List the dealers that may use a consent, page by page."""
    services = call.services
    refused: list[Refused] = []
    offset = read_offset(call.query, refused, invalid="H182")
    limit = read_limit(call.query, PAGE_MAX, refused, invalid="H183")
    key = _read_key(call, refused)
    async with services.database.connection() as connection:
        codes = await dealers_of(connection, services.keyring, key)
    some = codes[offset : offset + limit]
    _, brand_code = brand_of(call)
    found = await show.some(services.database, services.keyring, brand_code, some)
    return Answer(
        200,
        {
            "pagination": {"offset": offset, "pageSize": len(found), "totalCount": len(codes)},
            "list": [_shown(told_to(call, each)) for each in found],
        },
    )


def _shown(shown: show.Shown) -> Wire:
    """Give a dealer as the contract does here: without its tax number."""
    known = shown_beside_consent(shown)
    known.pop("tin", None)
    return known


def _read(asked: Asked | tuple[Refused, ...]) -> Asked:
    if isinstance(asked, tuple):
        raise shape_error(asked)
    return asked


def _read_key(call: Call[Services], refused: list[Refused]) -> ConsentKey:
    key = parse_question(call.body, intake_of(call), no_object="H173")
    if isinstance(key, tuple):
        raise shape_error([*key, *refused])
    if refused:
        raise RefusalError(refused)
    return key


def _mandate(call: Call[Services], asked: Asked) -> UUID | None:
    """Under which mandate a partner asks: all keys of a call are of one channel."""
    return call.allowed.mandates.get(asked.keys[0].channel)


async def _know_listed(call: Call[Services], asked: Asked) -> None:
    _, brand_code = brand_of(call)
    await know_listed(call.services.database, brand_code, asked.codes)


async def _change(call: Call[Services], asked: Asked, change: Change) -> Answer:
    """Change the lists of those that there are; an address without a consent has none."""
    services = call.services
    async with services.database.connection() as connection:
        await change_dealers(
            connection, services.keyring, asked.keys, change, mandate_id=_mandate(call, asked)
        )
    return Answer(202, _DONE)


_PATH = "/sps/{iysCode}/brands/{brandCode}/consents/retailers/access"
_ALIAS = "/sps/{iysCode}/brands/{brandCode}/consents/retailer/access"
_LIST = "/sps/{iysCode}/brands/{brandCode}/consent/retailers/access/list"
_KEY_ERRORS = ("H111", "H116", "H117", "H120", "H121", "H170", "IZ011")
_DEALER_ERRORS = ("H126", "H163", "H169")
_LIST_ERRORS = ("H127", "H164", "H168")

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="addRetailers",
        method="POST",
        path=_PATH,
        right=Right.SHARE,
        lane=Lane.CONSENT,
        handler=add_retailers,
        summary=Summary(
            "Bir izni bayilerin de kullanmasına izin verir.", "Lets dealers use a consent too."
        ),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request=ACCESS_OF_ONE,
        answers={200: ACCESS_ADDED},
        errors=("H090", *_KEY_ERRORS, "H114", "H122", *_DEALER_ERRORS, "H180", "H401"),
    ),
    Operation(
        id="overrideRetailers",
        method="PUT",
        path=_PATH,
        right=Right.SHARE,
        lane=Lane.CONSENT,
        handler=override_retailers,
        summary=Summary(
            "İzinleri yalnızca bu bayilerin kullanmasına izin verir.",
            "Lets these dealers use consents, and no others.",
        ),
        takes=BodyKind.JSON,
        body_max=64 * KIB,
        request=ACCESS_OF_MANY,
        answers={202: ACCESS_DONE},
        errors=("H171", *_KEY_ERRORS, *_DEALER_ERRORS, *_LIST_ERRORS, "H180"),
    ),
    Operation(
        id="searchRetailersOfOneConsent",
        method="POST",
        path=_LIST,
        aliases=(_PATH + "/list",),
        right=Right.READ,
        lane=Lane.QUESTION,
        handler=search_retailers_of_one_consent,
        summary=Summary(
            "Bir izni kullanabilen bayileri listeler.", "Lists the dealers that may use a consent."
        ),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request=QUESTION,
        query=(
            Param(
                name="offset", kind=int, tr="Atlanacak bayi sayısı.", en="How many to pass over."
            ),
            Param(name="limit", kind=int, tr="En çok 100.", en="At most 100."),
        ),
        answers={200: ACCESS_PAGE},
        errors=(
            *("H111", "H114", "H116", "H117", "H120", "H121", "H122", "H166", "H170", "H173"),
            *("H182", "H183", "H186", "H187"),
        ),
    ),
    Operation(
        id="removeRelationBetweenRetailer",
        method="POST",
        path=_PATH + "/remove",
        aliases=(_ALIAS + "/remove",),
        right=Right.SHARE,
        lane=Lane.CONSENT,
        handler=remove_relation,
        summary=Summary(
            "Bayilerin izinlere erişimini kaldırır.", "Takes dealers off the lists of consents."
        ),
        takes=BodyKind.JSON,
        body_max=64 * KIB,
        request=ACCESS_OF_MANY,
        answers={202: ACCESS_DONE},
        errors=("H001", "H058", "H172", *_KEY_ERRORS, *_DEALER_ERRORS, *_LIST_ERRORS),
    ),
    Operation(
        id="removeRelationsBetweenRetailersAndConsents",
        method="POST",
        path=_PATH + "/remove/all",
        aliases=(_ALIAS + "/remove/all",),
        right=Right.SHARE,
        lane=Lane.CONSENT,
        handler=remove_relations,
        summary=Summary(
            "İzinlerden bütün bayilerin erişimini kaldırır.",
            "Takes all dealers off the lists of consents.",
        ),
        takes=BodyKind.JSON,
        body_max=64 * KIB,
        request=ACCESS_OF_ALL,
        answers={202: ACCESS_DONE},
        errors=("H172", *_KEY_ERRORS, *_LIST_ERRORS),
    ),
)
