"""Who gives bound tokens, and who sees that they come from their holder."""

from izin.access.client_grant import ClientGrants
from izin.access.clients import Clients
from izin.access.directory import Directory
from izin.access.holder import Holders
from izin.access.nonce import Nonces
from izin.access.once import Once
from izin.api.oauth import token_url
from izin.keyring import Keyring
from izin.storage.database import Database


def holders_of(keyring: Keyring, database: Database, issuer: str) -> Holders:
    """Put together who holds proofs and certificates against calls."""
    tag_of = keyring.pseudonyms.token_tag
    return Holders(Once(database, tag_of), Nonces(tag_of), issuer)


def client_grants_of(
    keyring: Keyring, database: Database, directory: Directory, issuer: str
) -> ClientGrants:
    """Put together who gives bound tokens."""
    once = Once(database, keyring.pseudonyms.token_tag)
    return ClientGrants(
        database,
        keyring.tokens,
        clients=Clients(database, once, frozenset({issuer, token_url(issuer)})),
        holders=holders_of(keyring, database, issuer),
        directory=directory,
        base_url=issuer,
    )
