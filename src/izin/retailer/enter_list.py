"""A company enters a list of dealers of its brand: all that can be, in one transaction."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from izin.audit.change import Change, changing
from izin.audit.model import Action, Principal
from izin.brand import lookup as brands
from izin.core.codes import BrandCode, IysCode, RetailerCode, company
from izin.core.errors import RefusalError, Refused
from izin.keyring import Keyring
from izin.retailer import store
from izin.retailer.enter import CODE_LEAST, CODES, PER_BRAND_MAX, TRIES
from izin.retailer.intake import Entry
from izin.retailer.likeness import Known, Likeness
from izin.retailer.model import Facts, Retailer
from izin.retailer.person import open_all, seal
from izin.storage.database import Connection, Database
from izin.vault.sealing import Sealer


class Listed(msgspec.Struct, frozen=True):
    """What became of one dealer of the list.

    code  which it has, new or not; None of one that was refused
    """

    code: RetailerCode | None
    is_new: bool = False
    refused: tuple[Refused, ...] = ()


class _Wanted(msgspec.Struct, frozen=True):
    """The list's dealers with their persons' tags, and by place what is to become of each."""

    entries: Sequence[Entry]
    tags: list[UUID]
    new: list[int]
    told: dict[int, Known | tuple[Refused, ...]]


async def enter_list(
    database: Database,
    keyring: Keyring,
    entries: Sequence[Entry],
    *,
    of: tuple[IysCode, BrandCode],
    now: datetime,
    by: Principal,
) -> list[Listed]:
    """Enter those that are new; what is there with the same facts stays as it is.

    Takes   of: the company and its brand · now: in which quarter persons are sealed
    Gives   one for each entry, in order; refused are H230, H231, H253 and IZ090 of `Likeness`, and
            IZ016 past the most that a brand may have
    Raises  RefusalError H353 the brand is another's by now, H067 no codes are left ·
            UnavailableError · KeyLostError, SealBrokenError: who stands for a dealer does not open
    Cost    one transaction of seven statements, whatever the number; 0.1 ms a dealer; dealers of
            one company wait for it
    """
    iys_code, brand_code = of
    sealer = await keyring.brand_sealer(keyring.pseudonyms.brand_ref(brand_code), now)
    tags = [keyring.pseudonyms.person_tag(iys_code, each.person.tckn) for each in entries]
    async with changing(database, by, acting_for=company(iys_code)) as change:
        await store.hold(change.connection, iys_code)
        if await brands.owner(change.connection, brand_code) != iys_code:  # it has moved since
            raise RefusalError(Refused(code="H353", facts=(("field", "brandCode"),)))
        known = await _known(change.connection, keyring, iys_code, (entries, tags))
        wanted = _sorted(Likeness(brand_code, known), entries, tags)
        counts = await store.count_by_brand(change.connection, [brand_code])
        room = max(PER_BRAND_MAX - counts.get(brand_code, 0), 0)
        entered = await _enter(change, sealer, wanted, wanted.new[:room], of)
        for place, code in entered.items():
            facts = {"brandCode": brand_code, "status": entries[place].facts.status.value}
            change.tell(Action.RETAILER_ENTERED, code, of=iys_code, **facts)
    return [_told(wanted, place, entered) for place in range(len(entries))]


def _sorted(likeness: Likeness, entries: Sequence[Entry], tags: list[UUID]) -> _Wanted:
    wanted = _Wanted(entries, tags, [], {})
    for place, (entry, tag) in enumerate(zip(entries, tags, strict=True)):
        found = likeness.find(entry, tag)
        if found is None:
            wanted.new.append(place)
            likeness.add(place, entry, tag)
        else:
            wanted.told[place] = found
    return wanted


def _told(wanted: _Wanted, place: int, entered: dict[int, RetailerCode]) -> Listed:
    found = wanted.told.get(place)
    if isinstance(found, tuple):
        return Listed(None, refused=found)
    at = place if found is None or found.place is None else found.place
    code = entered.get(at) if found is None or found.code is None else found.code
    if code is None:
        facts = (("most", str(PER_BRAND_MAX)),)
        return Listed(None, refused=(Refused(code="IZ016", facts=facts),))
    return Listed(code, is_new=found is None)


async def _known(
    connection: Connection,
    keyring: Keyring,
    iys_code: IysCode,
    listed: tuple[Sequence[Entry], list[UUID]],
) -> list[Known]:
    """The company's dealers that one of the list may be, with who stands for each."""
    entries, tags = listed
    firms = [each.facts.mersis for each in entries if each.facts.mersis is not None]
    found = await store.alike(connection, iys_code, firms, tags)
    sealed = [(each.retailer.retailer_code, each.person) for each in found]
    persons = open_all(await keyring.openers(blob for _, blob in sealed), sealed)
    return [
        Known(
            entry=Entry(_facts(each.retailer), persons[each.retailer.retailer_code]),
            tag=each.tag,
            brand_code=each.retailer.brand_code,
            code=each.retailer.retailer_code,
        )
        for each in found
    ]


def _facts(retailer: Retailer) -> Facts:
    return Facts(**{name: getattr(retailer, name) for name in Facts.__struct_fields__})


async def _enter(
    change: Change,
    sealer: Sealer,
    wanted: _Wanted,
    places: Sequence[int],
    of: tuple[IysCode, BrandCode],
) -> dict[int, RetailerCode]:
    """Write these of the list; those whose code was taken are tried again under another."""
    entered: dict[int, RetailerCode] = {}
    for _ in range(TRIES):
        waiting = [place for place in places if place not in entered]
        if not waiting:
            return entered
        codes = _drawn(len(waiting))
        entries = [wanted.entries[place] for place in waiting]
        there = await store.enter_list(
            change,
            of,
            store.NewDealers(
                codes=codes,
                facts=[each.facts for each in entries],
                tags=[wanted.tags[place] for place in waiting],
                persons=[
                    seal(sealer, code, each.person)
                    for code, each in zip(codes, entries, strict=True)
                ],
            ),
        )
        entered |= {
            place: code for place, code in zip(waiting, codes, strict=True) if code in there
        }
    raise RefusalError(Refused(code="H067"))


def _drawn(count: int) -> list[RetailerCode]:
    """So many codes, no two alike."""
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        drawn[CODE_LEAST + secrets.randbelow(CODES)] = None
    return [RetailerCode(code) for code in drawn]
