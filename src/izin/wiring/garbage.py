"""How often Python looks for cycles of objects: seldom, for hardly any are made here."""

import gc

_NEW_OBJECTS = 50_000
"""Between two looks, where Python has 700: one call of a thousand rows makes 30,000, and forty
looks at it would find nothing."""


def look_for_cycles_seldom() -> None:
    """Set it for this process."""
    gc.set_threshold(_NEW_OBJECTS)
