"""A version of the service agreement is published; what was published stays as it is."""

import hashlib

from izin.application import store
from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.storage.database import Database


async def publish(database: Database, text_tr: str, text_en: str, *, by: Principal) -> int:
    """Publish a version of the agreement, in both languages.

    Gives   its number. Companies that accepted an older one go on; new ones accept this
    """
    digest = hashlib.sha256(f"{text_tr}\0{text_en}".encode()).digest()
    async with changing(database, by) as change:
        version = await store.publish(change, text_tr, text_en, digest)
        change.tell(Action.AGREEMENT_PUBLISHED, version, sha256=digest.hex())
        return version
