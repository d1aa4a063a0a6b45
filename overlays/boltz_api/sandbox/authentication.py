"""Who is calling, and whether they may."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

from boltz_api.sandbox.keys import digest
from boltz_api.sandbox.problems import RefusedError

if TYPE_CHECKING:
    from boltz_api.sandbox.store import KeyRecord, Store
    from boltz_api_generated.request import Operation

HEADER = "x-api-key"


def authenticate(key: str | None, address: str | None, store: Store, now: str) -> KeyRecord:
    """Find the caller's key, and note that it was used.

    Raises:
        RefusedError: 401 for a key that is missing, unknown, revoked or expired; 403 for an address not allowed.

    """
    if not key:
        raise RefusedError(401, f"No API key given: send it in the header {HEADER}.")
    record = store.find_by_digest(digest(key))
    if record is None:
        raise RefusedError(401, "This API key is not known.")
    if record.revoked_at is not None:
        raise RefusedError(401, "This API key has been revoked.")
    if not record.is_active(now):
        raise RefusedError(401, "This API key has expired.")
    if record.allowed_ips and not _is_allowed(address, record.allowed_ips):
        raise RefusedError(403, f"This API key may not be used from {address or 'an unknown address'}.")
    store.touch(record.position, now)
    return record


def authorize(caller: KeyRecord, operation: Operation[object]) -> None:
    """Hold the caller's type against the operation: what is tagged ``admin`` is for admin keys only.

    Raises:
        RefusedError: 403.

    """
    if operation.tag.split(".")[0] == "admin" and caller.key_type != "admin":
        raise RefusedError(403, "A workspace key may not do this; it takes an admin key.")


def _is_allowed(address: str | None, allowed: list[str]) -> bool:
    return address is not None and _canonical(address) in map(_canonical, allowed)


def _canonical(text: str) -> IPv4Address | IPv6Address:
    """One address has many spellings; and a server that listens on IPv6 sees IPv4 callers as ``::ffff:192.0.2.1``."""
    address = ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped
