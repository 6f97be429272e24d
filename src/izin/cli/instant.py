"""An option that names an instant."""

from datetime import datetime

from izin.cli.screen import CannotError
from izin.core.clock import IYS_TIME, YEARS, parse_wire_time


def instant(text: str | None) -> datetime | None:
    """Read an instant on Turkey's clock; None stays None. Raises CannotError."""
    if text is None:
        return None
    try:
        at = parse_wire_time(text)
    except ValueError as error:
        raise CannotError("no_instant", text=text) from error
    if at.astimezone(IYS_TIME).year not in YEARS:
        raise CannotError("no_instant", text=text)
    return at
