"""The state's e-Devlet gateway says who a citizen is, and no more of him than he was asked for.

His number is let through only where it was asked for on a screen of its own; else it is dropped
where it is read, in `izin.oidc.id_token`. Source: decision 0058.
"""

from datetime import datetime

import msgspec

from izin.core.identity import Tckn, is_tckn
from izin.oidc.model import TCKN, Fault, NotSignedInError, SignedIn, Wish

AGE_S_MAX = 600
"""How long ago he may have signed in at the gateway: another may sit at the machine by then."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway has shown of a citizen. It prints nothing.

    sub_pairwise  who it is, for ever, at this gateway and for this registry alone
    auth_time     when he signed in there
    acr           how, one of the ways that were asked for
    tckn          his number; None where it was not asked for, or not handed over
    """

    sub_pairwise: str
    auth_time: datetime
    acr: str
    tckn: Tckn | None

    def __repr__(self) -> str:
        """Show nothing of whom."""
        return "Shown(…)"


def wish_of(acrs: tuple[str, ...]) -> Wish:
    """What is asked of the gateway: who it is, and nothing that he has elsewhere.

    He signs in anew: whoever has gone from a machine that others use may have left his session at
    the gateway open.
    Takes   acrs: the ways of signing in that are enough, in the gateway's own words; one at least
    """
    return Wish(scopes=(), max_age_s=AGE_S_MAX, acrs=acrs, is_anew=True)


def wish_with_tckn(acrs: tuple[str, ...]) -> Wish:
    """The same and his number: for whoever has said so, on a screen that asks for nothing else."""
    return msgspec.structs.replace(wish_of(acrs), scopes=(TCKN,))


def shown_of(signed_in: SignedIn) -> Shown:
    """What the gateway has shown, of what the client gives for one of the wishes above.

    Raises  NotSignedInError TOKEN: the name for him is his number, so it is no name for us alone
    """
    if is_tckn(signed_in.subject):
        raise NotSignedInError(Fault.TOKEN)
    assert signed_in.auth_at is not None, "the wish asks for an age"
    assert signed_in.acr is not None, "the wish asks for a way"
    return Shown(
        sub_pairwise=signed_in.subject,
        auth_time=signed_in.auth_at,
        acr=signed_in.acr,
        tckn=signed_in.tckn,
    )
