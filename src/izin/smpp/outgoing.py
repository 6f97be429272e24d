"""What goes out: a text as bodies of submit_sm, and what the operator's answer to one means."""

from aiosmpplib.protocol import BindTransceiver, SubmitSm
from aiosmpplib.state import (
    NPI,
    TON,
    USER_MESSAGE_REFERENCE,
    OptionalParam,
    PhoneNumber,
    SmppCommand,
    SmppCommandStatus,
)

from izin.core.address import Address, AddressKind
from izin.core.errors import StartRefusedError, UnavailableError
from izin.smpp.alphabet import CODING_UCS2, coding_of, octets_of
from izin.smpp.frames import RESPONSE, Frame, body_of, status_name
from izin.smpp.message import HAS_HEADER, Part, part_header
from izin.smpp.model import LinkSettings, SubmitRefusedError, UnsendableError
from izin.smpp.segments import can_be_sent, split

_ASKS_FOR_RECEIPT = 1
_REFERENCE_BITS, _MARK_BITS = 0xFFFF, 0xFF
_THROTTLED = (SmppCommandStatus.ESME_RTHROTTLED, SmppCommandStatus.ESME_RMSGQFUL)
_PASSING = (
    SmppCommandStatus.ESME_RSYSERR,
    SmppCommandStatus.ESME_RINVBNDSTS,
    SmppCommandStatus.ESME_RX_T_APPN,
    SmppCommandStatus.ESME_RSUBMITFAIL,
    # what is wrong with us, and with no message: another operator may take it
    SmppCommandStatus.ESME_RINVSRCADR,
    SmppCommandStatus.ESME_RINVSRCTON,
    SmppCommandStatus.ESME_RINVSRCNPI,
    SmppCommandStatus.ESME_RINVSERTYP,
)


def bind_body(settings: LinkSettings) -> bytes:
    """Write who we are.

    Raises  StartRefusedError: SMPP has no room for it
    """
    texts = (settings.system_id, settings.password, settings.system_type, settings.sender)
    if not all(map(str.isascii, texts)) or not settings.sender:
        raise StartRefusedError("The operator's link: name, password, type and sender are ASCII.")
    try:
        _source(settings.sender)
        bind = BindTransceiver(
            system_id=settings.system_id,
            password=settings.password,
            system_type=settings.system_type,
        )
    except ValueError as error:
        raise StartRefusedError(
            "The operator's link: a name has at most 15 characters, a password 8, a type 12, "
            "a sender 20."
        ) from error
    return body_of(bind)


def submit_bodies(
    settings: LinkSettings, to: Address, text: str, reference: int
) -> tuple[bytes, ...]:
    """Write a text as one body for each segment; a receipt is asked for the last of them.

    Takes   reference: its last sixteen bits go along as the user's reference, eight mark the parts
    Raises  UnsendableError
    """
    if to.kind is not AddressKind.PHONE or not can_be_sent(text):
        raise UnsendableError
    parts = split(text)
    coding = coding_of(text)
    bodies: list[bytes] = []
    for index, part in enumerate(parts, start=1):
        message = SubmitSm(
            short_message=part,
            source=_source(settings.sender),
            destination=_international(to.clear),
            registered_delivery=_ASKS_FOR_RECEIPT if index == len(parts) else 0,
            encoding="ucs2" if coding == CODING_UCS2 else "gsm0338",
            optional_params=[OptionalParam(USER_MESSAGE_REFERENCE, reference & _REFERENCE_BITS)],
        )
        octets = octets_of(part, coding)
        if len(parts) > 1:
            message.esm_class = HAS_HEADER
            octets = part_header(Part(reference & _MARK_BITS, len(parts), index)) + octets
        message.set_encoded_message(octets)
        bodies.append(body_of(message))
    return tuple(bodies)


def is_throttled(answer: Frame) -> bool:
    """Does the operator want less of it, and then this very message again?"""
    return answer.status in _THROTTLED


def operator_id(answer: Frame) -> str:
    """Give the operator's id of a segment that it has taken.

    Raises  UnavailableError: not now · SubmitRefusedError: never
    """
    if answer.status in _PASSING:
        raise UnavailableError(f"the operator answered {status_name(answer.status)}")
    if answer.status or answer.command != SmppCommand.SUBMIT_SM | RESPONSE:
        raise SubmitRefusedError(status_name(answer.status))
    return answer.body.partition(b"\0")[0].decode("latin_1")


def _source(sender: str) -> PhoneNumber:
    if sender.startswith("+"):
        return _international(sender)
    ton = TON.UNKNOWN if sender.isdigit() else TON.ALPHANUMERIC
    return PhoneNumber(sender, ton, NPI.UNKNOWN)


def _international(number: str) -> PhoneNumber:
    return PhoneNumber(number.removeprefix("+"), TON.INTERNATIONAL, NPI.ISDN)
