"""Holding a key against what was asked for, whatever form the server writes it in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import cast

from boltz_api.core.checking import shown
from boltz_api.keys.moments import in_utc
from boltz_api_generated.models import APIKey, KeyDetails


def differences(key: APIKey | KeyDetails, asked: Mapping[str, object]) -> list[str]:
    """In what ``key`` is not what a create with this body makes, in words."""
    name, workspace, days = asked.get("name"), asked.get("workspace_id"), asked.get("expires_in_days")
    mode = "test" if asked.get("mode") == "test" else "live"
    given = asked.get("allowed_ips")
    addresses = cast("list[object]", given) if isinstance(given, list) else []
    found: list[str] = []
    if key.key_type != "workspace":
        found.append(f"its type is {shown(key.key_type)}, not 'workspace'")
    if key.name != name:
        found.append(f"its name is {shown(key.name)}, not {shown(name)}")
    if key.livemode != (mode == "live"):
        found.append(f"its mode is not {mode!r}")
    if workspace not in (None, key.workspace_id):
        found.append(f"its workspace is {shown(key.workspace_id)}, not {shown(workspace)}")
    if _networks(key.allowed_ips) != _networks(addresses):
        found.append(f"its addresses are {shown(key.allowed_ips)}, not {shown(addresses)}")
    if not _lives_for(key, days):
        wanted = f"{days} days" if isinstance(days, int) else "without end"
        found.append(f"its life is to be {wanted}, and its end is {shown(key.expires_at and str(key.expires_at))}")
    return found


def single(addresses: Iterable[str]) -> list[str]:
    """``addresses`` as a create takes them: a server may answer ``192.0.2.1/32``, and takes only ``192.0.2.1``."""
    return [text.partition("/")[0] if _is_single(text) else text for text in addresses]


def _is_single(text: str) -> bool:
    from ipaddress import IPv4Network, IPv6Network

    network = _network(text)
    return isinstance(network, (IPv4Network, IPv6Network)) and network.num_addresses == 1


def _networks(texts: Iterable[object]) -> set[object]:
    return {_network(str(text)) for text in texts}


def _network(text: str) -> object:
    """The address that ``text`` means. One can be written in many ways, and the server may have chosen another."""
    from ipaddress import IPv6Network, ip_network

    try:
        network = ip_network(text)
    except ValueError:
        return text
    if isinstance(network, IPv6Network) and network.prefixlen == network.max_prefixlen:
        mapped = network.network_address.ipv4_mapped
        return network if mapped is None else ip_network(mapped)
    return network


def _lives_for(key: APIKey | KeyDetails, days: object) -> bool:
    if not isinstance(days, int):
        return key.expires_at is None
    if key.expires_at is None:
        return False
    # A server may count days from now, or to the end of one.
    return abs(in_utc(key.expires_at) - in_utc(key.created_at) - timedelta(days=days)) <= timedelta(days=1)
