"""Whoever speaks no SMPP, or bad SMPP, harms neither end."""

import asyncio

import pytest
from builders.operator import (
    AYSE,
    PASSWORD,
    SHORT_NUMBER,
    SYSTEM_ID,
    Listener,
    comes,
    linked,
    operator,
    running,
    settings_for,
)
from builders.raw_smpp import (
    BIND,
    BIND_RECEIVER,
    BIND_TRANSMITTER,
    BROKEN_LENGTHS,
    COMMAND_WRONG,
    DATA_SM,
    DELIVER,
    ENQUIRE,
    LENGTH_WRONG,
    NACK,
    NOT_BOUND,
    RESPONSE,
    SUBMIT,
    UNBIND,
    UNKNOWN,
    bind,
    go_on,
    pdu,
    raw_client,
    raw_operator,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from izin.core.errors import UnavailableError
from izin.simulator.deliveries import written
from izin.smpp.model import SubmitRefusedError, UncertainError
from izin.smpp.outgoing import submit_bodies

BOUND = bind(SYSTEM_ID, PASSWORD)


@pytest.mark.parametrize("octets", BROKEN_LENGTHS.values(), ids=BROKEN_LENGTHS)
async def test_a_broken_length_ends_the_connection_to_the_operator(octets):
    answered = []

    async def talk(raw):
        if not answered:
            await raw.send(octets)
            answered.append(await raw.next_of(NACK))
            assert await raw.is_at_its_end()
        await go_on(raw)

    async with raw_operator(talk) as liar, running(liar.port) as link:
        await comes(lambda: liar.bound_count == 2 and link.is_bound)
        assert await link.submit(AYSE, "a", 1) == ("id",)
    assert answered == [(NACK, LENGTH_WRONG, 0, b"")]


@pytest.mark.parametrize("octets", BROKEN_LENGTHS.values(), ids=BROKEN_LENGTHS)
@pytest.mark.parametrize("before", [b"", BOUND], ids=["not bound", "bound"])
async def test_a_broken_length_ends_the_connection_to_the_simulator(octets, before):
    async with operator() as smsc, raw_client(smsc.port) as raw, linked(smsc) as link:
        await raw.send(before + octets)
        assert await raw.next_of(NACK) == (NACK, LENGTH_WRONG, 0, b"")
        assert await raw.is_at_its_end()
        await link.submit(AYSE, "a", 1)


@pytest.mark.parametrize("command", [UNKNOWN, DATA_SM, BIND])
async def test_what_is_not_understood_is_refused_and_the_link_goes_on(command):
    answered = []

    async def talk(raw):
        await raw.send(pdu(command, 77, body=b"whatever"))
        answered.append(await raw.receive())
        await go_on(raw)

    async with raw_operator(talk) as liar, running(liar.port) as link:
        await comes(lambda: bool(answered))
        await link.submit(AYSE, "a", 1)
        assert liar.bound_count == 1
    assert answered == [(NACK, COMMAND_WRONG, 77, b"")]


@pytest.mark.parametrize("command", [UNKNOWN, DATA_SM, DELIVER])
async def test_the_simulator_refuses_what_it_does_not_understand_and_goes_on(command):
    async with operator() as smsc, raw_client(smsc.port) as raw:
        await raw.send(BOUND + pdu(command, 2**32 - 1) + pdu(ENQUIRE, 3))
        await raw.next_of(BIND | RESPONSE)
        assert await raw.receive() == (NACK, COMMAND_WRONG, 2**32 - 1, b"")
        assert await raw.receive() == (ENQUIRE | RESPONSE, 0, 3, b"")


async def test_a_pdu_that_was_cut_ends_as_the_connection_does():
    listener = Listener()

    async def talk(raw):
        [body] = written(AYSE.clear, SHORT_NUMBER, "RET", 1)
        if liar.bound_count > 1:
            await go_on(raw)
        await raw.send(pdu(DELIVER, body=body)[:-1])

    async with raw_operator(talk) as liar, running(liar.port, listener):
        await comes(lambda: liar.bound_count > 1)
    assert listener.heard == []


async def test_answers_to_nothing_are_passed_over():
    async def talk(raw):
        for command in (SUBMIT, ENQUIRE, DELIVER, NACK, UNKNOWN):
            await raw.send(pdu(command | RESPONSE, 2_000_000))
        await go_on(raw)

    async with raw_operator(talk) as liar, running(liar.port) as link:
        await comes(lambda: link.is_bound)
        assert await link.submit(AYSE, "a", 1) == ("id",)
        assert liar.bound_count == 1


@pytest.mark.parametrize(("command", "ahead"), [(SUBMIT, 1), (ENQUIRE, 0), (DELIVER, 0), (BIND, 0)])
async def test_an_answer_to_something_else_says_of_no_message_that_it_was_sent(command, ahead):
    async def talk(raw):
        _, _, sequence, _ = await raw.next_of(SUBMIT)
        await raw.send(pdu(command | RESPONSE, sequence + ahead, body=b"id\0"))
        await go_on(raw)

    async with raw_operator(talk) as liar, running(liar.port, answer_seconds=0.2) as link:
        await comes(lambda: link.is_bound)
        with pytest.raises(UncertainError):
            await link.submit(AYSE, "a", 1)


@pytest.mark.parametrize(
    ("command", "status", "name"),
    [
        (SUBMIT | RESPONSE, 0x0B, "ESME_RINVDSTADR"),
        (SUBMIT | RESPONSE, 0x401, "0x00000401"),
        (NACK, 0x03, "ESME_RINVCMDID"),
        (NACK, 0x00, "ESME_ROK"),
    ],
)
async def test_a_message_that_is_refused_is_refused_by_the_operators_word(command, status, name):
    async def talk(raw):
        _, _, sequence, _ = await raw.next_of(SUBMIT)
        await raw.send(pdu(command, sequence, status=status))
        await go_on(raw)

    async with raw_operator(talk) as liar, running(liar.port) as link:
        await comes(lambda: link.is_bound)
        with pytest.raises(SubmitRefusedError) as raised:
            await link.submit(AYSE, "a", 1)
        assert raised.value.status_name == name


@pytest.mark.parametrize("status", [0x0A, 0x15, 0x45, 0x48, 0x49])
async def test_what_the_operator_says_of_us_ends_no_message(status):
    async def talk(raw):
        _, _, sequence, _ = await raw.next_of(SUBMIT)
        await raw.send(pdu(SUBMIT | RESPONSE, sequence, status=status))
        await go_on(raw)

    async with raw_operator(talk) as liar, running(liar.port) as link:
        await comes(lambda: link.is_bound)
        with pytest.raises(UnavailableError) as raised:
            await link.submit(AYSE, "a", 1)
        assert type(raised.value) is UnavailableError, "nothing has gone out"


async def test_nobody_is_heard_before_the_bind():
    listener = Listener()
    answers = []
    [body] = written(AYSE.clear, SHORT_NUMBER, "RET", 1)

    async def serve(reader, writer):
        writer.write(pdu(DELIVER, 9, body=body))
        answers.append(await reader.read(1000))
        answers.append(await reader.read(1000))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, running(port, listener, answer_seconds=1.0) as link:
        await comes(lambda: len(answers) > 1)
        assert not link.is_bound
    assert pdu(DELIVER | RESPONSE, 9, status=NOT_BOUND, body=b"\0") in b"".join(answers)
    assert listener.heard == []


async def test_a_message_right_behind_the_bind_is_heard():
    listener = Listener()
    [body] = written(AYSE.clear, SHORT_NUMBER, "RET", 1)

    async def serve(reader, writer):
        await reader.readexactly(16)
        # in one write, so that both are read at once
        writer.write(pdu(BIND | RESPONSE, 1, body=b"x\0") + pdu(DELIVER, 9, body=body))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, running(port, listener, answer_seconds=0.2):
        await comes(lambda: bool(listener.heard))


@pytest.mark.parametrize("body", [b"", b"\0" * 5, b"x" * 300, b"\0\1\1" + b"9" * 40])
async def test_a_message_that_cannot_be_read_is_refused_and_the_next_one_heard(body):
    listener = Listener()
    answers = []
    [sound] = written(AYSE.clear, SHORT_NUMBER, "RET", 1)

    async def talk(raw):
        await raw.send(pdu(DELIVER, 5, body=body) + pdu(DELIVER, 6, body=sound))
        answers.extend([await raw.receive(), await raw.receive()])
        await go_on(raw)

    async with raw_operator(talk) as liar, running(liar.port, listener):
        await comes(lambda: len(answers) == 2)
    assert sorted(answers) == [(DELIVER | RESPONSE, 0, 6, b"\0"), (DELIVER | RESPONSE, 1, 5, b"\0")]
    assert [each.text for each in listener.heard] == ["RET"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(max_size=120), max_size=8))
def test_no_octets_bring_the_simulator_down(chunks):
    async def talk() -> None:
        async with operator(answer_seconds=0.1) as smsc:
            async with raw_client(smsc.port) as raw:
                await raw.send(BOUND)
                for command, chunk in zip([SUBMIT, DELIVER, BIND, NACK] * 2, chunks, strict=False):
                    await raw.send(pdu(command, body=chunk))
                await raw.send(b"".join(chunks))
            async with linked(smsc) as link:
                await link.submit(AYSE, "a", 1)

    asyncio.run(talk())


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.binary(max_size=120), max_size=8))
def test_no_octets_bring_the_link_down(chunks):
    async def talk(raw):
        for command, chunk in zip([DELIVER, SUBMIT, NACK, ENQUIRE] * 2, chunks, strict=False):
            await raw.send(pdu(command, body=chunk))
        if liars[0].bound_count == 1:
            await raw.send(b"".join(chunks))
            return  # the end of the connection
        await go_on(raw)

    liars = []

    async def all_of_it() -> None:
        async with raw_operator(talk) as liar:
            liars[:] = [liar]
            async with running(liar.port) as link:
                await comes(lambda: liar.bound_count > 1 and link.is_bound)
                assert await link.submit(AYSE, "a", 1) == ("id",)

    asyncio.run(all_of_it())


async def test_the_simulator_takes_messages_of_those_only_who_may_send():
    [body] = submit_bodies_of("a")
    async with operator() as smsc, raw_client(smsc.port) as raw:
        await raw.send(pdu(SUBMIT, 2, body=body))
        assert await raw.receive() == (SUBMIT | RESPONSE, NOT_BOUND, 2, b"")
        await raw.send(bind(SYSTEM_ID, PASSWORD, BIND_RECEIVER) + pdu(SUBMIT, 3, body=body))
        await raw.next_of(BIND_RECEIVER | RESPONSE)
        assert await raw.receive() == (SUBMIT | RESPONSE, NOT_BOUND, 3, b"")
        await raw.send(BOUND)
        assert (await raw.receive())[:2] == (BIND | RESPONSE, 5)
        assert smsc.inbox(AYSE.clear) == ()


async def test_one_may_send_over_one_connection_and_hear_over_another():
    [body] = submit_bodies_of("a")
    async with (
        operator() as smsc,
        raw_client(smsc.port) as sends,
        raw_client(smsc.port) as hears,
    ):
        await sends.send(bind(SYSTEM_ID, PASSWORD, BIND_TRANSMITTER) + pdu(SUBMIT, 2, body=body))
        _, status, _, operator_id = await sends.next_of(SUBMIT | RESPONSE)
        assert status == 0
        await hears.send(bind(SYSTEM_ID, PASSWORD, BIND_RECEIVER))
        _, _, _, receipt = await hears.next_of(DELIVER)
        assert b"id:" + operator_id.rstrip(b"\0") in receipt
        await sends.send(pdu(UNBIND, 3))
        assert await sends.receive() == (UNBIND | RESPONSE, 0, 3, b"")
        assert await sends.is_at_its_end()


@pytest.mark.parametrize("command", [BIND, BIND_RECEIVER, BIND_TRANSMITTER])
@pytest.mark.parametrize(
    ("system_id", "password", "status"),
    [(SYSTEM_ID, "other", 0x0E), ("other", PASSWORD, 0x0F), ("", "", 0x0F), (SYSTEM_ID, "", 0x0E)],
)
async def test_who_is_not_known_is_told_so_and_sends_nothing(command, system_id, password, status):
    [body] = submit_bodies_of("a")
    async with operator() as smsc, raw_client(smsc.port) as raw:
        await raw.send(bind(system_id, password, command) + pdu(SUBMIT, 2, body=body))
        assert await raw.receive() == (command | RESPONSE, status, 1, b"")
        assert await raw.receive() == (SUBMIT | RESPONSE, NOT_BOUND, 2, b"")


async def test_who_does_not_bind_is_cut_off():
    async with operator(bind_seconds=0.05) as smsc, raw_client(smsc.port) as raw:
        assert await raw.is_at_its_end()


async def test_there_are_only_so_many_connections():
    async with operator(connections_max=1) as smsc, linked(smsc) as link:
        async with raw_client(smsc.port) as raw:
            assert await raw.is_at_its_end()
        await link.submit(AYSE, "a", 1)


async def test_an_operator_that_never_answers_the_bind_is_left(caplog):
    async def serve(reader, writer):
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, running(port, answer_seconds=0.05) as link:
        await comes(lambda: caplog.text.count("did not answer the bind") > 1)
        with pytest.raises(UnavailableError):
            await link.submit(AYSE, "a", 1)


def submit_bodies_of(text: str) -> tuple[bytes, ...]:
    return submit_bodies(settings_for(1), AYSE, text, 1)
