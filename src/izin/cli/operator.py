"""Who gives a command, as the trail names him."""

import getpass

from izin.audit.model import Principal, PrincipalKind


def operator() -> Principal:
    """Name the account on this machine."""
    return Principal(PrincipalKind.OPERATOR, getpass.getuser())
