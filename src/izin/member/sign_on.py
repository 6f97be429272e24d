"""A party's own identity provider, by which its people may sign in: set up, shown, taken away."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from izin.audit.change import changing
from izin.audit.model import Action, Principal
from izin.core.errors import RefusalError, Refused
from izin.member import store
from izin.member.alone import alone
from izin.member.model import Belongs
from izin.member.store import SignOn as SignOn
from izin.storage.database import Database
from izin.subscription.few import see_that_it_may
from izin.subscription.model import Counted
from izin.vault.sealing import Sealer

DOMAINS_MAX, ACRS_MAX = 20, 10
_PLACE = ("sign_on", "secret_sealed")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What an owner sets up. It prints no secret; fields as of `store.SignOn`."""

    issuer: str
    client_id: str
    client_secret: str
    domains: tuple[str, ...]
    mfa_acrs: tuple[str, ...]
    trusts_mfa: bool

    def __repr__(self) -> str:
        """Leave the secret out."""
        return f"Wanted({self.issuer})"


async def set_up(
    database: Database, sealer: Sealer, wanted: Wanted, *, of: Belongs, now: datetime, by: Principal
) -> None:
    """Let a party's people sign in by its own provider; whoever was matched otherwise is not now.

    A provider may name somebody to each client in another way. Source: OpenID Connect Core 1.0, 8.1

    Raises  RefusalError IZ078 the package has no single sign-on, H351 who asks was stopped
            · UnavailableError
    """
    async with changing(database, by, acting_for=of.party) as change:
        await alone(change, of)
        await see_that_it_may(change.connection, of.iys_code, Counted.SIGN_ON, 1, now)
        before = await store.sign_on(change.connection, of.party)
        sealed = sealer.seal(*_PLACE, of.party.encode(), wanted.client_secret.encode())
        each = SignOn(
            issuer=wanted.issuer,
            client_id=wanted.client_id,
            secret_sealed=sealed,
            domains=wanted.domains,
            mfa_acrs=wanted.mfa_acrs,
            trusts_mfa=wanted.trusts_mfa,
            set_at=now,
        )
        await store.put_sign_on(change, of.party, each)
        names = wanted.issuer, wanted.client_id
        if before is not None and (before.issuer, before.client_id) != names:
            await store.forget_subjects(change, of.party)
        change.tell(
            Action.SIGN_ON_PUT,
            of.party,
            of=of.iys_code,
            party=of.party,
            issuer=wanted.issuer,
            trustsMfa=wanted.trusts_mfa,
        )


async def take_away(database: Database, *, of: Belongs, by: Principal) -> None:
    """Let nobody of a party sign in by its provider any more.

    Raises  RefusalError IZ082 there is none, H351 who asks was stopped · UnavailableError
    """
    async with changing(database, by, acting_for=of.party) as change:
        await alone(change, of)
        if not await store.drop_sign_on(change, of.party):
            raise RefusalError(Refused(code="IZ082"))
        await store.forget_subjects(change, of.party)
        change.tell(Action.SIGN_ON_REMOVED, of.party, of=of.iys_code, party=of.party)


async def shown(database: Database, of: Belongs) -> SignOn | None:
    """What a party has set up. Raises UnavailableError."""
    async with database.acting_for(of.party) as connection:
        return await store.sign_on(connection, of.party)


def secret_of(sealer: Sealer, party: str, each: SignOn) -> str:
    """The secret by which the registry shows itself there. Raises KeyLostError, SealBrokenError."""
    return sealer.open(each.secret_sealed, *_PLACE, party.encode()).decode()


def domains_of(texts: list[str]) -> Iterator[str]:
    """Read domains as people write them: ``@Firma.example`` is ``firma.example``."""
    for text in texts:
        yield text.strip().removeprefix("@").lower()
