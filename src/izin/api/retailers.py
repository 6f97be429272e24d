"""A brand's dealers: createRetailer, searchRetailers, searchSingleRetailer, deleteRetailer.

Source  contract 1.11
"""

from collections.abc import Iterable, Mapping

import msgspec

from izin.access.model import Right
from izin.admission.lanes import Lane
from izin.api.documents import RETAILER, RETAILER_ENTERED, RETAILER_ENTRY, RETAILER_PAGE
from izin.api.operation import KIB, Answer, BodyKind, Call, Operation, Param, Summary
from izin.api.paging import read_limit, read_offset, whole_number
from izin.api.services import Services, brand_of, principal_of
from izin.api.wire import Wire
from izin.consent.dealers import consents_by_dealer
from izin.core.codes import RetailerCode
from izin.core.errors import RefusalError, Refused
from izin.core.provinces import PROVINCES
from izin.retailer import show
from izin.retailer.enter import enter
from izin.retailer.intake import parse_retailer
from izin.retailer.model import Person, Retailer
from izin.retailer.remove import remove

PAGE_MAX = 100
_DELETED = "Başarı"
"""The contract's own word, which clients may compare."""

_FLAGS = {"true": True, "false": False, "": True}


async def create_retailer(call: Call[Services]) -> Answer:
    """Enter a dealer of the brand."""
    services = call.services
    entry = parse_retailer(call.body, sandbox=services.is_sandbox)
    if isinstance(entry, tuple):
        raise _as_documented(entry)
    try:
        code = await enter(
            services.database,
            services.keyring,
            entry,
            of=brand_of(call),
            now=services.clock(),
            by=principal_of(call),
        )
    except RefusalError as error:
        raise _as_documented(error.refused) from error
    return Answer(201, {"retailerCode": code})


async def search_retailers(call: Call[Services]) -> Answer:
    """List the brand's dealers, page by page."""
    services = call.services
    _, brand_code = brand_of(call)
    refused: list[Refused] = []
    offset = read_offset(call.query, refused)
    limit = read_limit(call.query, PAGE_MAX, refused)
    _flag(call.query, "all", "H184", refused)
    is_short = _flag(call.query, "short", "H185", refused)
    if refused:
        raise RefusalError(refused)
    page = await show.page(
        services.database, services.keyring, brand_code, offset=offset, limit=limit
    )
    counts = await _counts(call, [each.retailer.retailer_code for each in page.items])
    return Answer(
        200,
        {
            "list": [_shown(told_to(call, each), counts, is_short=is_short) for each in page.items],
            "pagination": {
                "offset": offset,
                "pageSize": len(page.items),
                "totalCount": page.total_count,
                "currentPage": offset // limit + 1,
            },
        },
    )


async def search_single_retailer(call: Call[Services]) -> Answer:
    """Show a dealer of the brand; an empty object where there is none."""
    services = call.services
    _, brand_code = brand_of(call)
    code = code_of(call)
    codes = [] if code is None else [code]
    found = await show.some(services.database, services.keyring, brand_code, codes)
    for each in found:
        return Answer(200, _shown(told_to(call, each), await _counts(call, codes)))
    return Answer(200, {})


async def delete_retailer(call: Call[Services]) -> Answer:
    """Take a dealer away that no consent has ever named."""
    code = code_of(call)
    if code is None:
        raise no_such_retailer(call)
    await remove(call.services.database, code, of=brand_of(call), by=principal_of(call))
    return Answer(200, _DELETED.encode(), media="text/plain; charset=utf-8")


def _as_documented(refused: Iterable[Refused]) -> RefusalError:
    """Refuse as this operation's examples do: code and message, which names the field."""
    return RefusalError(
        Refused(
            code=each.code,
            facts=(*each.facts, ("field", ".".join(map(str, each.location)) or "JSON")),
        )
        for each in refused
    )


def told_to(call: Call[Services], shown: show.Shown) -> show.Shown:
    """Keep who stands for a dealer from whoever is not of its own company: a partner is not.

    Its MERSIS number too: it has the tax number in it, or a tradesman's own number.
    """
    if call.allowed.caller.iys_code is not None:
        return shown
    return show.Shown(msgspec.structs.replace(shown.retailer, mersis=None), person=None)


def no_such_retailer(call: Call[Services]) -> RefusalError:
    """Give the refusal of a path that names no dealer."""
    told = str(call.path["retailerCode"])
    return RefusalError(Refused(code="H058", facts=(("retailerCode", told),)))


def code_of(call: Call[Services]) -> RetailerCode | None:
    """Which dealer the path names; None if it is no number."""
    number = whole_number(str(call.path["retailerCode"]))
    return None if number is None else RetailerCode(number)


async def _counts(call: Call[Services], codes: list[RetailerCode]) -> Mapping[RetailerCode, int]:
    if not codes:
        return {}
    services = call.services
    async with services.database.connection() as connection:
        return await consents_by_dealer(connection, services.keyring, codes)


def _flag(query: Mapping[str, str], name: str, code: str, refused: list[Refused]) -> bool:
    """Read a yes or no; one that is named without a value says yes."""
    text = query.get(name)
    if text is None:
        return False
    if text not in _FLAGS:
        refused.append(Refused(code=code, location=(name,), value=text))
    return _FLAGS.get(text, False)


def _shown(
    shown: show.Shown, counts: Mapping[RetailerCode, int], *, is_short: bool = False
) -> Wire:
    retailer = shown.retailer
    known: Wire = {
        **shown_beside_consent(shown),
        "status": retailer.status,
        "retailerAccessCount": counts.get(retailer.retailer_code, 0),
    }
    return {name: known[name] for name in _SHORT if name in known} if is_short else known


_SHORT = ("title", "city", "status", "retailerAccessCount", "retailerCode")


def shown_beside_consent(shown: show.Shown) -> Wire:
    """Give a dealer as a consent's list of dealers has it."""
    retailer = shown.retailer
    known: Wire = {
        "title": retailer.title,
        "mersis": retailer.mersis,
        "alias": retailer.alias,
        **_of(shown.person),
        **_place(retailer),
        "retailerCode": retailer.retailer_code,
    }
    return {name: value for name, value in known.items() if value is not None}


def _place(retailer: Retailer) -> Wire:
    """Province and district; the registry's own entries have none."""
    if retailer.city_code is None or retailer.town_code is None:
        return {}
    province = PROVINCES[retailer.city_code]
    return {
        "city": {"code": str(province.code), "name": province.name},
        "town": {"code": str(retailer.town_code), "name": province.towns[retailer.town_code]},
    }


def _of(person: Person | None) -> Wire:
    if person is None:
        return {}
    return {
        "name": person.name,
        "tckn": person.tckn.clear,
        "tin": person.tin,
        "mobile": None if person.mobile is None else person.mobile.clear,
    }


_PATH = "/sps/{iysCode}/brands/{brandCode}/retailers"
_ONE = _PATH + "/{retailerCode}"

OPERATIONS: tuple[Operation[Services], ...] = (
    Operation(
        id="createRetailer",
        method="POST",
        path=_PATH,
        right=Right.MANAGE,
        lane=Lane.INFO,
        handler=create_retailer,
        summary=Summary("Markaya bir bayi ekler.", "Enters a dealer of the brand."),
        takes=BodyKind.JSON,
        body_max=16 * KIB,
        request=RETAILER_ENTRY,
        answers={201: RETAILER_ENTERED},
        errors=(
            *("H001", "H016", "H017", "H067", "H201"),
            *("H214", "H215", "H216", "H217", "H218", "H219", "H220", "H221", "H222"),
            *("H224", "H225", "H226", "H227", "H228", "H229", "H230", "H231"),
            *("H243", "H244", "H253", "H267", "H288", "IZ016"),
        ),
    ),
    Operation(
        id="searchRetailers",
        method="GET",
        path=_PATH,
        right=Right.READ,
        lane=Lane.INFO,
        handler=search_retailers,
        summary=Summary("Markanın bayilerini listeler.", "Lists the brand's dealers."),
        query=(
            Param(
                name="offset", kind=int, tr="Atlanacak bayi sayısı.", en="How many to pass over."
            ),
            Param(name="limit", kind=int, tr="En çok 100.", en="At most 100."),
            Param(name="all", tr="Bütün alanlar; bu zaten böyledir.", en="All fields, as ever."),
            Param(name="short", tr="Daha az alan.", en="Fewer fields."),
        ),
        answers={200: RETAILER_PAGE},
        errors=("H182", "H183", "H184", "H185", "H186", "H187"),
    ),
    Operation(
        id="searchSingleRetailer",
        method="GET",
        path=_ONE,
        right=Right.READ,
        lane=Lane.INFO,
        handler=search_single_retailer,
        summary=Summary("Markanın bir bayisini gösterir.", "Shows a dealer of the brand."),
        answers={200: RETAILER},
    ),
    Operation(
        id="deleteRetailer",
        method="DELETE",
        path=_ONE,
        right=Right.MANAGE,
        lane=Lane.INFO,
        handler=delete_retailer,
        summary=Summary(
            "Hiçbir izne bağlanmamış bir bayiyi siler.",
            "Takes a dealer away that no consent has ever named.",
        ),
        answers={200: {"type": "string", "const": _DELETED}},
        errors=("H001", "H058", "IZ008"),
    ),
)
