"""An option that names an instant."""

from datetime import datetime

from izin.cli.screen import CannotError
from izin.core.clock import parse_wire_time


def instant(text: str | None) -> datetime | None:
    """Read an instant on Turkey's clock; None stays None. Raises CannotError."""
    if text is None:
        return None
    try:
        return parse_wire_time(text)
    except ValueError as error:
        raise CannotError("no_instant", text=text) from error
