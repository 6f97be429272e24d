"""What she has just done at a brand's page: carried there in the note that is shown once."""

from collections.abc import Collection
from typing import NamedTuple

from izin.citizen.acts import Act
from izin.citizen.progress import act_of
from izin.core.terms import Channel
from izin.storage.database import Connection
from izin.web.citizen.services import Hall, Visit, call_of


class JustDone(NamedTuple):
    """What she has just done here.

    chosen   what she chose to refuse, whether anything stood there or not
    refused  what of it was refused
    """

    chosen: tuple[Channel, ...] = ()
    refused: tuple[Channel, ...] = ()
    act: Act | None = None


def noted(
    chosen: Collection[Channel], refused: Collection[Channel] = (), act: Act | None = None
) -> str:
    """Write it for the page that follows; `refused` is what of the chosen was."""
    act_id = "" if act is None else str(act.act_id)
    return f"{','.join(chosen)} {','.join(refused)} {act_id}"


async def just_done(hall: Hall, visit: Visit, connection: Connection) -> JustDone:
    """What she has just done here, if she comes from there: her own, so it may be shown."""
    chosen, refused, act_id = (*visit.note_of.split(" "), "", "", "")[:3]
    act = await act_of(call_of(hall, visit, connection), act_id) if act_id else None
    if act is None:
        return JustDone(_channels(chosen))
    return JustDone(_channels(chosen), _channels(refused), act)


def _channels(text: str) -> tuple[Channel, ...]:
    named = text.split(",")
    return tuple(each for each in Channel if each.value in named)
