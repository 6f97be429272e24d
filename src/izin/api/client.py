"""Which network address a call came from."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

Network = IPv4Network | IPv6Network

UNKNOWN = "unknown"
_HOPS_MAX = 16
_IPV6_SITE = 64


def client_of(
    scope: Mapping[str, Any], forwarded_for: str | None, trusted: Sequence[Network]
) -> str:
    """Name the caller for limits and the audit trail.

    Takes   forwarded_for: the X-Forwarded-For header · trusted: networks of our own proxies
    Gives   the peer; if the peer is a trusted proxy, the nearest address in the header that is not.
            An IPv6 address stands for its /64: one household owns all of it. A peer without an
            address (a local socket) counts as a proxy where any is trusted, else it is "unknown"
    """
    peer = scope.get("client")
    if not trusted or not forwarded_for:
        return _site(peer[0]) if peer else UNKNOWN
    if peer and not _is_within(peer[0], trusted):
        return _site(peer[0])
    nearest = peer[0] if peer else UNKNOWN
    for hop in reversed(forwarded_for.split(",")[-_HOPS_MAX:]):
        address = _parse(hop.strip(" \t"))
        if address is None:
            break
        nearest = str(address)
        if not any(address in network for network in trusted):
            break
    return _site(nearest)


def is_of_proxy(scope: Mapping[str, Any], trusted: Sequence[Network]) -> bool:
    """Is it one of our own proxies that hands this call over? What it adds is then believed."""
    peer = scope.get("client")
    return bool(trusted) and (not peer or _is_within(peer[0], trusted))


def peer_of(address: str | None, trusted: Sequence[Network]) -> str:
    """Name whoever holds a connection; "" for one of our own proxies, who comes for many."""
    if address is None:
        return "" if trusted else UNKNOWN
    return "" if _is_within(address, trusted) else _site(address)


def _is_within(text: str, networks: Sequence[Network]) -> bool:
    address = _parse(text)
    return address is not None and any(address in network for network in networks)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=4096)
def _site(text: str) -> str:
    address = _parse(text)
    if address is None:
        return UNKNOWN
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), _IPV6_SITE), strict=False))
    return str(address)
