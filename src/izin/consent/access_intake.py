"""The bodies of the calls about dealers' access to consents.

Source  contract 1.12
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from izin.consent.fields import (
    RECIPIENT_TYPE,
    TYPE,
    Row,
    is_object,
    misshapen,
    read_address,
    read_dealers,
    read_term,
    refused_at,
)
from izin.consent.intake import IntakeContext
from izin.consent.model import ConsentKey
from izin.core.address import Address, AddressFault, parse_for
from izin.core.codes import RetailerCode
from izin.core.errors import Refused
from izin.core.terms import Channel, RecipientType

LIST_MAX = 100
"""Recipients of one call, and dealers of one call. Source: contract 1.12."""

T = TypeVar("T")


class Asked(msgspec.Struct, frozen=True):
    """Whose consents, each once, and which dealers, in the order given."""

    keys: list[ConsentKey]
    codes: tuple[RetailerCode, ...] = ()


def parse_one(body: object, context: IntakeContext) -> Asked | tuple[Refused, ...]:
    """Read the body of addRetailers.

    Takes   body: decoded JSON of any shape; what it carries besides its fields is not read
    Gives   one key and its dealers, or every refusal; H090 alone if it is no object
    """
    if not is_object(body):
        return (Refused(code="H090"),)
    refused: list[Refused] = []
    channel, recipient_type = _read_terms(body, refused)
    address = read_address(body, channel, refused, sandbox=context.sandbox, too_long=("H121",))
    codes = _read_codes(body, refused)
    if channel is None or recipient_type is None or address is None or refused:
        return tuple(refused)
    return Asked([context.key(channel, recipient_type, address)], codes)


def parse_many(
    body: object, context: IntakeContext, *, no_object: str
) -> Asked | tuple[Refused, ...]:
    """Read the body of overrideRetailers and removeRelationBetweenRetailer.

    Takes   no_object: the code of a body that is none
    Gives   as `parse_one`
    """
    if not is_object(body):
        return (Refused(code=no_object),)
    refused: list[Refused] = []
    keys = _read_keys(body, context, refused)
    codes = _read_codes(body, refused)
    return tuple(refused) if refused else Asked(keys, codes)


def parse_all(body: object, context: IntakeContext) -> Asked | tuple[Refused, ...]:
    """Read the body of removeRelationsBetweenRetailersAndConsents, which names no dealers.

    Gives   as `parse_one`; H172 alone if it is no object
    """
    if not is_object(body):
        return (Refused(code="H172"),)
    refused: list[Refused] = []
    keys = _read_keys(body, context, refused)
    return tuple(refused) if refused else Asked(keys)


def _read_terms(body: Row, refused: list[Refused]) -> tuple[Channel | None, RecipientType | None]:
    return (
        read_term(body, TYPE, "H111", refused),
        read_term(body, RECIPIENT_TYPE, "H170", refused),
    )


def _read_codes(body: Row, refused: list[Refused]) -> tuple[RetailerCode, ...]:
    return read_dealers(body, LIST_MAX, refused, missing="H169") or ()


def _read_keys(body: Row, context: IntakeContext, refused: list[Refused]) -> list[ConsentKey]:
    channel, recipient_type = _read_terms(body, refused)
    recipients = _listed(body, refused)
    if channel is None:
        return []
    addresses = _addresses(recipients, channel, context, refused)
    if recipient_type is None:
        return []
    return [context.key(channel, recipient_type, address) for address in addresses]


def _listed(body: Row, refused: list[Refused]) -> Sequence[object]:
    recipients = body.get("recipients")
    if recipients is None:
        refused.append(Refused(code="H168", location=("recipients",)))
    elif not isinstance(recipients, list):
        refused.append(misshapen("texts", "recipients", recipients, most=LIST_MAX))
    elif not recipients:
        refused.append(refused_at("H164", "recipients", recipients))
    elif len(recipients) > LIST_MAX:
        refused.append(refused_at("H127", "recipients", recipients))
    else:
        return recipients
    return ()


def _addresses(
    recipients: Sequence[object], channel: Channel, context: IntakeContext, refused: list[Refused]
) -> list[Address]:
    """Read each address; one that stands twice, as in the contract's own example, counts once."""
    found: dict[str, Address] = {}
    code = "H120" if channel is Channel.EPOSTA else "H121"
    for place, recipient in enumerate(recipients):
        address = parse_for(channel, recipient, sandbox=context.sandbox)
        if isinstance(address, AddressFault):
            refused.append(refused_at(code, "recipients", recipient, place))
        else:
            found[address.clear] = address
    return list(found.values())
