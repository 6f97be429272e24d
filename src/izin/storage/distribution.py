"""Where each table lies when one machine is not enough: Citus spreads the large ones.

One table of data. A migration that makes a table puts it here in the same change; a test compares.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

import msgspec

COLUMN = "bucket"
"""What the large tables are spread by: it never rotates and says nothing about a person."""

FEW = 16
"""Up to how many buckets are named to the engine. More lie on most of the shards anyway."""


class Place(Enum):
    """How a table lies in a cluster; the values are those of Citus's own view `citus_tables`."""

    SPREAD = "distributed"
    COPIED = "reference"
    LOCAL = "local"


TABLES: Mapping[str, Place] = {
    # by bucket, together: a record, its events, its dealers and what waits lie on one node
    "provider_consent": Place.SPREAD,
    "consent_event": Place.SPREAD,
    "consent_retailer": Place.SPREAD,
    "pending": Place.SPREAD,
    "citizen_consent": Place.SPREAD,
    "batch": Place.SPREAD,
    "query_receipt": Place.SPREAD,
    "counted_address": Place.SPREAD,
    "receipt_number": Place.SPREAD,
    "personal_link": Place.SPREAD,
    "receipt_part": Place.SPREAD,
    # the one vocabulary, for people who read the database on any node
    "source": Place.COPIED,
    # the order: one writer, no distribution column, read as ranges
    "entry": Place.LOCAL,
    "entry_hour": Place.LOCAL,
    "sequence_head": Place.LOCAL,
    "brand_figure": Place.LOCAL,
    "day_figure": Place.LOCAL,
    "unprojected": Place.LOCAL,
    "address_figure": Place.LOCAL,
    "counted_brand": Place.LOCAL,
    "address_year": Place.LOCAL,
    "migration_job": Place.LOCAL,
    # parties, access, keys: small, joined among themselves only, held in memory by each process
    "provider": Place.LOCAL,
    "partner": Place.LOCAL,
    "intermediary": Place.LOCAL,
    "subscription": Place.LOCAL,
    "mandate": Place.LOCAL,
    "mandate_head": Place.LOCAL,
    "agreement": Place.LOCAL,
    "application": Place.LOCAL,
    "signatory": Place.LOCAL,
    "brand": Place.LOCAL,
    "brand_short_name": Place.LOCAL,
    "retailer": Place.LOCAL,
    "retailer_day": Place.LOCAL,
    "directory_head": Place.LOCAL,
    "api_user": Place.LOCAL,
    "member": Place.LOCAL,
    "passkey": Place.LOCAL,
    "invitation": Place.LOCAL,
    "sign_in": Place.LOCAL,
    "sign_on": Place.LOCAL,
    "known_device": Place.LOCAL,
    "session": Place.LOCAL,
    "token": Place.LOCAL,
    "client_key": Place.LOCAL,
    "client_use": Place.LOCAL,
    "signed_once": Place.LOCAL,
    "resource_server": Place.LOCAL,
    "keyring": Place.LOCAL,
    "audit_event": Place.LOCAL,
    # machinery: `skip locked`, row locks and identity columns as plain PostgreSQL has them
    "job": Place.LOCAL,
    "message": Place.LOCAL,
    "proof": Place.LOCAL,
    "citizen_session": Place.LOCAL,
    "support_call": Place.LOCAL,
    "pass_template": Place.LOCAL,
    "pass_subscription": Place.LOCAL,
    "pass_request": Place.LOCAL,
    "citizen_account": Place.LOCAL,
    "account_holding": Place.LOCAL,
    "number_word": Place.LOCAL,
    "number_claim": Place.LOCAL,
    "number_tenure": Place.LOCAL,
    "citizen_act": Place.LOCAL,
    "budget": Place.LOCAL,
    "limit_use": Place.LOCAL,
    "shortcode_question": Place.LOCAL,
    "via_form": Place.LOCAL,
    "via_form_version": Place.LOCAL,
    "via_request": Place.LOCAL,
    "via_plan": Place.LOCAL,
    "file_load": Place.LOCAL,
    "schema_migration": Place.LOCAL,
}
"""Spread ones in the order in which they are made: the others lie where the first does."""

_FIRST = next(iter(TABLES))


class Lies(msgspec.Struct, frozen=True):
    """How a table lies now, as the engine says; `group` is the one it lies together with."""

    kind: str
    column: str | None = None
    group: int | None = None


class Step(msgspec.Struct, frozen=True):
    """What is to be done with a table; `sql` is None where it lies as wanted."""

    table: str
    place: Place
    sql: str | None = None


class MisplacedError(Exception):
    """A table lies in a way that is not ours to undo."""

    def __init__(self, table: str, found: Lies) -> None:
        """Take the table and how it lies."""
        super().__init__(table)
        self.table = table
        self.found = found


def few(buckets: Sequence[int]) -> list[int] | None:
    """Name the buckets where they are few, so that only their shards are asked; None asks all.

    Takes   buckets: those of the rows sought; none if nobody knows them
    """
    return list(buckets) if 0 < len(buckets) <= FEW else None


def plan(found: Mapping[str, Lies], *, shards: int) -> list[Step]:
    """What leads from how the tables lie to how they should; what is right is left.

    Takes   found: the tables that the engine knows; a plain one is not in it
            shards: into how many the large tables are split, if they are not yet
    Raises  MisplacedError
    """
    together = found[_FIRST].group if _FIRST in found else None
    return [
        _step(table, place, found.get(table), together, shards) for table, place in TABLES.items()
    ]


def _step(table: str, place: Place, lies: Lies | None, together: int | None, shards: int) -> Step:
    if lies is None:
        return Step(table, place, _sql(table, place, shards))
    is_right = lies.kind == place.value and (
        place is not Place.SPREAD or (lies.column == COLUMN and lies.group == together)
    )
    if not is_right:
        raise MisplacedError(table, lies)
    return Step(table, place)


def _sql(table: str, place: Place, shards: int) -> str | None:
    match place:
        case Place.COPIED:
            return f"select create_reference_table('{table}')"
        case Place.SPREAD if table == _FIRST:
            return (
                f"select create_distributed_table('{table}', '{COLUMN}', "
                f"colocate_with => 'none', shard_count => {shards})"
            )
        case Place.SPREAD:
            return (
                f"select create_distributed_table('{table}', '{COLUMN}', "
                f"colocate_with => '{_FIRST}')"
            )
    return None
