"""What each process is to the database. Their rights: `storage/roles.sql`."""

WEB = "izin_web"
CITIZEN = "izin_citizen"
KEEPER = "izin_keeper"
OPERATOR = "izin_operator"
DESK = "izin_desk"
COURIER = "izin_courier"

OF_BOTH_SIDES = frozenset({CITIZEN, KEEPER})
"""These work with the citizens' view; every other process has the provider side's keys only."""

BY_PROCESS = {"web": WEB, "keeper": KEEPER, "desk": DESK, "courier": COURIER, "citizen": CITIZEN}
"""The processes that the launcher starts."""
