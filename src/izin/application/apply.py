"""A company applies."""

from datetime import datetime
from uuid import UUID, uuid4

from izin.application import store
from izin.application.intake import Entry
from izin.application.seal import seal_contact, seal_signatory
from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.core.errors import RefusalError, Refused
from izin.keyring import Keyring
from izin.storage.database import APPLICANT, Database


async def apply(
    database: Database, keyring: Keyring, entry: Entry, *, now: datetime, by: Principal
) -> UUID:
    """Write an application as a draft.

    Takes   now: in which quarter its people are sealed
    Gives   its id
    Raises  RefusalError IZ026 a company of these numbers is registered · UnavailableError
    Cost    one transaction of three statements, and a key of its own
    """
    application_id = uuid4()
    tin_tag = keyring.pseudonyms.tin_tag(entry.contact.tin)
    sealer = await keyring.brand_sealer(application_id, now)
    contact = seal_contact(sealer, application_id, entry.contact)
    persons = [
        seal_signatory(sealer, application_id, place, person)
        for place, person in enumerate(entry.signatories, 1)
    ]
    async with changing(database, by, acting_for=APPLICANT) as change:
        if await store.is_known(change.connection, entry.facts.mersis, tin_tag):
            raise RefusalError(Refused(code="IZ026"))
        await store.put(change, application_id, entry.facts, tin_tag, contact)
        await store.put_signatories(change, application_id, persons)
        change.tell(
            Action.APPLICATION_MADE,
            application_id,
            title=entry.facts.title,
            kind=entry.facts.kind.value,
            signatories=len(persons),
            isJoint=entry.facts.is_joint,
        )
    return application_id
