"""Options that name an instant."""

import pytest

from izin.cli.instant import instant
from izin.cli.screen import CannotError
from izin.core.clock import wire_time


def test_an_instant_is_read_on_turkeys_clock():
    at = instant("2026-01-01 00:30:00")
    assert at is not None
    assert at.isoformat() == "2025-12-31T21:30:00+00:00"
    assert wire_time(at) == "2026-01-01 00:30:00"
    assert instant(None) is None


@pytest.mark.parametrize(
    "text", ["", "2026-01-01", "2026-13-01 00:00:00", "9999-12-31 23:59:59", "0001-01-01 00:00:00"]
)
def test_what_is_no_instant_of_anybody_is_refused(text):
    with pytest.raises(CannotError) as refused:
        instant(text)
    assert refused.value.key == "no_instant"
