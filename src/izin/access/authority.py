"""Turns a bearer token into a caller, and a caller into a permit."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from izin.access.access_token import AccessTokens
from izin.access.directory import Directory
from izin.access.model import SCOPED, Caller, Permit, Right
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError, Refused
from izin.provider.model import Provider, ProviderState, Subscription

# The scheme in any letters, then one token (RFC 6750 2.1).
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*) *", re.ASCII | re.IGNORECASE)
_HEADER_MAX = 512

_AS_SUBSCRIPTION = {
    ProviderState.SUSPENDED: Subscription.PAUSED,
    ProviderState.CLOSED: Subscription.CLOSED,
}
"""A company that is not active answers as its subscription would."""
_NOT_LIVE = frozenset({Subscription.PAUSED, Subscription.EXPIRED})


def utc_now() -> datetime:
    """Read the machine's clock."""
    return datetime.now(UTC)


class Authority:
    """Who calls, and what the call may touch: the caller's own provider and its brands."""

    def __init__(
        self,
        access_tokens: AccessTokens,
        directory: Directory,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Take who knows tokens and who knows parties."""
        self._access_tokens = access_tokens
        self._directory = directory
        self._now = now

    async def authenticate(self, authorization: str | None) -> Caller | None:
        """Whose token this header carries; None for every header that is not a living token's.

        Raises  UnavailableError
        """
        if authorization is None or len(authorization) > _HEADER_MAX:
            return None
        bearer = _BEARER.fullmatch(authorization)
        return (
            None if bearer is None else await self._access_tokens.caller(bearer[1], now=self._now())
        )

    def permit(
        self, caller: Caller, right: Right, iys_code: IysCode | None, brand_code: BrandCode | None
    ) -> Permit:
        """What the call may touch.

        Raises  RefusalError H353: a provider or brand that is not the caller's, unknown ones
                included · H001: his own is gone · H521, H524 · UnavailableError
        Source  contract 1.0; data 4: H520 and H586 never stop a RET, so they come back as `held`
        """
        held = None
        if right in SCOPED:
            self._check_scope(caller, iys_code, brand_code)
            held = self._held(caller.iys_code)
        return Permit(
            caller=caller, right=right, iys_code=iys_code, brand_code=brand_code, held=held
        )

    def _check_scope(
        self, caller: Caller, iys_code: IysCode | None, brand_code: BrandCode | None
    ) -> None:
        if iys_code is not None and iys_code != caller.iys_code:
            raise _not_covered("iysCode")
        if brand_code is None:
            return
        brand = self._directory.brand(brand_code)
        if brand is None or brand.iys_code != caller.iys_code:
            raise _not_covered("brandCode")

    def _held(self, iys_code: IysCode) -> Refused | None:
        provider = self._directory.provider(iys_code)
        if provider is None:
            raise RefusalError(Refused(code="H001", facts=(("iysCode", str(iys_code)),)))
        return held_by(provider)


def held_by(provider: Provider) -> Refused | None:
    """What a provider's subscription holds back from its calls: everything but a RET, or nothing.

    Gives   H520 paused or expired, H586 no API in the plan, or None
    Raises  RefusalError H521 closed, H524 none: nothing passes
    Source  contract 1.0
    """
    return lapsed(provider) or (None if provider.has_api else Refused(code="H586"))


def lapsed(provider: Provider) -> Refused | None:
    """The same for what does not come by the API: a file.

    Gives   H520 paused or expired, or None
    Raises  RefusalError H521 closed, H524 none: nothing passes
    Source  contract 1.0
    """
    status = provider.subscription
    if Subscription.CLOSED in (status, _AS_SUBSCRIPTION.get(provider.state)):
        raise RefusalError(Refused(code="H521"))
    if status is Subscription.NONE:
        raise RefusalError(Refused(code="H524", facts=(("iysCode", str(provider.iys_code)),)))
    for each in (status, _AS_SUBSCRIPTION.get(provider.state)):
        if each in _NOT_LIVE:
            return Refused(code="H520", facts=(("status", each.value),))
    return None


def _not_covered(field: str) -> RefusalError:
    return RefusalError(Refused(code="H353", facts=(("field", field),)))
