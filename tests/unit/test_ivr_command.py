"""What keeps the voice menu from being served or called is told with what to do."""

import json

import pytest

from izin.cli.main import run
from izin.core.errors import StartRefusedError
from izin.wiring.settings import Settings
from izin.wiring.voice import draw_voice_secret, secret_in, with_voice


@pytest.fixture
def settings(tmp_path) -> Settings:
    return with_voice(Settings(data_folder=tmp_path))


def test_the_demonstration_draws_a_secret_once_and_for_itself(settings):
    draw_voice_secret(settings)
    drawn = secret_in(settings.ivr_secret_file)
    draw_voice_secret(settings)
    assert secret_in(settings.ivr_secret_file) == drawn
    assert settings.ivr_secret_file.stat().st_mode & 0o077 == 0
    assert with_voice(settings) == settings


def test_what_is_no_secret_refuses_the_start(settings):
    with pytest.raises(StartRefusedError, match=r"IZIN_IVR_SECRET_FILE names .*cannot be read"):
        secret_in(settings.ivr_secret_file)
    settings.ivr_secret_file.write_text("short\n")
    with pytest.raises(StartRefusedError, match="holds 5 characters: a secret has at least 32"):
        secret_in(settings.ivr_secret_file)


def test_the_command_says_what_is_missing(settings, monkeypatch, capsys):
    monkeypatch.setenv("IZIN_DATA_FOLDER", str(settings.data_folder))
    call = ["ivr", "--line", "", "--url", "http://localhost:1", "--lang", "en"]
    assert run(call) == 1
    assert "start the demonstration by 'izin demo'" in capsys.readouterr().err
    draw_voice_secret(settings)
    assert run(call) == 1
    assert "No registry answers at http://localhost:1" in capsys.readouterr().err
    assert run([*call, "--json"]) == 1
    assert "No registry answers" in json.loads(capsys.readouterr().out)["errors"][0]["message"]
