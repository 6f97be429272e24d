"""Addresses: what is read, in which one form, and that none is ever shown."""

import json
import pickle
import traceback
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.pretty import pretty_repr

from izin.core.address import (
    Address,
    AddressFault,
    AddressKind,
    parse_email,
    parse_for,
    parse_phone,
)
from izin.core.terms import Channel

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors/addresses.json").read_text(encoding="utf-8")
)
PHONE = Address("+905990000012", AddressKind.PHONE)
EMAIL = Address("alici@ornek.example", AddressKind.EMAIL)


@pytest.mark.parametrize("vector", VECTORS["phone"], ids=lambda v: repr(v["text"]))
def test_a_phone_is_strict_e164_in_a_number_plan(vector: dict[str, Any]) -> None:
    read = parse_phone(vector["text"], sandbox=vector["sandbox"])
    if "fault" in vector:
        assert read is AddressFault(vector["fault"])
    else:
        assert read == Address(vector["clear"], AddressKind.PHONE)


@pytest.mark.parametrize("vector", VECTORS["email"], ids=lambda v: repr(v["text"]))
def test_an_email_is_ascii_and_lower_case(vector: dict[str, Any]) -> None:
    read = parse_email(vector["text"])
    if "fault" in vector:
        assert read is AddressFault(vector["fault"])
    else:
        assert read == Address(vector["clear"], AddressKind.EMAIL)


@pytest.mark.parametrize(("length", "is_read"), [(5, False), (6, True), (265, True), (266, False)])
def test_an_email_has_6_to_265_characters(length: int, *, is_read: bool) -> None:
    text = "a" * (length - 5) + "@b.cc" if length > 5 else "@b.cc"
    assert len(text) == length
    assert isinstance(parse_email(text), Address) is is_read


@pytest.mark.parametrize("channel", [Channel.ARAMA, Channel.MESAJ])
def test_calls_and_messages_reach_phones_only(channel: Channel) -> None:
    assert parse_for(channel, PHONE.clear, sandbox=True) == PHONE
    assert parse_for(channel, EMAIL.clear, sandbox=True) is AddressFault.NOT_PHONE


def test_the_email_channel_reaches_emails_only() -> None:
    assert parse_for(Channel.EPOSTA, EMAIL.clear, sandbox=True) == EMAIL
    assert parse_for(Channel.EPOSTA, PHONE.clear, sandbox=True) is AddressFault.NOT_EMAIL


def test_a_number_of_nobody_is_accepted_in_the_sandbox_only() -> None:
    assert parse_for(Channel.MESAJ, PHONE.clear, sandbox=True) == PHONE
    assert parse_for(Channel.MESAJ, PHONE.clear, sandbox=False) is AddressFault.NOT_PHONE


@pytest.mark.parametrize(
    "printed",
    [
        str,
        repr,
        "{}".format,
        "{:>40}".format,
        "{!r}".format,
        "%s".__mod__,
        "%r".__mod__,
        lambda address: f"{[address]}",
        lambda address: f"{ {address: 1} }",
        pretty_repr,
        lambda address: "".join(traceback.format_exception(ValueError(address))),
    ],
)
@pytest.mark.parametrize("address", [PHONE, EMAIL])
def test_an_address_prints_itself_masked(address: Address, printed: Any) -> None:
    shown = printed(address)
    assert "***" in shown
    assert "90599000" not in shown
    assert "alici" not in shown
    assert "ornek" not in shown


def test_an_address_is_a_key_and_cannot_be_changed() -> None:
    same = Address("+90599" + "0000012", AddressKind.PHONE)
    assert {PHONE: "found"}[same] == "found"
    assert PHONE != EMAIL
    assert pickle.loads(pickle.dumps(PHONE)) == PHONE
    with pytest.raises(AttributeError):
        PHONE.clear = "+905990000013"  # type: ignore[misc]  # that is the point
    assert msgspec.structs.asdict(PHONE) == {"clear": "+905990000012", "kind": AddressKind.PHONE}
