"""What an operator sets is read whole or refused by name, and shows no secret."""

from pathlib import Path

import pytest

from izin.core.errors import StartRefusedError
from izin.wiring.launch import environment_of
from izin.wiring.settings import LogLevel, Mode, Profile, Settings, read_settings


def test_nothing_set_is_a_sandbox_on_this_machine():
    settings = read_settings({})
    assert settings == Settings()
    assert (settings.mode, settings.host, settings.port) == (Mode.SANDBOX, "127.0.0.1", 8000)
    assert settings.is_sandbox
    assert settings.root_key == Path("var/root-key.json")


def test_each_setting_is_a_variable():
    settings = read_settings(
        {
            "IZIN_MODE": "production",
            "IZIN_PROFILE": "iys",
            "IZIN_PORT": "8443",
            "IZIN_DATA_FOLDER": "/srv/izin",
            "IZIN_ROOT_KEY_FILE": "/run/key",
            "IZIN_LOG_LEVEL": "ERROR",
            "IZIN_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "PATH": "/bin",
        }
    )
    assert (settings.mode, settings.profile) == (Mode.PRODUCTION, Profile.IYS)
    assert not settings.is_sandbox
    assert settings.port == 8443
    assert settings.root_key == Path("/run/key")
    assert settings.log_level is LogLevel.ERROR


def test_an_empty_variable_is_as_if_it_were_not_there():
    assert read_settings({"IZIN_DATABASE_URL": "", "IZIN_PORT": ""}) == Settings()


def test_the_environment_goes_before_the_file(tmp_path):
    file = tmp_path / "izin.toml"
    file.write_text('port = 9000\nhost = "::1"\n', "utf-8")
    settings = read_settings({"IZIN_CONFIG": str(file), "IZIN_PORT": "9001"})
    assert (settings.host, settings.port) == ("::1", 9001)


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("IZIN_PROT", "8000", "unknown field `prot`"),
        ("IZIN_PORT", "0", "port"),
        ("IZIN_PORT", "many", "port"),
        ("IZIN_MODE", "test", "mode"),
        ("IZIN_WEB_PROCESSES", "0", "web_processes"),
        ("IZIN_LOG_LEVEL", "LOUD", "log_level"),
        ("IZIN_REPLICA_AGE_S_MAX", "1.5", "replica_age_s_max"),
        ("IZIN_REPLICA_AGE_S_MAX", "0", "replica_age_s_max"),
        ("IZIN_REPLICA_DATABASE_URL", "replica", "IZIN_REPLICA_DATABASE_URL is no address"),
        ("IZIN_TRUSTED_PROXIES", "10.0.0.0/8, proxy", "IZIN_TRUSTED_PROXIES names proxy"),
    ],
)
def test_a_setting_that_does_not_fit_is_named(name, value, complaint):
    with pytest.raises(StartRefusedError, match=complaint):
        read_settings({name: value})


@pytest.mark.parametrize("content", [None, b"port = ", b"\xff"])
def test_a_file_that_cannot_be_read_is_named(tmp_path, content):
    file = tmp_path / "izin.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(StartRefusedError, match=str(file)):
        read_settings({"IZIN_CONFIG": str(file)})


@pytest.mark.parametrize(
    ("given", "minutes"),
    [({}, 0), ({"profile": Profile.IYS}, 60), ({"pull_withheld_minutes": 5}, 5)],
)
def test_the_documented_hour_is_withheld_in_the_documented_profile(given, minutes):
    assert Settings(**given).withheld_minutes == minutes


def test_settings_print_without_the_database_s_password():
    shown = repr(Settings(database_url="postgresql://izin:gizli@db/izin"))
    assert "gizli" not in shown


def test_a_child_reads_the_settings_of_its_launcher(monkeypatch):
    monkeypatch.setenv("IZIN_CONFIG", "/nowhere/izin.toml")
    monkeypatch.setenv("IZIN_PORT", "1")
    given = Settings(
        profile=Profile.IYS, port=9000, pull_withheld_minutes=3, data_folder=Path("/srv/izin")
    )
    told = environment_of(given, "postgresql://here")
    assert "IZIN_CONFIG" not in told
    read = read_settings(told)
    assert read.database_url == "postgresql://here"
    assert (read.profile, read.port, read.withheld_minutes) == (Profile.IYS, 9000, 3)
    assert read.data_folder == Path("/srv/izin")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://izin:gizli@db:5432/izin",
        "postgres://db/izin",
        "postgresql://izin:p%40ss@[::1]:5432/izin?sslmode=require",
        "postgresql://izin@/izin?host=/run/postgresql",
        "postgresql://a:1,b:2/izin?target_session_attrs=read-write",
        "postgresql://here",
    ],
)
def test_an_address_of_a_database_is_taken(url):
    assert read_settings({"IZIN_DATABASE_URL": url}).database_url == url


@pytest.mark.parametrize(
    "url",
    [
        "garbage-gizli",
        "mysql://izin:gizli@db/izin",
        "izin:gizli@db/izin",
        "postgresql://izin:gizli@db:port/izin",
        "postgresql://izin:gizli@d b/izin",
    ],
)
def test_what_is_no_address_of_a_database_is_named_without_its_password(url):
    with pytest.raises(StartRefusedError, match=r"IZIN_DATABASE_URL .* postgresql://user") as told:
        read_settings({"IZIN_DATABASE_URL": url})
    assert "gizli" not in str(told.value)


@pytest.mark.parametrize(
    ("given", "issuer"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"IZIN_HOST": "0.0.0.0", "IZIN_PORT": "9000"}, "http://127.0.0.1:9000"),
        ({"IZIN_HOST": "::1"}, "http://[::1]:8000"),
        ({"IZIN_PUBLIC_URL": "https://api.izin.example"}, "https://api.izin.example"),
        ({"IZIN_PUBLIC_URL": "https://[2001:db8::1]:8443"}, "https://[2001:db8::1]:8443"),
        ({"IZIN_PUBLIC_URL": "https://api.izin.example:443"}, "https://api.izin.example"),
        ({"IZIN_HOST": "0.0.0.0", "IZIN_PORT": "80"}, "http://127.0.0.1"),
    ],
)
def test_the_registry_has_one_name_outside(given, issuer):
    assert read_settings(given).issuer == issuer


def test_a_browser_leaves_out_the_port_of_its_scheme():
    """A passkey's origin is held against these, letter by letter."""
    urls = {f"IZIN_{name}_URL": "https://masa.izin.example:443" for name in ("PUBLIC", "DESK")}
    settings = read_settings(urls)
    assert settings.origin == settings.origin_of_desk == "https://masa.izin.example"


@pytest.mark.parametrize(
    "url",
    [
        "izin.example",
        "https://izin.example/",
        "https://Izin.example",
        "ftp://a",
        "https://a?b=c",
        "https://a/b",
    ],
)
def test_what_is_no_name_outside_is_named(url):
    with pytest.raises(StartRefusedError, match="IZIN_PUBLIC_URL"):
        read_settings({"IZIN_PUBLIC_URL": url})
