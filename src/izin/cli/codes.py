"""Exit codes."""

GOOD = 0
REFUSED = 1
"""Not done, or not all of it; the reason was told."""

ROW_ERRORS = 2
"""Done, but some rows were refused."""
