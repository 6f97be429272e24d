"""A real browser for the pages of the demonstration's outside world."""

import socket

import pytest
from builders.browser import browser as browser

from izin.wiring.settings import Settings


def a_free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@pytest.fixture
def settings(fresh_database, tmp_path, root) -> Settings:
    return Settings(
        database_url=fresh_database,
        data_folder=tmp_path,
        root_key_file=tmp_path / "root.key",
        public_url=f"http://127.0.0.1:{a_free_port()}",
        outside_port=a_free_port(),
        smtp_urls=f"smtp://127.0.0.1:{a_free_port()}",
        smpp_urls=f"smpp://izin:gizli@127.0.0.1:{a_free_port()}",
    )
