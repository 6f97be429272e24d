"""What the pages of the outside world work with; who stands in for it is put in by wiring."""

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from typing import Protocol, TypeAlias

import msgspec

from izin.web.shared.visit import Outcome, Visit

SENT_KEPT = 50
_TELEPHONES_KEPT = 200


class Text(Protocol):
    """A text message as a telephone shows it."""

    @property
    def sender(self) -> str:
        """From whom it is."""
        ...

    @property
    def text(self) -> str:
        """What it says."""
        ...

    @property
    def at(self) -> datetime:
        """When it came."""
        ...

    @property
    def segments(self) -> int:
        """How many the operator counts."""
        ...


class Network(Protocol):
    """The telephones of a mobile operator."""

    def inbox(self, number: str) -> Sequence[Text]:
        """What has arrived at one, the oldest first."""
        ...

    async def write(self, sender: str, to: str, text: str) -> bool:
        """Send what somebody types; whether it was taken. Raises ValueError."""
        ...


class Mail(Protocol):
    """A mail as it came."""

    @property
    def recipient(self) -> str:
        """For whom it is."""
        ...

    @property
    def at(self) -> datetime:
        """When it came."""
        ...

    @property
    def mail(self) -> EmailMessage:
        """The mail, read."""
        ...


class Inbox(Protocol):
    """Everybody's mails."""

    def received(self, recipient: str | None = None) -> Sequence[Mail]:
        """What came, the newest first."""
        ...


class Typed(msgspec.Struct, frozen=True):
    """What somebody typed on a telephone here. It prints nothing of it."""

    text: str
    at: datetime
    was_taken: bool

    def __repr__(self) -> str:
        """Show nothing."""
        return "Typed(…)"


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What the demonstration has around.

    people      telephones that it knows, each with what it is an example of
    addresses   where the registry's own doors are, by their names
    loader      of the form that the shop embeds: the registry's script
    """

    people: Sequence[tuple[str, str]]
    addresses: Sequence[tuple[str, str]]
    loader: str


class Outside:
    """Telephones and mails, and what was typed here: in memory, as all of it is.

    number  the registry's short number
    around  what there is to try
    """

    def __init__(
        self,
        network: Network,
        inbox: Inbox,
        clock: Callable[[], datetime],
        *,
        number: str,
        around: Around,
    ) -> None:
        """Take who stands in for the outside world."""
        self.network = network
        self.inbox = inbox
        self.clock = clock
        self.number = number
        self.around = around
        self._typed: defaultdict[str, deque[Typed]] = defaultdict(lambda: deque(maxlen=SENT_KEPT))

    @property
    def origin(self) -> str:
        """Of the pages to which texts and mails lead."""
        return dict(self.around.addresses)["citizens"]

    def typed(self, telephone: str) -> Sequence[Typed]:
        """What was typed on a telephone, the oldest first."""
        return tuple(self._typed[telephone]) if telephone in self._typed else ()

    def keep(self, telephone: str, typed: Typed) -> None:
        """Keep what was typed; of as many telephones as fit."""
        self._typed[telephone].append(typed)
        while len(self._typed) > _TELEPHONES_KEPT:
            del self._typed[next(iter(self._typed))]


Handler: TypeAlias = Callable[[Outside, Visit], Awaitable[Outcome]]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A page, or what one of its forms does."""

    path: str
    shows: Handler
    does: Handler | None = None

    @property
    def method(self) -> str:
        """GET looks, POST changes."""
        return "GET" if self.does is None else "POST"
