"""What a carrier is. Source: rules 1.8, 3.7."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from izin.core.codes import IntermediaryCode


class IntermediaryState(StrEnum):
    """Only an active one is answered."""

    REGISTERED = "REGISTERED"
    INTEGRATED = "INTEGRATED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"


_STATE = IntermediaryState
NEXT: Mapping[IntermediaryState, frozenset[IntermediaryState]] = {
    _STATE.REGISTERED: frozenset({_STATE.INTEGRATED}),
    _STATE.INTEGRATED: frozenset({_STATE.ACTIVE}),
    _STATE.ACTIVE: frozenset({_STATE.SUSPENDED}),
    _STATE.SUSPENDED: frozenset({_STATE.ACTIVE}),
}
"""What may follow. Source: rules 3.7."""


class Intermediary(msgspec.Struct, frozen=True, kw_only=True):
    """Aracı hizmet sağlayıcı, operatör."""

    intermediary_code: IntermediaryCode
    title: str
    state: IntermediaryState = IntermediaryState.REGISTERED
