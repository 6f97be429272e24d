"""A link and an operator talk over TCP: what one writes, the other reads."""

import asyncio
import logging
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from builders.clock import NOON
from builders.operator import (
    AYSE,
    MEHMET,
    SHORT_NUMBER,
    Listener,
    comes,
    linked,
    operator,
    running,
    settings_for,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from izin.core.address import Address, AddressKind
from izin.core.errors import UnavailableError
from izin.simulator.deliveries import ReceiptForm, written
from izin.simulator.faults import Fault
from izin.simulator.smsc import Smsc
from izin.simulator.telephones import Telephones
from izin.smpp.message import read_message
from izin.smpp.model import (
    Incoming,
    ReceiptState,
    SubmitRefusedError,
    UnsendableError,
)
from izin.smpp.outgoing import submit_bodies
from izin.smpp.segments import BASIC, EXTENSION, can_be_sent, segment_count

TEXTS = [
    "Onay kodunuz 123456",
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ",
    "^{}\\[~]|€\f",
    "ğüşıöçĞÜŞİÖÇ",
    "a" * 160,
    "a" * 161,
    "€" * 300,
    "x" * 152 + "€" * 160,
    "ş" * 70,
    "ş" * 500,
    "ş" * 66 + "😀" * 80,
    "😀",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
async def test_a_text_arrives_as_it_was_sent(text):
    async with operator() as smsc, linked(smsc) as link:
        ids = await link.submit(AYSE, text, 7)
        [arrived] = smsc.inbox(AYSE.clear)
        assert (arrived.text, arrived.sender, arrived.to) == (text, SHORT_NUMBER, AYSE.clear)
        assert len(set(ids)) == len(ids) == arrived.segments == segment_count(text)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
async def test_what_a_person_writes_is_heard_as_it_was_written(text):
    listener = Listener()
    async with operator() as smsc, linked(smsc, listener):
        assert await smsc.write(AYSE.clear, SHORT_NUMBER, text)
        assert listener.heard == [Incoming(sender=AYSE.clear, receiver=SHORT_NUMBER, text=text)]


# the whole of Unicode, and texts whose parts end at what must not be cut
SENDABLE = st.one_of(
    st.text(max_size=300),
    st.text("ş😀a", max_size=300),
    st.text(st.sampled_from(sorted(BASIC | EXTENSION)), max_size=500),
).filter(can_be_sent)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(SENDABLE, min_size=1, max_size=8))
def test_every_text_arrives_and_is_heard(texts):
    async def talk() -> None:
        listener = Listener()
        async with operator() as smsc, linked(smsc, listener) as link:
            for reference, text in enumerate(texts):
                await link.submit(AYSE, text, reference)
                assert await smsc.write(MEHMET.clear, SHORT_NUMBER, text)
            assert [each.text for each in smsc.inbox(AYSE.clear)] == texts
            assert [each.text for each in listener.heard] == texts

    asyncio.run(talk())


async def test_what_the_operator_appends_leaves_one_segment_one():
    async with operator(suffix=" B001") as smsc, linked(smsc) as link:
        for text in ("a" * 155, "ş" * 65, "a" * 156):
            await link.submit(AYSE, text, 1)
        found = [(each.text[-6:], each.segments) for each in smsc.inbox(AYSE.clear)]
        assert found == [("a B001", 1), ("ş B001", 1), ("a B001", 2)]


@pytest.mark.parametrize("form", ReceiptForm)
async def test_the_last_segment_has_the_receipt_and_no_other(form):
    listener = Listener()
    async with operator(form=form) as smsc, linked(smsc, listener) as link:
        ids = await link.submit(AYSE, "a" * 400, 1)
        [alone] = await link.submit(AYSE, "bir", 8)
        await comes(lambda: len(listener.receipts) == 2)
        assert {each.operator_id for each in listener.receipts} == {ids[-1], alone}
        assert {each.state for each in listener.receipts} == {ReceiptState.DELIVERED}


async def test_what_reached_nobody_is_told_so():
    listener = Listener()
    async with operator() as smsc, linked(smsc, listener) as link:
        smsc.faults.order(Fault.UNDELIVERED)
        await link.submit(AYSE, "a", 1)
        await comes(lambda: bool(listener.receipts))
        assert listener.receipts[0].state is ReceiptState.UNDELIVERABLE
        assert smsc.inbox(AYSE.clear) == ()


async def test_a_receipt_may_be_lost():
    listener = Listener()
    async with operator() as smsc, linked(smsc, listener) as link:
        smsc.faults.order(Fault.RECEIPT_LOST)
        await link.submit(AYSE, "a", 1)
        [second] = await link.submit(AYSE, "b", 2)
        await comes(lambda: bool(listener.receipts))
        assert [each.operator_id for each in listener.receipts] == [second]


async def test_a_receipt_that_nobody_could_take_is_told_again():
    listener = Listener()
    async with operator() as smsc, linked(smsc, listener) as link:
        listener.fails = [UnavailableError("the store is away")] * 2
        [operator_id] = await link.submit(AYSE, "a", 1)
        await comes(lambda: bool(listener.receipts))
        assert listener.receipts[0].operator_id == operator_id
        assert listener.calls == 3


@pytest.mark.parametrize("text", ["RET", "RET " * 100])
@pytest.mark.parametrize("error", [UnavailableError("away"), KeyError("a mistake")])
async def test_what_nobody_could_hear_is_told_again(text, error):
    listener = Listener()
    async with operator() as smsc, linked(smsc, listener):
        listener.fails = [error, error]
        assert await smsc.write(AYSE.clear, SHORT_NUMBER, text)
        assert [each.text for each in listener.heard] == [text]
        assert listener.calls == 3


async def test_a_message_is_acknowledged_only_after_it_was_heard():
    may_end, is_asked = asyncio.Event(), asyncio.Event()
    listener = Listener()

    async def hear(incoming):
        is_asked.set()
        await may_end.wait()
        listener.heard.append(incoming)

    listener.hear = hear
    async with operator() as smsc, linked(smsc, listener) as link:
        writing = asyncio.create_task(smsc.write(AYSE.clear, SHORT_NUMBER, "RET"))
        await is_asked.wait()
        await link.submit(MEHMET, "meanwhile the link goes on", 1)
        assert not writing.done()
        may_end.set()
        assert await writing


async def test_whoever_hears_may_answer_at_once():
    listener = Listener()
    async with operator() as smsc, linked(smsc, listener) as link:

        async def hear(incoming):
            number = Address(incoming.sender, AddressKind.PHONE)
            await link.submit(number, f"{incoming.text} alındı", 1)

        listener.hear = hear
        assert await smsc.write(AYSE.clear, SHORT_NUMBER, "RET")
        assert [each.text for each in smsc.inbox(AYSE.clear)] == ["RET alındı"]


async def test_an_operator_that_sends_one_at_a_time_is_heard():
    listener = Listener()
    async with operator(window=1) as smsc, linked(smsc, listener, hold_seconds=0.02):
        assert await smsc.write(AYSE.clear, SHORT_NUMBER, "RET " * 100)
        assert [each.text for each in listener.heard] == ["RET " * 100]


async def test_a_number_that_the_operator_does_not_know_is_refused_for_good():
    async with operator() as smsc, linked(smsc) as link:
        smsc.refuse(MEHMET.clear)
        with pytest.raises(SubmitRefusedError, match="ESME_RINVDSTADR"):
            await link.submit(MEHMET, "a", 1)
        with pytest.raises(SubmitRefusedError, match="ESME_RINVDSTADR"):
            await link.submit(Address("+9059912345", AddressKind.PHONE), "a", 1)


async def test_what_is_no_text_or_no_phone_is_not_sent():
    async with operator() as smsc, linked(smsc) as link:
        for to, text in (
            (AYSE, ""),
            (AYSE, "\ud83d"),
            (AYSE, "a" * 40_000),
            (Address("ayse@mail.example", AddressKind.EMAIL), "a"),
        ):
            with pytest.raises(UnsendableError) as raised:
                await link.submit(to, text, 1)
            assert str(raised.value) == ""
        assert smsc.inbox(AYSE.clear) == ()


async def test_only_telephones_of_nobody_write():
    async with operator() as smsc:
        with pytest.raises(ValueError, match="no telephone of this operator"):
            await smsc.write("+9059912345", SHORT_NUMBER, "RET")


@pytest.fixture(autouse=True)
def told(caplog) -> None:
    """Warnings are heard, whatever a test before this one has set."""
    caplog.set_level(logging.INFO)


@pytest.mark.parametrize("wrong", [{"password": "other"}, {"system_id": "other"}])
async def test_who_is_not_known_is_not_bound(wrong, caplog):
    async with operator() as smsc, running(smsc.port, **wrong) as link:
        await comes(lambda: caplog.text.count("refused the bind") > 1)  # it tries on
        assert not link.is_bound
        with pytest.raises(UnavailableError, match="not reached"):
            await link.submit(AYSE, "a", 1)


async def test_an_operator_that_is_not_there_is_tried_again(unused_tcp_port):
    async with running(unused_tcp_port) as link:
        with pytest.raises(UnavailableError, match="not reached"):
            await link.submit(AYSE, "a", 1)
        async with operator(port=unused_tcp_port):
            await comes(lambda: link.is_bound)
    assert not link.is_bound


async def test_what_was_written_while_nobody_was_bound_is_heard_later():
    listener = Listener()
    async with operator() as smsc:
        writing = asyncio.create_task(smsc.write(AYSE.clear, SHORT_NUMBER, "RET"))
        async with linked(smsc, listener):
            assert await writing
    assert [each.text for each in listener.heard] == ["RET"]


async def test_what_has_come_of_a_long_message_is_heard_at_the_end():
    listener = Listener()
    text = "RET " * 50
    async with operator() as smsc, linked(smsc, listener, hold_seconds=0.01):
        first, _ = written(AYSE.clear, SHORT_NUMBER, text, 1)
        assert await smsc._deliver(first)
        assert listener.heard == []
    [heard] = listener.heard
    assert not heard.is_whole
    assert text.startswith(heard.text)


def a_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "operator.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    path = folder / "operator.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return path


async def test_an_operator_is_spoken_to_by_tls_and_only_if_it_is_believed(tmp_path, caplog):
    path = a_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    async with operator(tls=context) as smsc:
        async with linked(smsc, has_tls=True, ca_file=str(path)) as link:
            await link.submit(AYSE, "a", 1)
        async with running(smsc.port, has_tls=True) as link:
            await comes(lambda: "SSLCertVerificationError" in caplog.text)
            assert not link.is_bound
        assert len(smsc.inbox(AYSE.clear)) == 1


async def test_the_simulator_keeps_so_many_messages_that_are_not_whole():
    telephones = Telephones(messages_max=10, suffix="")
    bodies = [submit_bodies(settings_for(1), AYSE, "a" * 200, mark) for mark in range(3)]
    other = Address("+905990000001", AddressKind.PHONE)
    telephones.take(read_message(bodies[0][0]), NOON)
    for number in range(1000):
        sender = settings_for(1, sender=f"{number}")
        [first, _] = submit_bodies(sender, other, "a" * 200, 1)
        telephones.take(read_message(first), NOON)
    telephones.take(read_message(bodies[0][1]), NOON)  # its first part is forgotten
    assert telephones.inbox(AYSE.clear) == ()
    for body in bodies[1]:
        telephones.take(read_message(body), NOON)
    assert [each.text for each in telephones.inbox(AYSE.clear)] == ["a" * 200]


async def test_the_simulator_keeps_a_bounded_memory():
    async with operator(messages_max=3) as smsc, linked(smsc) as link:
        for number in range(5):
            await link.submit(AYSE, f"{number}", number)
        assert [each.text for each in smsc.inbox(AYSE.clear)] == ["2", "3", "4"]


def test_a_simulator_prints_neither_name_nor_password():
    async def shown() -> str:
        async with operator() as smsc:
            assert isinstance(smsc, Smsc)
            return repr(smsc._settings)

    assert "canary" not in asyncio.run(shown())
