"""What takes care of the people who act for parties, put together."""

from urllib.parse import urlsplit

from izin.access.access_token import AccessTokens
from izin.api.services import Members
from izin.api.sign_on import SIGN_ON_RETURN
from izin.keyring import Keyring, MemberKeyring
from izin.member.elsewhere import Elsewhere
from izin.member.enrol import Enrolling
from izin.member.invite import Inviting
from izin.member.own import OwnAffairs
from izin.member.passkey import RelyingParty
from izin.member.passwords import Passwords
from izin.member.sign_in import SignIns
from izin.oidc.client import OidcClient
from izin.oidc.fetch import Fetch
from izin.storage.database import Database
from izin.wiring.settings import Settings


def relying_party(settings: Settings) -> RelyingParty:
    """For whom passkeys are made."""
    host = urlsplit(settings.origin).hostname
    assert host is not None, "the settings ask for one"
    return RelyingParty(host, settings.origin)


def members_of(
    settings: Settings,
    keyring: Keyring,
    works_with: tuple[Database, Passwords],
    access_tokens: AccessTokens,
) -> Members:
    """Put them together over a database and a bench for passwords."""
    database, passwords = works_with
    keys = MemberKeyring(keyring.members, keyring.tokens)
    parts = database, keys, passwords, relying_party(settings)
    sign_ins = SignIns(*parts)
    back = f"{settings.origin}{SIGN_ON_RETURN}"
    return Members(
        keys=keys,
        inviting=Inviting(keys=keys, by_mail=settings.has_mail),
        enrolling=Enrolling(*parts),
        sign_ins=sign_ins,
        elsewhere=Elsewhere(database, keys, OidcClient(Fetch()), sign_ins, back=back),
        own=OwnAffairs(*parts),
        forget=access_tokens.forget,
    )
