"""Mails go to a real server: what it takes, what it refuses, and what it is not asked again."""

import asyncio
import base64
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from izin.core.address import Address, AddressKind
from izin.core.errors import (
    NotThisOneError,
    StartRefusedError,
    UnavailableError,
    UndeliverableError,
)
from izin.mail.compose import Mail, Sender
from izin.mail.dkim import Signer, body_hash, drawn_keys, parted, signed_bytes
from izin.mail.smtp import Server, hand_over, server_at
from izin.simulator.inbox import Inbox, listening

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
SENDER = Sender(name="İleti İzin Kaydı", address="bildirim@izin.example")
AYSE = Address("ayse@posta.example", AddressKind.EMAIL)


def a_mail(to: Address = AYSE, **facts: str) -> Mail:
    known = {"subject": "Onayınız kaydedildi", "body": "Şirin ışık, çağrı ₺1.\n.\nSon.\n"}
    return Mail(to=to, reference="0192", **(known | facts))


def own(port: int) -> Server:
    return server_at(f"smtp://127.0.0.1:{port}")


async def test_a_mail_arrives_as_it_was_written_and_signed():
    keys, inbox = [load_pem_private_key(each, None) for each in drawn_keys()], Inbox()
    sender = msgspec.structs.replace(
        SENDER,
        signers=(Signer("izin.example", "izin", keys[0]), Signer("izin.example", "rsa", keys[1])),
    )
    mail = a_mail(unsubscribe="https://izin.example/k/0123456789abcdef/one-click")
    async with listening(inbox) as port:
        await hand_over(own(port), sender, mail, at=AT)
    [came] = inbox.received("ayse@posta.example")
    read = BytesParser(policy=policy.default).parsebytes(came.raw)
    assert read["subject"] == "Onayınız kaydedildi"
    assert read["from"] == "İleti İzin Kaydı <bildirim@izin.example>"
    assert read["message-id"] == "<0192@izin.example>"
    assert read.get_content().replace("\r\n", "\n") == "Şirin ışık, çağrı ₺1.\n.\nSon.\n"
    assert read["list-unsubscribe"] == f"<{mail.unsubscribe}>"
    assert read["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    headers, body = parted(came.raw.rstrip(b"\r\n") + b"\r\n")
    signatures = [value.strip() for name, value in headers if name == b"DKIM-Signature"]
    assert [each.split(b";")[1].strip() for each in signatures] == [
        b"a=ed25519-sha256",
        b"a=rsa-sha256",
    ]
    bare = [each for each in headers if each[0] != b"DKIM-Signature"]
    for key, value in zip(keys, signatures, strict=True):  # each stands for itself
        fields = dict(each.strip().split(b"=", 1) for each in value.split(b";"))
        assert body_hash(body).encode() == fields[b"bh"]
        names = fields[b"h"].decode().split(":")
        assert {"from", "list-unsubscribe", "list-unsubscribe-post"} <= set(names)
        check(key, base64.b64decode(fields[b"b"]), signed_bytes(bare, names, value))


def check(key, signature: bytes, data: bytes) -> None:
    if isinstance(key, RSAPrivateKey):
        key.public_key().verify(signature, data, PKCS1v15(), SHA256())
    else:
        key.public_key().verify(signature, hashlib.sha256(data).digest())


async def test_what_a_server_says_no_to_is_not_tried_again():
    inbox = Inbox()
    async with listening(inbox) as port:
        nobody = Address("ayse@posta.test", AddressKind.EMAIL)
        with pytest.raises(UndeliverableError, match="SMTP 550") as refused:
            await hand_over(own(port), SENDER, a_mail(nobody), at=AT)
        assert "ayse" not in str(refused.value)
        inbox.fails = "451 4.3.0 later"
        with pytest.raises(UnavailableError):
            await hand_over(own(port), SENDER, a_mail(), at=AT)
        inbox.fails = "554 5.7.1 never"
        with pytest.raises(UndeliverableError):
            await hand_over(own(port), SENDER, a_mail(), at=AT)
    assert not inbox.received()


@asynccontextmanager
async def a_server(*answers: str) -> AsyncIterator[int]:
    """One that says these lines, whatever it hears."""

    has_ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for each in answers:
            writer.write(f"{each}\r\n".encode())
            if not await reader.readline():
                break
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        has_ended.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await has_ended.wait()


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (("554 5.7.1 no service for you",), UnavailableError),
        (("220 here", "550 no", "550 no"), UnavailableError),
        (("220 here", "250 mail", "550 5.7.1 not from you"), UnavailableError),
        (("220 here", "250 mail", "250 ok", "421 going"), UnavailableError),
        (("220 here", "250 mail", "250 ok", "450 greylisted"), NotThisOneError),
        (("220 here", "250 mail", "250 ok", "452 mailbox full"), NotThisOneError),
        (("220 here", "250 mail", "250 ok", "550 nobody"), UndeliverableError),
    ],
)
async def test_what_a_server_says_of_us_ends_no_message(answers, kind):
    async with a_server(*answers) as port:
        with pytest.raises((UnavailableError, UndeliverableError)) as refused:
            await hand_over(own(port), SENDER, a_mail(), at=AT)
    assert type(refused.value) is kind


async def test_no_header_that_is_shown_can_be_added_to_a_signed_mail():
    key, inbox = load_pem_private_key(drawn_keys()[0], None), Inbox()
    sender = msgspec.structs.replace(SENDER, signers=(Signer("izin.example", "izin", key),))
    async with listening(inbox) as port:
        await hand_over(own(port), sender, a_mail(), at=AT)
    [came] = inbox.received("ayse@posta.example")
    headers, _ = parted(came.raw.rstrip(b"\r\n") + b"\r\n")
    [value] = [value.strip() for name, value in headers if name == b"DKIM-Signature"]
    fields = dict(each.strip().split(b"=", 1) for each in value.split(b";"))
    names, signature = fields[b"h"].decode().split(":"), base64.b64decode(fields[b"b"])
    bare = [each for each in headers if each[0] != b"DKIM-Signature"]
    check(key, signature, signed_bytes(bare, names, value))
    for added in (b"From", b"To", b"Subject"):
        for more in ([(added, b" else"), *bare], [*bare, (added, b" else")]):
            with pytest.raises(InvalidSignature):
                check(key, signature, signed_bytes(more, names, value))


async def test_a_server_that_is_not_there_is_asked_later():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(UnavailableError):
            await hand_over(own(taken.getsockname()[1]), SENDER, a_mail(), at=AT)


async def test_no_header_can_be_written_by_a_value():
    inbox = Inbox()
    async with listening(inbox) as port:
        with pytest.raises(ValueError, match="linefeed"):
            await hand_over(own(port), SENDER, a_mail(subject="a\r\nBcc: b@c.example"), at=AT)
    assert not inbox.received()


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("smtp://mail.example", ("mail.example", 587, False, None)),
        ("smtps://a%40b:p%3Aq@mail.example", ("mail.example", 465, True, "a@b")),
        ("smtp://[::1]:2525", ("::1", 2525, False, None)),
    ],
)
def test_a_server_s_address_is_read(url, where):
    server = server_at(url)
    assert (server.host, server.port, server.is_tls, server.username) == where
    assert "p:q" not in repr(server)


@pytest.mark.parametrize(
    "url", ["mail.example:25", "http://a", "smtp://:x@", "smtp://a:b:c", "smtp://a:99999"]
)
def test_what_is_no_address_of_a_server_is_not_repeated(url):
    with pytest.raises(StartRefusedError) as refused:
        server_at(url)
    assert url not in str(refused.value)
