"""The launcher in this process: what it takes, in which order it stops, what it refuses."""

import asyncio
import os
import signal
import socket

import asyncpg
import httpx2
import psutil
import pytest
from builders.command import free_port
from builders.heart import until

from izin.core.errors import StartRefusedError
from izin.storage.migrate import migrate
from izin.wiring.database import (
    DESK_CONNECTIONS,
    connections_of,
    database_of,
    existing_database,
    make_folder,
    write_private,
)
from izin.wiring.launch import Place, address_of, bind, environment_of, pause_after, serve
from izin.wiring.parts import open_parts
from izin.wiring.settings import Mode, Settings


@pytest.fixture
def settings(fresh_database, tmp_path) -> Settings:
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path / "var",
        port=free_port(),
        desk_port=free_port(),
        web_processes=1,
    )


@pytest.fixture
def embedded(quick_folder) -> Settings:
    return Settings(
        data_folder=quick_folder, port=free_port(), desk_port=free_port(), web_processes=1
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
    bind(settings, Place("PORT", settings.port)).close()  # the port is free again


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
            bind(Settings(), Place("PORT", port))


def test_an_address_that_is_not_this_machine_s_is_named():
    with pytest.raises(StartRefusedError, match=r"192\.0\.2\.1:8000 cannot be bound"):
        bind(Settings(host="192.0.2.1"), Place("PORT", 8000))


@pytest.mark.parametrize(
    ("host", "reached"), [("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("::", "[::1]")]
)
def test_a_client_on_this_machine_is_told_where_to_go(host, reached):
    port = free_port()
    listening = bind(Settings(host=host), Place("PORT", port))
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


def test_production_is_refused_before_anything_is_made(tmp_path):
    folder = tmp_path / "var"
    with pytest.raises(StartRefusedError, match="for development only"):
        serve(
            Settings(
                data_folder=folder, mode=Mode.PRODUCTION, port=free_port(), desk_port=free_port()
            ),
            prepare=nothing,
            ready=nothing,
        )
    assert not folder.exists()


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o701])
def test_keys_lie_in_no_folder_that_others_may_enter(tmp_path, mode):
    folder = tmp_path / "var"
    (folder / "database").mkdir(parents=True)
    folder.chmod(mode)
    for url in (None, "postgresql://127.0.0.1/izin"):
        for opened in (existing_database, database_of):
            settings = Settings(data_folder=folder, database_url=url)
            with pytest.raises(StartRefusedError, match="chmod 700"), opened(settings):
                pytest.fail("it was taken")
    away = Settings(
        data_folder=folder, database_url="postgresql://h/izin", root_key_file=tmp_path / "root"
    )
    with existing_database(away):
        assert not (folder / "root-key.json").exists()


async def test_a_lost_root_key_is_not_made_anew(settings):
    make_folder(settings.data_folder)
    async with open_parts(settings, role="izin_web"):
        root = settings.root_key.read_bytes()
    settings.root_key.unlink()
    for role in ("izin_web", "izin_keeper"):
        with pytest.raises(StartRefusedError, match="is missing, and this database's keys"):
            async with open_parts(settings, role=role):
                pytest.fail("it started")
    assert not settings.root_key.exists()
    write_private(settings.root_key, root)
    async with open_parts(settings, role="izin_keeper"):
        pass


def test_a_note_that_a_killed_registry_left_does_not_count(tmp_path):
    folder = tmp_path / "var"
    (folder / "database").mkdir(parents=True)
    folder.chmod(0o700)
    (folder / "database" / "lock").write_text("1", "ascii")
    (folder / "running.json").write_text(f'{{"pid": {os.getpid()}, "url": "x"}}', "utf-8")
    settings = Settings(data_folder=folder, mode=Mode.SANDBOX)
    with existing_database(settings) as opened:
        assert opened.server is not None  # one of its own
        assert opened.url != "x"
        assert repr(opened) == "Opened(…)"


async def is_ready(address: str) -> bool:
    async with httpx2.AsyncClient(base_url=address) as client:
        return (await client.get("/readyz")).status_code == 200


def children(name: str) -> list[psutil.Process]:
    """What this process has started and what still lives."""
    return [each for each in psutil.Process().children() if lives_as(name, each)]


def lives_as(name: str, process: psutil.Process) -> bool:
    try:
        return process.name().startswith(name) and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended between two looks
        return False


def stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_each_process_signs_in_as_itself_and_can_become_nobody_else(embedded):
    found: dict[str, bool] = {}

    async def ready(_address: str) -> None:
        for child in children("python"):
            connection = await asyncpg.connect(child.environ()["IZIN_DATABASE_URL"])
            try:
                await connection.execute("set role none")
                found[await connection.fetchval("select session_user")] = await may_more(connection)
            finally:
                await connection.close()
        stop()

    serve(embedded, prepare=migrated, ready=ready)
    assert found == {
        "izin_web": False,
        "izin_keeper": False,
        "izin_desk": False,
        "izin_courier": False,
        "izin_citizen": False,
        "izin_agent": False,
    }


async def migrated(url: str) -> None:
    await migrate(url)


async def may_more(connection: asyncpg.Connection) -> bool:
    """Whether this user is above the others, or may act as one of them."""
    return await connection.fetchval(
        "select bool_or(me.rolsuper or me.rolcreaterole or me.rolcreatedb"
        " or pg_has_role(me.oid, other.oid, 'member'))"
        " from pg_roles as me join pg_roles as other on other.oid <> me.oid"
        " where me.rolname = session_user"
    )


def test_an_embedded_server_that_was_killed_is_started_again(embedded):
    of_other_tests = set(children("postgres"))

    async def ready(address: str) -> None:
        [server] = set(children("postgres")) - of_other_tests
        server.kill()

        async def is_another() -> bool:
            return bool(set(children("postgres")) - of_other_tests - {server})

        await until(is_another)
        await until(lambda: is_ready(address))
        stop()

    serve(embedded, prepare=migrated, ready=ready)


@pytest.mark.parametrize(
    ("last_s", "lived_s", "pause_s"),
    [(0, 60, 0), (0, 0.5, 1), (1, 0.5, 2), (1, 10, 0), (16, 20, 30), (30, 59, 30), (30, 61, 0)],
)
def test_what_dies_young_is_started_again_at_longer_and_longer_pauses(last_s, lived_s, pause_s):
    assert pause_after(last_s, lived_s) == pause_s


def test_the_embedded_server_has_room_for_as_many_connections_as_its_processes_open():
    """Twelve web processes and four keepers once found 100 connections where they need 196."""
    many = Settings(web_processes=12, keeper_processes=4, pool_size=8)
    assert connections_of(many) > 196 + DESK_CONNECTIONS
    assert connections_of(Settings(web_processes=1, keeper_processes=1)) == 100


def test_a_process_is_told_its_own_way_to_the_database_only():
    settings = Settings(database_url="postgresql://owner/", web_database_url="postgresql://web/")
    told = environment_of(settings, "postgresql://web/")
    assert told["IZIN_DATABASE_URL"] == "postgresql://web/"
    assert not [name for name, value in told.items() if "owner" in value or "WEB_DATABASE" in name]
