"""``izin ask``."""

from datetime import datetime
from typing import Annotated

import msgspec
import typer

from izin.cli.codes import ROW_ERRORS
from izin.cli.instant import instant
from izin.cli.over import brand_and_provider, over
from izin.cli.screen import AsJson, In, Screen, screen
from izin.consent.ask import Asker, Circumstances, ask, unreadable
from izin.consent.check import Checker
from izin.consent.coalesce import Bounds
from izin.consent.history import AS_OF_EVENTS_MAX, Movement, as_of, history
from izin.consent.model import Answer, ConsentKey, Decision, Question, Standing
from izin.consent.rules import decide
from izin.core.address import Address, parse_for
from izin.core.clock import utc_now, wire_time
from izin.core.codes import BrandCode
from izin.core.terms import Channel, RecipientType
from izin.i18n.catalogue import Language
from izin.wiring.parts import Parts
from izin.wiring.roles import WEB
from izin.wiring.settings import Settings

app = typer.Typer(add_completion=False)

_HEADINGS = ("place", "address", "channel", "decision", "reason", "since", "basis")
_STYLES = {Decision.ALLOWED: "green", Decision.DENIED: "red", Decision.UNKNOWN: "yellow"}

Brand = Annotated[int, typer.Argument(help="Code of the brand that would send.", metavar="BRAND")]
Addresses = Annotated[
    list[str], typer.Argument(help="Phones in E.164, or e-mails.", metavar="ADDRESS…")
]
OfChannel = Annotated[
    Channel | None, typer.Option("--channel", help="Else EPOSTA for an e-mail, MESAJ for a phone.")
]
OfType = Annotated[RecipientType, typer.Option("--type", help="Consumer or merchant.")]
At = Annotated[
    str | None,
    typer.Option(help="As it could be known then: 'YYYY-MM-DD HH:mm:ss', Turkey's clock."),
]


class Asked(msgspec.Struct, frozen=True):
    """One address as it was typed, the channel, and what it reads as."""

    text: str
    channel: Channel
    address: Address | None


@app.command()
def ask_command(
    brand: Brand,
    addresses: Addresses,
    *,
    channel: OfChannel = None,
    type_: OfType = RecipientType.BIREYSEL,
    at: At = None,
    as_json: AsJson = False,
    lang: In = Language.TR,
) -> None:
    """May this be sent to these addresses, why, and since when?

    Exit code 2 if an address cannot be read.
    """
    with screen(as_json, lang) as to:
        asking = _Asking(BrandCode(brand), type_, addresses, channel, instant(at))
        _show(to, *over(WEB, asking.answer))


class _Asking:
    """One call: whom it asks about, and as of when."""

    def __init__(
        self,
        brand_code: BrandCode,
        recipient_type: RecipientType,
        texts: list[str],
        channel: Channel | None,
        at: datetime | None,
    ) -> None:
        self._brand_code = brand_code
        self._recipient_type = recipient_type
        self._texts = texts
        self._channel = channel
        self._at = at

    async def answer(self, settings: Settings, parts: Parts) -> tuple[list[Asked], list[Answer]]:
        brand, provider = await brand_and_provider(parts, self._brand_code)
        asker = Asker(is_sender_registered=provider.is_registered, is_brand_active=brand.is_active)
        asked = [self._read(text, settings) for text in self._texts]
        answers = []
        for each in asked:
            around = Circumstances(
                question=Question(
                    at=self._at or utc_now(),
                    channel=each.channel,
                    recipient_type=self._recipient_type,
                ),
                facts=asker.facts(),
            )
            if each.address is None:
                answers.append(unreadable(around))
                continue
            key = ConsentKey(
                provider.iys_code,
                self._brand_code,
                each.channel,
                self._recipient_type,
                each.address,
                brand.tagged_for,
            )
            answers.append(await self._one(parts, key, around))
        return asked, answers

    def _read(self, text: str, settings: Settings) -> Asked:
        channel = self._channel or (Channel.EPOSTA if "@" in text else Channel.MESAJ)
        address = parse_for(channel, text, sandbox=settings.is_sandbox)
        return Asked(text, channel, address if isinstance(address, Address) else None)

    async def _one(self, parts: Parts, key: ConsentKey, around: Circumstances) -> Answer:
        if self._at is None:
            checker = Checker(parts.database, parts.keyring, Bounds())
            return (await ask(checker, [key], around))[0]
        async with parts.database.connection() as connection:
            found = await history(connection, parts.keyring, key, offset=0, limit=AS_OF_EVENTS_MAX)
        state = as_of(found.movements, valid_at=self._at, known_at=self._at)
        facts = msgspec.structs.replace(around.facts, standing=_standing(state))
        return decide(around.question, facts)


def _standing(state: Movement | None) -> Standing | None:
    if state is None:
        return None
    return Standing(
        status=state.status,
        source=state.source,
        consented_at=state.consented_at,
        recorded_at=state.recorded_at,
    )


def _show(to: Screen, asked: list[Asked], answers: list[Answer]) -> None:
    rows: list[tuple[list[str], str]] = []
    shown = []
    for place, (each, told) in enumerate(zip(asked, answers, strict=True), start=1):
        since = None if told.state_since is None else wire_time(told.state_since)
        # others may see the screen: the place on the line tells addresses apart
        masked = to.said("ask_unreadable") if each.address is None else str(each.address)
        basis = ", ".join(told.basis)
        row = [str(place), masked, each.channel, told.decision, told.reason, since or "", basis]
        rows.append((row, _STYLES[told.decision]))
        shown.append(
            {
                "recipient": each.text,
                "type": each.channel,
                "decision": told.decision,
                "reason": told.reason,
                "since": since,
                "basis": told.basis,
                "notes": told.notes,
            }
        )
    to.show([to.said(f"ask_{name}") for name in _HEADINGS], rows)
    to.give({"list": shown})
    if any(each.address is None for each in asked):
        raise typer.Exit(ROW_ERRORS)
