"""The one screen: a call is begun, its caller checked, records changed one by one, a note written.

Whatever is refused is shown again as it was typed.
"""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from izin.callcentre.change import Wish, change_one
from izin.callcentre.claim import claim_in_call
from izin.callcentre.line import is_fixed
from izin.callcentre.model import NOTE_MAX, Call
from izin.callcentre.scripts import CLAIM, OF_STATUS, OPENING, closing, role, scripts, version_name
from izin.citizen.change import Left
from izin.citizen.number import is_number
from izin.citizen.records import Found, Place, Record
from izin.core.address import AddressKind
from izin.core.codes import BrandCode
from izin.core.terms import Channel, RecipientType, Status
from izin.core.turkish import search_key
from izin.i18n.catalogue import Language
from izin.i18n.ways import way
from izin.web.agent.services import Booth, Row, Visit, agent_of
from izin.web.citizen.reading import CODE_MAX, address_in, since_in
from izin.web.shared.visit import Gone, NotThereError, Outcome, Shown

_SEARCH_MAX = 100
_ROWS_MAX = 100
_KINDS = (RecipientType.BIREYSEL, RecipientType.TACIR)


async def show(booth: Booth, visit: Visit) -> Outcome:
    """Show what the call is at: nothing of a caller before he is known."""
    agent = agent_of(visit)
    call = await booth.agents.call_of(agent)
    if call is None:
        unnoted = await booth.agents.unnoted(agent, now=visit.now)
        greetings = [_script("greeting", each) for each in Language]
        return Shown("begin.html", {"unnoted": unnoted, "greetings": greetings})
    caller = call.caller
    if not call.is_identified:
        values = {"call": call, "asks_since": is_number(caller.address)}
        script = _script(OPENING[caller.kind], caller.language)
        return Shown("check.html", values | {"script": script})
    return await _opened(booth, visit, call)


async def _opened(booth: Booth, visit: Visit, call: Call) -> Shown:
    found_all, is_late = await booth.agents.found(call), await booth.agents.is_late()
    records = found_all.records
    search = visit.query.values.get("search", "")[:_SEARCH_MAX]
    found = [each for each in records if search_key(search) in _named(each)]
    caller = call.caller
    last = closing(caller.kind, is_changed=call.is_changed)
    values = {
        "call": call,
        "lists": _lists(found),
        "count_all": len(records),
        "is_late": is_late,
        "count_earlier": found_all.earlier,
        "count_approved": found_all.approved,
        "may_claim": is_number(caller.address) and (found_all.approved or is_late),
        "claim": _claim_asked(found_all, visit, call, is_late=is_late),
        "search": search,
        "meant": _meant(records, visit, caller.language),
        "receipt": visit.note_of,
        "is_mailed": caller.kind is AddressKind.EMAIL,
        "closing": _script(last, caller.language),
    }
    return Shown("call.html", values)


def _lists(found: Sequence[Record]) -> list[tuple[RecipientType, Sequence[Record], int]]:
    """What is hers as a person and what as a merchant, apart: which, what is shown, how many."""
    kinds = ((kind, [each for each in found if each.key.recipient_type is kind]) for kind in _KINDS)
    return [(kind, each[:_ROWS_MAX], len(each)) for kind, each in kinds if each]


def _named(record: Record) -> str:
    return search_key(f"{record.company} {record.brand.name} {record.brand.brand_code}")


def _meant(records: list[Record], visit: Visit, language: Language) -> dict[str, object] | None:
    """Which record is about to be changed, and what is read aloud before."""
    asked = visit.query.values
    for each in records:
        key = each.key
        place = (str(each.brand.brand_code), key.channel.value, key.recipient_type.value)
        if place == (asked.get("brand"), asked.get("channel"), asked.get("kind")):
            to = Status.RET if each.standing.status is Status.ONAY else Status.ONAY
            words = words_of(each, to, language)
            version = version_name(OF_STATUS[to])
            return {"record": each, "to": to, "version": version, "words": words}
    return None


def _claim_asked(found: Found, visit: Visit, call: Call, *, is_late: bool) -> dict[str, str] | None:
    """What is read aloud before a claim, where one is asked for and would refuse something."""
    if not (visit.query.values.get("newly") and (found.approved or is_late)):
        return None
    return _script(CLAIM, call.caller.language) if is_number(call.caller.address) else None


def _script(name: str, language: Language) -> dict[str, str]:
    """A text as it is read aloud: in the caller's language, whichever the agent's page has."""
    return {
        "name": version_name(name),
        "text": scripts()[name].said(language, {}),
        "language": language,
    }


def words_of(record: Record, to: Status, language: Language) -> str:
    """What is read aloud before a record is changed."""
    values = {
        "brand": record.brand.name,
        "channel": way(record.key.channel, language),
        "role": role(record.key.recipient_type, language),
    }
    return scripts()[OF_STATUS[to]].said(language, values)


async def do_begin(booth: Booth, visit: Visit) -> Outcome:
    """Begin a call: a code goes to the caller."""
    address = address_in(visit.form, is_sandbox=booth.is_sandbox)
    language = visit.form.choice("language", Language)
    visit.form.check()
    assert address is not None, "checked"
    assert language is not None, "checked"
    if booth.menu_phone and is_fixed(address):  # no code can be sent there
        values = {"menu_phone": booth.menu_phone}
        return Shown("fixed_line.html", values, HTTPStatus.UNPROCESSABLE_ENTITY)
    await booth.agents.begin(agent_of(visit), address, language=language, now=visit.now)
    return Gone("/")


async def do_send_again(booth: Booth, visit: Visit) -> Outcome:
    """Send the caller another code."""
    await booth.agents.send_again(agent_of(visit), now=visit.now)
    return Gone("/").saying("code_again")


async def do_check(booth: Booth, visit: Visit) -> Outcome:
    """Take the code that the caller reads aloud."""
    call = await booth.agents.call_of(agent_of(visit))
    code = visit.form.text("code", CODE_MAX, required=True).replace(" ", "")
    said = None
    if call is not None and is_number(call.caller.address):
        said = since_in(visit.form, visit.now)
    visit.form.check()
    since = None if said is None else said.since
    await booth.agents.identify(agent_of(visit), code, since)
    return Gone("/?newly=1#meant" if said is not None and said.is_new else "/")


async def do_change(booth: Booth, visit: Visit) -> Outcome:
    """Make one record of the caller's what he wants, once the text has been read to him."""
    form = visit.form
    brand = form.code("brand") or 0
    channel, kind = form.choice("channel", Channel), form.choice("kind", RecipientType)
    to, script = form.choice("to", Status), form.text("script", NOTE_MAX)
    form.ticked("read", required=True)
    form.check()
    assert channel is not None, "checked"
    assert kind is not None, "checked"
    assert to is not None, "checked"
    wish = Wish(Place(BrandCode(brand), channel, kind), to, script)
    done = await change_one(booth.agents, booth.recorder, agent_of(visit), wish, now=visit.now)
    if isinstance(done, Left):
        return Gone("/").saying(done.value)
    word = "refused" if to is Status.RET else "approved"
    return Gone("/").saying(word, of=done.receipt)


async def do_claim(booth: Booth, visit: Visit) -> Outcome:
    """Refuse all that stands under a number for its new holder, once the text has been read."""
    script = visit.form.text("script", NOTE_MAX)
    visit.form.ticked("read", required=True)
    visit.form.check()
    claimed = await claim_in_call(
        booth.agents, booth.recorder, agent_of(visit), script, now=visit.now
    )
    if claimed.act is None:
        return Gone("/").saying("nothing_approved_in_call")
    if not claimed.is_new:
        return Gone("/").saying("claimed_before_in_call", of=claimed.act.receipt)
    word = "all_being_refused" if claimed.act.parts else "all_refused"
    return Gone("/").saying(word, of=claimed.act.receipt)


async def do_end(booth: Booth, visit: Visit) -> Outcome:
    """End a call with a note, or note on one that ended by itself."""
    try:
        call_id = UUID(visit.path["call"])
    except ValueError as error:
        raise NotThereError from error
    note = visit.form.text("note", NOTE_MAX)
    visit.form.check()
    await booth.agents.end(agent_of(visit), call_id, note, now=visit.now)
    return Gone("/").saying("call_ended")


ROWS = (
    Row(path="/", shows=show),
    Row(path="/begin", shows=show, does=do_begin),
    Row(path="/again", shows=show, does=do_send_again),
    Row(path="/check", shows=show, does=do_check),
    Row(path="/change", shows=show, does=do_change),
    Row(path="/claim", shows=show, does=do_claim),
    Row(path="/calls/{call}/end", shows=show, does=do_end),
)
