"""Turns a bearer token into a caller, and a caller into a permit."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from uuid import UUID

from izin.access.access_token import AccessTokens
from izin.access.basic import Admission, BasicUsers
from izin.access.directory import Directory
from izin.access.holder import Holders
from izin.access.model import (
    OF_THE_WHOLE,
    OWN_AFFAIRS,
    SCOPED,
    Caller,
    Permit,
    Right,
    Shown,
    nothing_shown,
)
from izin.access.rights import MAY, has
from izin.core.clock import IYS_TIME, utc_now
from izin.core.codes import BrandCode, IysCode, PartnerCode
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Channel
from izin.core.turkish import ascii_lower
from izin.intermediary.model import IntermediaryState
from izin.partner.model import Mandate, Scope
from izin.provider.model import Provider, ProviderState, Subscription
from izin.subscription.model import as_subscribed, standing
from izin.subscription.modules import shut

# The scheme in any letters, then one token (RFC 6750 2.1, RFC 9449 7.1).
_TOKEN = re.compile(r"(bearer|dpop) +([A-Za-z0-9._~+/-]+=*) *", re.ASCII | re.IGNORECASE)
_HEADER_MAX = 512

_AS_SUBSCRIPTION = {
    ProviderState.SUSPENDED: Subscription.PAUSED,
    ProviderState.CLOSED: Subscription.CLOSED,
}
"""A company that is not active answers as its subscription would."""
_OF_PARTNER = {Right.PARTNER: "H363", Right.LICENCE: "H522"}
"""What is a partner's own, and the code of a company that calls it."""
_WHO_ACTS = frozenset({Right.MEMBERS, Right.ACCOUNTS, Right.SIGN_ON})
"""A company that may do nothing just now takes on nobody either; it may still dismiss."""
_NOT_LIVE = frozenset({Subscription.PAUSED, Subscription.EXPIRED})


class Authority:
    """Who calls, and what the call may touch: the caller's own provider and its brands."""

    def __init__(
        self,
        access_tokens: AccessTokens,
        directory: Directory,
        *,
        basic: BasicUsers | None = None,
        holders: Holders | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Take who knows tokens and who knows parties."""
        self._access_tokens = access_tokens
        self._directory = directory
        self._basic = basic
        self._holders = holders
        self._now = now

    async def authenticate_basic(
        self, authorization: str | None, admit: Admission
    ) -> Caller | None:
        """Whose name and password this header carries; None for every other header.

        Raises  UnavailableError, and what `admit` raises before a slow hash
        """
        if authorization is None or len(authorization) > _HEADER_MAX or self._basic is None:
            return None
        return await self._basic.caller(authorization, admit, now=self._now())

    async def authenticate(
        self, authorization: str | None, shown: Callable[[], Shown] = nothing_shown
    ) -> Caller | None:
        """Whose token this header carries; None for every header that is not a living token's.

        Takes   shown: what the call shows beside it; asked for a bound token only
        Raises  ChallengedError: a bound token does not come from its holder · UnavailableError
        """
        if authorization is None or len(authorization) > _HEADER_MAX:
            return None
        read = _TOKEN.fullmatch(authorization)
        if read is None:
            return None
        scheme, now = ascii_lower(read[1]), self._now()
        caller = await self._access_tokens.caller(read[2], now=now)
        if caller is None:
            return None
        if caller.bound is None:
            return caller if scheme == "bearer" else None
        if self._holders is None:
            return None
        return await self._holders.seen(caller, scheme, read[2], shown(), now=now)

    def permit(
        self, caller: Caller, right: Right, iys_code: IysCode | None, brand_code: BrandCode | None
    ) -> Permit:
        """What the call may touch, and its token is for.

        Raises  what `_permitted` raises; H353 about another company than the token is for
        """
        permit = self._permitted(caller, right, iys_code, brand_code)
        if caller.audience is not None and right is not Right.INFO:
            about = iys_code if permit.iys_code is None else permit.iys_code
            if about != caller.audience:
                raise _not_covered("resource")
        return permit

    def _permitted(
        self, caller: Caller, right: Right, iys_code: IysCode | None, brand_code: BrandCode | None
    ) -> Permit:
        """What the call may touch.

        Raises  RefusalError H353: a provider, brand or right that is not the caller's, nor his
                role's, unknown ones included · H001: his own is gone · H363, H522: somebody else
                calls what is the partners' · H018: a carrier asks about no brand that there is ·
                H521, H524, H586 about a subscription · UnavailableError
        Source  contract 1.0, 1.13; R-110; data 4: H520 and H586 never stop a RET, so they come
                back as `held`
        """
        _see_that_he_has(right, caller)
        if right is Right.PLAN:
            return self._of_plan(caller, iys_code)
        if right is Right.CARRIER:
            return self._of_carrier(caller, brand_code)
        if right in _WHO_ACTS:
            code = caller.iys_code
            held = None if code is None else lapsed(self._provider(code))
            return Permit(caller=caller, right=right, iys_code=code, held=held)
        if right not in SCOPED:
            return Permit(caller=caller, right=right, iys_code=iys_code, brand_code=brand_code)
        if caller.partner_code is not None:
            return self._by_mandate(caller, caller.partner_code, right, (iys_code, brand_code))
        return self._of_company(caller, right, iys_code, brand_code)

    def _of_company(
        self, caller: Caller, right: Right, iys_code: IysCode | None, brand_code: BrandCode | None
    ) -> Permit:
        own = caller.iys_code
        assert own is not None, "nobody else has these rights"
        self._check_scope(own, iys_code, brand_code)
        reached = self._brands_of(caller, own, brand_code)
        brands = None
        if reached is not None:
            is_whole = brand_code is None and right in OF_THE_WHOLE
            is_limited = caller.brands is not None or caller.is_test
            if (is_whole and is_limited) or brand_code not in (None, *reached):
                raise _not_covered("brandCode")
            brands = dict.fromkeys(reached, frozenset(Channel))
        # its own affairs are no part of the API that a plan has or has not, whoever calls it
        held = lapsed if right in OWN_AFFAIRS else held_by
        return Permit(
            caller=caller,
            right=right,
            iys_code=own,
            brand_code=brand_code,
            held=held(self._provider(own)),
            brands=brands,
        )

    def _brands_of(
        self, caller: Caller, own: IysCode, brand_code: BrandCode | None
    ) -> Collection[BrandCode] | None:
        """Which of its company's brands a caller reaches; None: all there are, or the one asked.

        People reach test brands as others; an account reaches those of its kind alone.
        """
        if caller.session is not None:
            return caller.brands
        if brand_code is not None:
            asked = self._directory.brand(brand_code)
            return None if asked is not None and asked.is_test is caller.is_test else ()
        brands = self._directory.brands_of(own)
        if not caller.is_test and not any(each.is_test for each in brands):
            return None
        return [each.brand_code for each in brands if each.is_test is caller.is_test]

    def shut(self, permit: Permit, operation_id: str) -> Refused | None:
        """What keeps an operation from a company whose package does not open its module.

        Source  decision 0047
        """
        if permit.iys_code is None or permit.right not in SCOPED:
            return None
        now = self._now()
        each = standing(self._directory.subscribed(permit.iys_code), now)
        return shut(each, operation_id, now.astimezone(IYS_TIME).year)

    def _of_plan(self, caller: Caller, iys_code: IysCode | None) -> Permit:
        """Whatever a subscription's state, its company and its partners may ask about it."""
        if caller.partner_code is not None:
            self._reached(caller.partner_code, Right.READ, iys_code)
            return Permit(caller=caller, right=Right.PLAN, iys_code=iys_code)
        if caller.iys_code is None:
            raise _not_covered("iysCode")
        self._check_scope(caller.iys_code, iys_code, None)
        provider = self._provider(caller.iys_code)
        if caller.session is None and not provider.has_api:
            lapsed(provider)  # what is closed says so first
            raise RefusalError(Refused(code="H586"))
        return Permit(caller=caller, right=Right.PLAN, iys_code=caller.iys_code)

    def _of_carrier(self, caller: Caller, brand_code: BrandCode | None) -> Permit:
        """A carrier asks about any brand; who may be sent to is all that it learns."""
        code = caller.intermediary_code
        carrier = None if code is None else self._directory.intermediary(code)
        if carrier is None or carrier.state is not IntermediaryState.ACTIVE:
            raise _not_covered("carrier")
        if brand_code is None:
            return Permit(caller=caller, right=Right.CARRIER)
        brand = self._directory.brand(brand_code)
        if brand is None or brand.is_test:
            raise RefusalError(Refused(code="H018", facts=(("brandCode", str(brand_code)),)))
        return Permit(
            caller=caller, right=Right.CARRIER, iys_code=brand.iys_code, brand_code=brand_code
        )

    def _by_mandate(
        self,
        caller: Caller,
        partner_code: PartnerCode,
        right: Right,
        about: tuple[IysCode | None, BrandCode | None],
    ) -> Permit:
        """What a partner may touch: the channels of its mandates, as long as it may act at all."""
        iys_code, brand_code = about
        now = self._now()
        if right is Right.VERIFY and iys_code is None:
            return self._of_some_company(caller, partner_code, right)
        if brand_code is None:
            reached = self._reached(partner_code, right, iys_code)
            assert iys_code is not None, "a company whose brands are reached has a code"
            held = self._held_through(partner_code, iys_code)
            return Permit(caller=caller, right=right, iys_code=iys_code, held=held, brands=reached)
        self._see_that_it_may_act(partner_code, right)
        brand = self._directory.brand(brand_code)
        if brand is None or brand.is_test or iys_code not in (None, brand.iys_code):
            raise _not_covered("brandCode")
        mandates = mandated(self._directory.mandates(partner_code, brand_code), right, now)
        if not mandates:
            raise _not_covered("brandCode")
        return Permit(
            caller=caller,
            right=right,
            iys_code=brand.iys_code,
            brand_code=brand_code,
            held=self._held_through(partner_code, brand.iys_code),
            channels=frozenset(mandates),
            mandates=mandates,
        )

    def _of_some_company(self, caller: Caller, partner_code: PartnerCode, right: Right) -> Permit:
        """A call whose body alone says about which company it is: some mandate has to stand."""
        self._see_that_it_may_act(partner_code, right)
        now = self._now()
        brands = self._directory.brands_with_mandates(partner_code)
        if not any(mandated(self._directory.mandates(partner_code, b), right, now) for b in brands):
            raise _not_covered("iysCode")
        return Permit(caller=caller, right=right)

    def _see_that_it_may_act(self, partner_code: PartnerCode, right: Right) -> None:
        partner = self._directory.partner(partner_code)
        today = self._now().astimezone(IYS_TIME).date()
        if right is Right.OWN or partner is None or not partner.may_act(today):
            raise _not_covered("integratorIysCode")

    def _reached(
        self, partner_code: PartnerCode, right: Right, iys_code: IysCode | None
    ) -> dict[BrandCode, frozenset[Channel]]:
        """A call about a company as a whole: some mandate of one of its brands has to stand."""
        self._see_that_it_may_act(partner_code, right)
        now = self._now()
        brands = () if iys_code is None else self._directory.brands_of(iys_code)
        found = {
            each.brand_code: mandated(
                self._directory.mandates(partner_code, each.brand_code), right, now
            )
            for each in brands
            if not each.is_test
        }
        reached = {code: frozenset(mandates) for code, mandates in found.items() if mandates}
        if not reached:
            raise _not_covered("iysCode")
        return reached

    def _held_through(self, partner_code: PartnerCode, iys_code: IysCode) -> Refused | None:
        """What holds a partner's calls for a company back: a lapse of either, or no integration.

        An İLETİ company calls through a partner only, so its own API does not matter here.
        """
        now = self._now()
        each = standing(self._directory.subscribed(iys_code), now)
        own = standing(self._directory.subscribed_partner(partner_code), now)
        held = lapsed(self._provider(iys_code))
        if held is None and own is not None:
            held = _lapse(own.status(now), partner_code)
        if held is None and each is not None and not each.has_integration:
            return Refused(code="H586")
        return held

    def _check_scope(
        self, own: IysCode, iys_code: IysCode | None, brand_code: BrandCode | None
    ) -> None:
        if iys_code not in (None, own):
            raise _not_covered("iysCode")
        if brand_code is None:
            return
        brand = self._directory.brand(brand_code)
        if brand is None or brand.iys_code != own:
            raise _not_covered("brandCode")

    def _provider(self, iys_code: IysCode) -> Provider:
        provider = self._directory.provider(iys_code)
        if provider is None:
            raise RefusalError(Refused(code="H001", facts=(("iysCode", str(iys_code)),)))
        return as_subscribed(provider, self._directory.subscribed(iys_code), self._now())


def mandated(mandates: Iterable[Mandate], right: Right, now: datetime) -> dict[Channel, UUID]:
    """In which channels these mandates give a right, and under which of them.

    Takes   right: reading needs any mandate of a channel, all else one that may write; what is
            about the whole brand is had by writing in any channel, and addresses are verified by
            a mandate for ViA, which is about all of them
    Source  R-110
    """
    standing = [each for each in mandates if each.stands(now)]
    if right is Right.VERIFY:
        via = [each for each in standing if each.scope is Scope.VIA and each.can_write]
        return {channel: each.mandate_id for each in via for channel in Channel}
    return {
        each.scope.channel: each.mandate_id
        for each in standing
        if each.scope.channel is not None and (right is Right.READ or each.can_write)
    }


def _see_that_he_has(right: Right, caller: Caller) -> None:
    """Look the caller's role up in the one table of rights."""
    if right is Right.NONE or has(right, caller.kind, caller.role):
        return
    if right in _OF_PARTNER and caller.partner_code is None:
        raise RefusalError(Refused(code=_OF_PARTNER[right]))
    raise _not_covered("iysCode" if caller.kind not in MAY[right] else "role")


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
    own = _AS_SUBSCRIPTION.get(provider.state)
    if own is Subscription.CLOSED:
        raise RefusalError(Refused(code="H521"))
    held = _lapse(provider.subscription, provider.iys_code)
    return held or (None if own is None else _lapse(own, provider.iys_code))


def _lapse(status: Subscription, code: int) -> Refused | None:
    """What a subscription of this standing holds back, whosever it is."""
    if status is Subscription.CLOSED:
        raise RefusalError(Refused(code="H521"))
    if status is Subscription.NONE:
        raise RefusalError(Refused(code="H524", facts=(("iysCode", str(code)),)))
    return Refused(code="H520", facts=(("status", status.value),)) if status in _NOT_LIVE else None


def _not_covered(field: str) -> RefusalError:
    return RefusalError(Refused(code="H353", facts=(("field", field),)))
