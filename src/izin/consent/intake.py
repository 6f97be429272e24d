"""From what came over the wire to proposals and keys, or every error of it at once.

Nothing is repaired on the way: a form may suggest, the door only reads. Errors stand in the order
of the fields; the codes, locations and values are the contract's.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from izin.consent.fields import (
    PROPERTIES,
    RECIPIENT_TYPE,
    SOURCE,
    STATUS,
    TYPE,
    Row,
    is_object,
    read_address,
    read_date,
    read_dealers,
    read_recipient_type,
    read_retailer_code,
    read_term,
    refused_at,
    unknown_properties,
)
from izin.consent.model import ConsentKey, Proposal
from izin.core.address import Address, is_nobodys, parse_for
from izin.core.clock import FIRST_CONSENT_DATE
from izin.core.codes import BrandCode, IysCode
from izin.core.errors import RefusalError, Refused
from izin.core.terms import Channel, RecipientType, Source, Status

ROWS_MAX = 1000
"""Rows of a batch and addresses of a list question. Source: contract, H091."""

_TOO_MANY_ROWS = Refused(code="H091")
_BAD_REQUEST = frozenset(("H085", "H090", "H092", "H097", "H171", "H172", "H173", "H267"))


class IntakeContext(msgspec.Struct, frozen=True, kw_only=True):
    """What reading a row depends on besides the row.

    earliest_registrable  None while back-dated loading is open: the provider has not passed its
                          activation date
    sandbox               whether +90 599, which belongs to nobody, is accepted
    leaves_late           a consent older than three business days is read and marked late: it may
                          repeat what stands, which the record knows
    tagged_for            as in `ConsentKey`
    channels              those that the caller may touch
    is_test               the brand is there to try with, and takes nobody's addresses alone
    mandates              under which mandate of the company, by channel, if a partner calls
    """

    iys_code: IysCode
    brand_code: BrandCode
    now: datetime
    earliest_registrable: datetime | None
    sandbox: bool
    retailer_access_max: int = 3000
    leaves_late: bool = False
    tagged_for: IysCode | None = None
    channels: frozenset[Channel] = frozenset(Channel)
    mandates: Mapping[Channel, UUID] = {}
    is_test: bool = False

    def key(self, channel: Channel, recipient_type: RecipientType, address: Address) -> ConsentKey:
        """Give the key of a record of this brand.

        Raises  RefusalError H353: the channel is none of the caller's
        """
        if channel not in self.channels:
            raise RefusalError(Refused(code="H353", facts=(("field", "type"),)))
        return ConsentKey(
            self.iys_code, self.brand_code, channel, recipient_type, address, self.tagged_for
        )


# one consent, and a batch of them


def parse_consent(
    row: object, context: IntakeContext, *, index: int | None = None
) -> Proposal | tuple[Refused, ...]:
    """Read one consent of an add call.

    Takes   row: decoded JSON of any shape · index: its place in a list, from 0
    Gives   the proposal, or every refusal of every field; H085 alone if it is no object
    Cost    8 µs for a good row
    Source  law.md C-6 to C-10, C-12, C-13, C-15, C-17, C-19; operation addConsent
    """
    if not is_object(row):
        return (Refused(code="H085", index=index),)
    return _read_row(row, context, index)[1]


def parse_batch(rows: object, context: IntakeContext) -> list[Proposal] | tuple[Refused, ...]:
    """Read the body of a batch: all of it or nothing.

    Takes   rows: decoded JSON of any shape
    Gives   one proposal a row in the order given, or the refusals of all rows with their indices
    Source  law.md C-16; operation addBatchConsent
    """
    if not isinstance(rows, list) or not rows:
        return (Refused(code="H092"),)
    if len(rows) > ROWS_MAX:
        return (_TOO_MANY_ROWS,)
    refused = [Refused(code="H092", index=i) for i, row in enumerate(rows) if not is_object(row)]
    if refused:
        return tuple(refused)
    proposals: list[Proposal] = []
    seen: set[ConsentKey] = set()
    for index, row in enumerate(rows):
        key, read = _read_row(row, context, index)
        if isinstance(read, Proposal):
            proposals.append(read)
        else:
            refused.extend(read)
        if key in seen:
            refused.append(Refused(code="H194", index=index))
        if key is not None:
            seen.add(key)
    return tuple(refused) if refused else proposals


def shape_error(refused: Sequence[Refused]) -> RefusalError:
    """Give the error that a call ends with: 400 if all of `refused` is 400, else 422.

    Source  order of stages: an empty optional (H267) is 400 alone and 422 among others
    """
    is_bad_request = all(each.code in _BAD_REQUEST for each in refused)
    return RefusalError(refused, status=400 if is_bad_request else 422)


def _read_row(
    row: Row, context: IntakeContext, index: int | None
) -> tuple[ConsentKey | None, Proposal | tuple[Refused, ...]]:
    """Read the key even of a row that is refused: it counts as a duplicate all the same."""
    refused: list[Refused] = []
    if not row.keys() <= PROPERTIES:
        refused.extend(unknown_properties(row))
    channel = read_term(row, TYPE, "H111", refused)
    address = read_address(
        row, channel, refused, sandbox=context.sandbox, too_long=("H160", "H121")
    )
    if context.is_test and address is not None and not is_nobodys(address):
        refused.append(refused_at("IZ056", "recipient", row["recipient"]))
    recipient_type = read_recipient_type(row, refused)
    key = None
    if channel is not None and address is not None and recipient_type is not None:
        key = context.key(channel, recipient_type, address)
    is_consumer = recipient_type is not RecipientType.TACIR  # the stricter way, if it is unknown
    status = read_term(row, STATUS, "H110", refused)
    source = read_term(row, SOURCE, "H113" if is_consumer else None, refused)
    if source is Source.HS_KARAR and status is Status.ONAY:
        refused.append(refused_at("H408", "status", row["status"]))
    consented_at = read_date(row, "H112" if is_consumer else None, refused)
    if consented_at is not None:
        codes = _date_faults(consented_at, source, status, context)
        refused += [refused_at(code, "consentDate", row["consentDate"]) for code in codes]
    retailer_code = read_retailer_code(row, refused)
    retailer_access = read_dealers(row, context.retailer_access_max, refused)
    if refused or key is None or status is None:
        return key, _indexed(refused, index)
    return key, Proposal(
        key=key,
        status=status,
        source=source,
        consented_at=consented_at,
        retailer_code=retailer_code,
        retailer_access=retailer_access,
        is_late=_is_late(consented_at, context),
        mandate_id=context.mandates.get(key.channel),
    )


# questions


def parse_question(
    body: object, context: IntakeContext, *, no_object: str = "H097"
) -> ConsentKey | tuple[Refused, ...]:
    """Read which record is asked about; all three fields compulsory.

    Takes   body: decoded JSON of any shape; what it carries besides the three fields is not read
            no_object: the code of a body that is none
    Gives   the key, or every refusal
    Source  contract, operations consentDetail, consentsHistory, searchRetailersOfOneConsent
    """
    if not is_object(body):
        return (Refused(code=no_object),)
    refused: list[Refused] = []
    channel = read_term(body, TYPE, "H111", refused)
    recipient_type = read_term(body, RECIPIENT_TYPE, "H170", refused)
    address = read_address(body, channel, refused, sandbox=context.sandbox, too_long=("H166",))
    if channel is None or recipient_type is None or address is None:
        return tuple(refused)
    return context.key(channel, recipient_type, address)


def parse_recipients(
    body: object, channel: str, recipient_type: str, context: IntakeContext
) -> list[ConsentKey] | tuple[Refused, ...]:
    """Read which records a list question asks about.

    Takes   body: decoded JSON of any shape · channel, recipient_type: as the path has them
    Gives   one key an address in the order given, or every refusal; H097 alone if it is no object
    Cost    under 3 µs an address
    Source  law.md C-15; operation batchConsentStatus
    """
    if not is_object(body):
        return (Refused(code="H097"),)
    path: Row = {"type": channel, "recipientType": recipient_type}
    refused: list[Refused] = []
    asked_channel = read_term(path, TYPE, "H111", refused)
    asked_type = read_term(path, RECIPIENT_TYPE, "H170", refused)
    recipients = body.get("recipients")
    refused.extend(_list_faults(recipients))
    if refused or asked_channel is None or asked_type is None or not isinstance(recipients, list):
        return tuple(refused)
    keys: list[ConsentKey] = []
    seen: set[str] = set()
    for position, recipient in enumerate(recipients):
        address = parse_for(asked_channel, recipient, sandbox=context.sandbox)
        if not isinstance(address, Address):
            refused.append(refused_at("H464", "recipient", recipient))
        elif address.clear in seen:
            refused.append(refused_at("H193", "recipients", recipient, position))
        else:
            seen.add(address.clear)
            keys.append(context.key(asked_channel, asked_type, address))
    return tuple(refused) if refused else keys


def _list_faults(recipients: object) -> tuple[Refused, ...]:
    if recipients is None:
        return (Refused(code="H168", location=("recipients",)),)
    if not isinstance(recipients, list):
        return (refused_at("H478", "recipients", recipients),)
    if not recipients:
        return (refused_at("H164", "recipients", recipients),)
    if len(recipients) > ROWS_MAX:
        return (_TOO_MANY_ROWS,)
    return ()


def _date_faults(
    consented_at: datetime, source: Source | None, status: Status | None, context: IntakeContext
) -> list[str]:
    codes = []
    if consented_at > context.now:
        codes.append("H162")
    elif consented_at < FIRST_CONSENT_DATE:
        codes.append("H156")
    elif status is Status.ONAY and not context.leaves_late and _is_late(consented_at, context):
        codes.append("H467")
    if source is Source.HS_2015 and consented_at != FIRST_CONSENT_DATE:
        codes.append("H155")
    return codes


def _is_late(consented_at: datetime | None, context: IntakeContext) -> bool:
    earliest = context.earliest_registrable
    return earliest is not None and consented_at is not None and consented_at < earliest


def _indexed(refused: list[Refused], index: int | None) -> tuple[Refused, ...]:
    if index is None:
        return tuple(refused)
    return tuple(msgspec.structs.replace(each, index=index) for each in refused)
