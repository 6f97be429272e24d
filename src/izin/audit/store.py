"""The statements of `store.sql`, one function each, no branch."""

from collections.abc import Sequence

import msgspec

from izin.audit.model import Action, AuditEvent, Deed, Principal, PrincipalKind, Query
from izin.storage.database import Connection
from izin.storage.statements import load

_SQL = load("izin.audit")


async def record(connection: Connection, principal: Principal, deeds: Sequence[Deed]) -> None:
    await connection.execute(
        _SQL["record"],
        principal.kind.value,
        principal.name,
        [deed.action.value for deed in deeds],
        [deed.subject for deed in deeds],
        [deed.iys_code for deed in deeds],
        [msgspec.json.encode(deed.facts).decode() for deed in deeds],
    )


async def page(
    connection: Connection, query: Query, before: int | None, limit: int
) -> list[AuditEvent]:
    """Give events older than `before`, the newest first."""
    asked = msgspec.structs.astuple(query)
    return [
        AuditEvent(
            audit_id=row["audit_id"],
            happened_at=row["happened_at"],
            principal=Principal(PrincipalKind(row["principal_kind"]), row["principal"]),
            process=row["process"],
            deed=Deed(
                action=Action(row["action"]),
                subject=row["subject"],
                iys_code=row["iys_code"],
                facts=msgspec.json.decode(row["facts"]),
            ),
        )
        for row in await connection.fetch(_SQL["page"], before, *asked, limit)
    ]
