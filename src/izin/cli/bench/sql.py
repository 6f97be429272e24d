"""The statements of the limits, and what the measurements ask of the server."""

from izin.storage.statements import load

SQL = load("izin.cli.bench", "baseline.sql")

LOOK_UP = load("izin.consent")["current_states"]
"""The statement of the check path itself."""
