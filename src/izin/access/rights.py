"""The one table of rights: of what operations ask for, who has it, by kind of party and by role.

Which brand and which channel is a matter of the brand's owner and of mandates: see `authority`. The
database looks at the party again: see `izin.storage.policies`.
"""

from collections.abc import Mapping
from typing import Final

from izin.access.model import Right
from izin.member.model import PEOPLE, ActorKind, Role

_ALL = PEOPLE | {Role.API}
_LEADING = frozenset({Role.OWNER, Role.MANAGER})
_WRITING = _LEADING | {Role.OPERATOR, Role.API}
_OWNER = frozenset({Role.OWNER})

_HAVE_ACCOUNTS = (ActorKind.COMPANY, ActorKind.PARTNER, ActorKind.CARRIER)

Roles = Mapping[ActorKind, frozenset[Role]]


def _of_both(roles: frozenset[Role]) -> Roles:
    """A partner's people may as much as a company's, as far as its mandates reach."""
    return {ActorKind.COMPANY: roles, ActorKind.PARTNER: roles}


MAY: Final[Mapping[Right, Roles]] = {
    Right.INFO: dict.fromkeys(ActorKind, _ALL),
    Right.READ: _of_both(_ALL),
    Right.WRITE: _of_both(_WRITING),
    Right.SHARE: _of_both(_WRITING),
    Right.MANAGE: _of_both(_LEADING | {Role.API}),
    Right.OWN: {ActorKind.COMPANY: _LEADING | {Role.API}},
    Right.VERIFY: _of_both(_WRITING),
    # a program that gave rights would outlive the loss of its password
    Right.GRANT: {ActorKind.COMPANY: _LEADING},
    Right.MEMBERS: dict.fromkeys(ActorKind, _OWNER),
    # a program reaches all brands, so who may enter one is limited to none
    Right.ACCOUNTS: dict.fromkeys(_HAVE_ACCOUNTS, _OWNER),
    Right.SIGN_ON: _of_both(_OWNER),
    Right.SELF: dict.fromkeys(ActorKind, PEOPLE),
    Right.PLAN: _of_both(_ALL),
    Right.PARTNER: {ActorKind.PARTNER: _ALL},
    Right.LICENCE: {ActorKind.PARTNER: _ALL},
    Right.CARRIER: {ActorKind.CARRIER: frozenset({Role.API})},
}
"""NONE is not in it: it asks for nobody."""


def has(right: Right, kind: ActorKind, role: Role) -> bool:
    """Has somebody of this kind of party, in this role, a right?"""
    return role in MAY[right].get(kind, frozenset())
