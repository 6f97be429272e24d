"""Does a bound token come from whom it is bound to? Source: RFC 9449 7, RFC 8705 3."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from izin.access.certificate import thumbprint_in
from izin.access.dpop import KeyProof, Wanted, read_proof
from izin.access.jose import ALGORITHMS
from izin.access.model import Caller, Shown
from izin.access.nonce import Nonces
from izin.access.once import Once
from izin.core.errors import ChallengedError, Refused

NONCE_HEADER = "dpop-nonce"
_PROOF = "dpop"
_LOG = logging.getLogger(__name__)
_TOLD_APART, _TOLD_MAX = timedelta(minutes=1), 10_000
_ALGORITHMS = " ".join(ALGORITHMS)


class Fault(msgspec.Struct, frozen=True):
    """A proof that is not taken: why, and the nonce to say instead, if it is that."""

    word: str
    nonce: str | None = None


class Holders:
    """Knows what a call shows from what it should."""

    def __init__(self, once: Once, nonces: Nonces, base_url: str) -> None:
        """Take what was shown before, the nonces, and the registry's own address."""
        self._once = once
        self._nonces = nonces
        self._base_url = base_url
        self._told: dict[UUID, datetime] = {}

    def proof(self, shown: Shown, token: str | None, *, now: datetime) -> KeyProof | Fault:
        """Read the call's proof; whether it was shown before is for `is_new`."""
        if shown.proof is None:
            return Fault("proof_shape")
        wanted = Wanted(method=shown.method, url=self._base_url + shown.path, token=token)
        read = read_proof(shown.proof, wanted, now=now)
        if isinstance(read, str):
            return Fault(read)
        if not self._nonces.stands(read.nonce, now):
            return Fault("proof_nonce", self._nonces.current(now))
        return read

    async def is_new(self, proof: KeyProof) -> bool:
        """Is it shown for the first time? Raises UnavailableError."""
        return await self._once.is_first("proof", proof.key, proof.id, last_good=proof.last_good)

    def fresh_nonce(self, told: object, now: datetime) -> str | None:
        """Give the nonce to say next, where it is another."""
        current = self._nonces.current(now)
        return None if told == current else current

    async def seen(
        self, caller: Caller, scheme: str, token: str, shown: Shown, *, now: datetime
    ) -> Caller:
        """See that a bound token's call comes from its holder.

        Raises  ChallengedError IZ060 without what it is bound to, IZ061 a proof that does not fit,
                IZ062 another nonce is wanted · UnavailableError
        Cost    0.3 ms and one round trip for a proof; nothing for a certificate
        """
        bound = caller.bound
        assert bound is not None, "only bound tokens have a holder"
        if bound.certificate is not None:
            if scheme != "bearer" or thumbprint_in(shown.certificate) != bound.certificate:
                if shown.certificate is not None:
                    self._tell(caller, now)
                raise _challenge("IZ060", 'Bearer error="invalid_token"')
            return caller
        if scheme != _PROOF or shown.proof is None:
            raise _challenge("IZ060", f'DPoP error="invalid_token", algs="{_ALGORITHMS}"')
        read = self.proof(shown, token, now=now)
        if isinstance(read, Fault):
            raise _of_fault(read)
        if read.key != bound.key:
            self._tell(caller, now)
            raise _of_fault(Fault("proof_key"))
        if not await self.is_new(read):
            raise _of_fault(Fault("proof_again"))
        return msgspec.structs.replace(caller, nonce=self.fresh_nonce(read.nonce, now))

    def _tell(self, caller: Caller, now: datetime) -> None:
        """Log that a token may be in other hands; of one account once a minute is enough."""
        told = self._told.get(caller.user_id)
        if told is not None and abs(now - told) < _TOLD_APART:
            return
        while len(self._told) >= _TOLD_MAX:
            del self._told[next(iter(self._told))]
        self._told[caller.user_id] = now
        _LOG.warning("a bound token of API account %s came with another key", caller.user_id)


def _challenge(code: str, words: str, *headers: tuple[str, str]) -> ChallengedError:
    return ChallengedError(Refused(code=code), (("www-authenticate", words), *headers))


def _of_fault(fault: Fault) -> ChallengedError:
    if fault.nonce is not None:
        words = f'DPoP error="use_dpop_nonce", algs="{_ALGORITHMS}"'
        return _challenge("IZ062", words, (NONCE_HEADER, fault.nonce))
    words = f'DPoP error="invalid_dpop_proof", algs="{_ALGORITHMS}"'
    refused = Refused(code="IZ061", facts=(("expected", fault.word),))
    return ChallengedError(refused, (("www-authenticate", words),))
