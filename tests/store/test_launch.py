"""The launcher in this process: what it takes, in which order it stops, what it refuses."""

import asyncio
import os
import signal
import socket

import httpx2
import pytest
from builders.command import free_port

from izin.core.errors import StartRefusedError
from izin.wiring.database import existing_database, make_folder, write_private
from izin.wiring.launch import address_of, bind, serve
from izin.wiring.settings import Mode, Settings


@pytest.fixture
def settings(fresh_database, tmp_path) -> Settings:
    return Settings(
        database_url=fresh_database, data_folder=tmp_path / "var", port=free_port(), web_processes=1
    )


async def nothing(_url: str) -> None:
    """The schema is there."""


def test_it_tells_the_address_once_it_answers_and_stops_when_it_is_told_to(settings):
    told = []

    async def ready(address: str) -> None:
        async with httpx2.AsyncClient(base_url=address) as client:
            told.append((address, (await client.get("/readyz")).status_code))
        os.kill(os.getpid(), signal.SIGTERM)

    serve(settings, prepare=nothing, ready=ready)
    assert told == [(f"http://127.0.0.1:{settings.port}", 200)]
    bind(settings).close()  # the port is free again


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
def test_it_can_be_stopped_while_it_prepares(settings, signal_):
    begun = []

    async def prepare(url: str) -> None:
        begun.append(url)
        os.kill(os.getpid(), signal_)
        await asyncio.Event().wait()  # for ever

    async def ready(_address: str) -> None:
        pytest.fail("it was never ready")

    serve(settings, prepare=prepare, ready=ready)
    assert begun == [settings.database_url]


def test_it_can_be_stopped_while_others_are_told(settings):
    async def ready(_address: str) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()

    serve(settings, prepare=nothing, ready=ready)


def test_a_process_that_refuses_to_start_ends_it(settings, capfd):
    make_folder(settings.data_folder)
    write_private(settings.root_key, b"no key")

    async def ready(_address: str) -> None:
        pytest.fail("it was never ready")

    with pytest.raises(StartRefusedError, match="process would not start"):
        serve(settings, prepare=nothing, ready=ready)
    assert "is damaged" in capfd.readouterr().err


def test_what_goes_wrong_before_the_processes_is_passed_on(settings):
    async def prepare(_url: str) -> None:
        raise StartRefusedError("The schema is newer.")

    with pytest.raises(StartRefusedError, match="schema is newer"):
        serve(settings, prepare=prepare, ready=nothing)


def test_a_port_in_use_is_named():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartRefusedError, match=f"Port {port} is in use"):
            bind(Settings(port=port))


def test_an_address_that_is_not_this_machine_s_is_named():
    with pytest.raises(StartRefusedError, match=r"192\.0\.2\.1:8000 cannot be bound"):
        bind(Settings(host="192.0.2.1"))


@pytest.mark.parametrize(
    ("host", "reached"), [("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("::", "[::1]")]
)
def test_a_client_on_this_machine_is_told_where_to_go(host, reached):
    port = free_port()
    listening = bind(Settings(host=host, port=port))
    try:
        assert address_of(listening) == f"http://{reached}:{port}"
    finally:
        listening.close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(StartRefusedError, match="cannot be made"):
        make_folder(tmp_path / "file" / "var")
    with pytest.raises(StartRefusedError, match="cannot be written"):
        write_private(tmp_path / "nowhere" / "file", b"")


def test_a_note_that_a_killed_registry_left_does_not_count(tmp_path):
    folder = tmp_path / "var"
    (folder / "database").mkdir(parents=True)
    (folder / "database" / "lock").write_text("1", "ascii")
    (folder / "running.json").write_text(f'{{"pid": {os.getpid()}, "url": "x"}}', "utf-8")
    settings = Settings(data_folder=folder, mode=Mode.SANDBOX)
    with existing_database(settings) as opened:
        assert opened.server is not None  # one of its own
        assert opened.url != "x"
        assert repr(opened) == "Opened(…)"
