"""What each process is to the database. Their rights: `storage/roles.sql`."""

WEB = "izin_web"
CITIZEN = "izin_citizen"
KEEPER = "izin_keeper"
OPERATOR = "izin_operator"
DESK = "izin_desk"
COURIER = "izin_courier"
AGENT = "izin_agent"

OF_BOTH_SIDES = frozenset({AGENT, CITIZEN, KEEPER})
"""These work with the citizens' view; every other process has the provider side's keys only."""

BY_PROCESS = {
    "web": WEB,
    "keeper": KEEPER,
    "desk": DESK,
    "courier": COURIER,
    "citizen": CITIZEN,
    "agent": AGENT,
}
"""The processes that the launcher starts."""
