"""For whom a command is: one company, partner or carrier."""

from typing import Annotated

import typer

from izin.core.codes import IntermediaryCode, IysCode, PartnerCode
from izin.member.model import Belongs

_CODE_MAX = 99_999_999

Company = Annotated[
    int | None, typer.Option(min=1, max=_CODE_MAX, help="Of this company (iysCode).")
]
Partner = Annotated[int | None, typer.Option(min=1, max=_CODE_MAX, help="Of this partner.")]
Carrier = Annotated[int | None, typer.Option(min=1, max=_CODE_MAX, help="Of this carrier.")]


def party_of(company: int | None, partner: int | None, carrier: int | None) -> Belongs | None:
    """Give the party that was named; None if it is none of them, or more than one."""
    if [company, partner, carrier].count(None) != 2:  # noqa: PLR2004  # of three, one
        return None
    return Belongs(
        iys_code=None if company is None else IysCode(company),
        partner_code=None if partner is None else PartnerCode(partner),
        intermediary_code=None if carrier is None else IntermediaryCode(carrier),
    )
