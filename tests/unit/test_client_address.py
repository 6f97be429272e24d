"""Whose address a call comes from."""

from ipaddress import ip_network

import pytest

from izin.api.client import client_of, is_of_proxy

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "header", "client"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # a stranger's header is not believed
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),  # what he wrote himself
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("fd00::1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("2001:db8:1:2:ffff::9", None, "2001:db8:1:2::/64"),
        (None, "198.51.100.1", "198.51.100.1"),
        (None, None, "unknown"),
        ("unreadable", None, "unknown"),
    ],
)
def test_the_nearest_address_that_is_not_ours(peer, header, client):
    scope = {"client": (peer, 4711) if peer else None}
    assert client_of(scope, header, PROXIES) == client


def test_without_trusted_proxies_no_header_is_believed():
    assert client_of({"client": ("10.0.0.1", 1)}, "198.51.100.1", ()) == "10.0.0.1"
    assert client_of({"client": None}, "198.51.100.1", ()) == "unknown"


@pytest.mark.parametrize(
    ("peer", "trusted", "is_one"),
    [
        (("192.0.2.1", 1), ["192.0.2.0/24"], True),
        (("::ffff:192.0.2.1", 1), ["192.0.2.0/24"], True),
        (("198.51.100.1", 1), ["192.0.2.0/24"], False),
        (("192.0.2.1", 1), [], False),
        (None, ["192.0.2.0/24"], True),
        (None, [], False),
        (("socket", 1), ["192.0.2.0/24"], False),
    ],
)
def test_only_our_own_proxies_add_what_is_believed(peer, trusted, is_one):
    networks = [ip_network(each) for each in trusted]
    assert is_of_proxy({"client": peer}, networks) is is_one
