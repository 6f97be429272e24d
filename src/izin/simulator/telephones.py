"""The telephones behind the simulator: +90 599 only, which belongs to nobody."""

import re
from collections import deque
from datetime import datetime

import msgspec

from izin.smpp.alphabet import text_of
from izin.smpp.message import Message, UserData, number_of, user_data
from izin.smpp.segments import segment_count

_BEGUN_MAX = 1000
_is_telephone = re.compile(r"\+90599[0-9]{7}", re.ASCII).fullmatch


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the telephone shows it. It prints nothing of it.

    segments    as the operator counts them, with what it appends
    """

    sender: str
    to: str
    text: str
    at: datetime
    segments: int

    def __repr__(self) -> str:
        """Show nothing of whom and what."""
        return "Arrived(…)"


def is_telephone(number: str) -> bool:
    """Is there such a telephone here?"""
    return _is_telephone(number) is not None


class Telephones:
    """What arrived at all of them; it lives in memory and dies with it."""

    def __init__(self, messages_max: int, suffix: str) -> None:
        """Take how many are kept, and what the operator appends to each."""
        self._suffix = suffix
        self._arrived: deque[Arrived] = deque(maxlen=messages_max)
        self._begun: dict[tuple[str, str, int, int], dict[int, UserData]] = {}

    def inbox(self, number: str) -> tuple[Arrived, ...]:
        """Give what arrived at one telephone, the oldest first.

        Cost    looks at every message that is kept
        """
        return tuple(each for each in self._arrived if each.to == number)

    def take(self, message: Message, at: datetime) -> None:
        """Take a segment in; the telephone shows the message once it is whole."""
        data = user_data(message)
        if data.part is None:
            self._show(message, [data], at)
            return
        key = (message.source, message.destination, data.part.mark, data.part.total)
        begun = self._begun.setdefault(key, {})
        begun[data.part.index] = data
        if len(begun) == data.part.total:
            del self._begun[key]
            self._show(message, [begun[index] for index in sorted(begun)], at)
        elif len(self._begun) > _BEGUN_MAX:
            del self._begun[next(iter(self._begun))]

    def _show(self, message: Message, datas: list[UserData], at: datetime) -> None:
        octets = b"".join(each.octets for each in datas)
        text = text_of(octets, message.coding) + self._suffix
        arrived = Arrived(
            sender=message.source,
            to=number_of(message.destination, message.destination_ton),
            text=text,
            at=at,
            segments=max(len(datas), segment_count(text)),
        )
        self._arrived.append(arrived)
