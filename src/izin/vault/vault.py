"""The vault: adopts wrapped keys, and hands out what works with them, never the keys."""

from collections.abc import Mapping
from datetime import datetime

from izin.vault.citizen import CitizenKeys
from izin.vault.cursor import Cursors
from izin.vault.errors import KeyLostError
from izin.vault.framing import framed_text
from izin.vault.member import MemberKeys
from izin.vault.proof import ProofKeys
from izin.vault.provider import KeyProvider
from izin.vault.pseudonym import (
    CitizenPseudonyms,
    CitizenTagSecrets,
    Pseudonyms,
    TagSecrets,
    token_tags,
)
from izin.vault.purpose import Purpose
from izin.vault.retailer import RetailerView
from izin.vault.sealing import CitizenSealer, Sealer
from izin.vault.secret import Secret
from izin.vault.selftest import self_test
from izin.vault.stamping import Stamper
from izin.vault.tokens import Tokens


class Vault:
    """Holds unwrapped keys by purpose and key id."""

    def __init__(self, provider: KeyProvider) -> None:
        """Test the primitives, then trust `provider` with the root.

        Raises  StartRefusedError: a primitive gives a wrong answer on this machine
        """
        self_test()
        self._provider = provider
        self._secrets: dict[tuple[Purpose, int], Secret] = {}

    def create(self, purpose: Purpose, scope: str, period: str) -> bytes:
        """Make a key and give it wrapped; to be used it must be stored, then adopted.

        Cost    one call of the provider: it may block
        """
        return self._provider.wrap(self._provider.generate(), _label(purpose, scope, period))

    def adopt(self, key_id: int, purpose: Purpose, scope: str, period: str, wrapped: bytes) -> None:
        """Unwrap a stored key and hold it.

        Raises  KeyLostError: it was wrapped under another root, or for another row
        Cost    one call of the provider: it may block
        """
        self._secrets[purpose, key_id] = self._unwrapped(key_id, purpose, scope, period, wrapped)

    def sealer_of(
        self, key_id: int, purpose: Purpose, scope: str, period: str, wrapped: bytes
    ) -> Sealer:
        """Give the sealer of a stored key without holding the key: there are very many of brands.

        Raises  KeyLostError: it was wrapped under another root, or for another row
        Cost    one call of the provider: it may block
        """
        return Sealer(key_id, self._unwrapped(key_id, purpose, scope, period, wrapped).gcm_siv())

    def pseudonyms(self, ids: Mapping[Purpose, int], *, epoch: int) -> Pseudonyms:
        """Give the provider side's tags under the keys that `ids` names.

        Raises  KeyLostError: one of them was not adopted
        """
        secrets = TagSecrets(
            provider_tag=self._secret(Purpose.PROVIDER_TAG, ids),
            brand_ref=self._secret(Purpose.BRAND_REF, ids),
            bucket=self._secret(Purpose.BUCKET, ids),
            token=self._secret(Purpose.TOKEN, ids),
            client=self._secret(Purpose.CLIENT, ids),
            person=self._secret(Purpose.PERSON_TAG, ids),
            file=self._secret(Purpose.FILE_TAG, ids),
        )
        return Pseudonyms(secrets, epoch=epoch)

    def retailers(self, ids: Mapping[Purpose, int]) -> RetailerView:
        """Give dealers' codes as the provider side stores them.

        Raises  KeyLostError
        """
        return self._view("provider", Purpose.RETAILER_PROVIDER, ids)

    def cursors(self, ids: Mapping[Purpose, int]) -> Cursors:
        """Give the reader and writer of cursors.

        Raises  KeyLostError
        """
        return Cursors(self._secret(Purpose.CURSOR, ids))

    def member_keys(self, ids: Mapping[Purpose, int]) -> MemberKeys:
        """Give what works with the people who act for parties.

        Raises  KeyLostError
        """
        sealer = self.sealer(Purpose.MEMBER_SEAL, ids[Purpose.MEMBER_SEAL])
        return MemberKeys(self._secret(Purpose.MEMBER_TAG, ids), sealer)

    def proof_keys(self, ids: Mapping[Purpose, int]) -> ProofKeys:
        """Give what works with codes that prove an address.

        Raises  KeyLostError
        """
        return ProofKeys(self._secret(Purpose.PROOF, ids))

    def stamper(self, ids: Mapping[Purpose, int], made_at: datetime) -> Stamper:
        """Give what signs time stamps.

        Takes   made_at: when its key was stored
        Raises  KeyLostError
        Cost    1 ms
        """
        return Stamper(self._secret(Purpose.TIME_STAMP, ids), made_at)

    def tokens(self, ids: Mapping[Purpose, int]) -> Tokens:
        """Give who issues and recognises tokens.

        Raises  KeyLostError
        """
        return Tokens(token_tags(self._secret(Purpose.TOKEN, ids)))

    def citizen_keys(self, ids: Mapping[Purpose, int], *, epoch: int) -> CitizenKeys:
        """Give the citizens' side under the keys that `ids` names.

        Raises  KeyLostError: one of them was not adopted
        """
        secrets = CitizenTagSecrets(
            citizen_tag=self._secret(Purpose.CITIZEN_TAG, ids),
            citizen_slot=self._secret(Purpose.CITIZEN_SLOT, ids),
            bucket=self._secret(Purpose.BUCKET, ids),
        )
        return CitizenKeys(
            CitizenPseudonyms(secrets, epoch=epoch),
            self._view("citizen", Purpose.RETAILER_CITIZEN, ids),
            CitizenSealer(ids[Purpose.CITIZEN_SEAL], self._secret(Purpose.CITIZEN_SEAL, ids)),
            self.sealer(Purpose.ACCOUNT_SEAL, ids[Purpose.ACCOUNT_SEAL]),
        )

    def sealer(self, purpose: Purpose, key_id: int) -> Sealer:
        """Give the sealer of an adopted key.

        Raises  KeyLostError
        """
        return Sealer(key_id, self._secret(purpose, {purpose: key_id}).gcm_siv())

    def _unwrapped(
        self, key_id: int, purpose: Purpose, scope: str, period: str, wrapped: bytes
    ) -> Secret:
        try:
            return self._provider.unwrap(wrapped, _label(purpose, scope, period))
        except KeyLostError as error:
            raise KeyLostError(f"key {key_id} ({purpose}, {period}): {error}") from error

    def _view(self, name: str, purpose: Purpose, ids: Mapping[Purpose, int]) -> RetailerView:
        return RetailerView(name, ids[purpose], self._secret(purpose, ids))

    def _secret(self, purpose: Purpose, ids: Mapping[Purpose, int]) -> Secret:
        key_id = ids[purpose]
        secret = self._secrets.get((purpose, key_id))
        if secret is None:
            raise KeyLostError(f"key {key_id} ({purpose}) was not adopted")
        return secret


def _label(purpose: Purpose, scope: str, period: str) -> bytes:
    return framed_text(purpose) + framed_text(scope) + framed_text(period)
