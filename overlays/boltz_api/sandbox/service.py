"""The service behind the sandbox: its clock, its keys, who may call, and what the operations do.

An operation of the contract that has no behaviour here returns an example (see ``openapi``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address
from secrets import token_hex
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import msgspec
from attrs import frozen

from boltz_api.sandbox.responses import RefusedError
from boltz_api.sandbox.store import KeyType, Store, StoredKey

if TYPE_CHECKING:
    from boltz_api.sandbox.openapi import Operation

ADMIN_KEY: Final = "sk_bc_admin_live_sandbox_not_a_secret"
"""Opens every sandbox. It is the same everywhere on purpose: it guards nothing, and examples can name it."""

TEST_ADMIN_KEY: Final = "sk_bc_admin_test_sandbox_not_a_secret"
"""The same for test mode."""

DEFAULT_WORKSPACE: Final = "ws_default"


class Clock:
    """Real time plus an offset; once frozen, a time that changes only by ``advance``."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._offset = timedelta()
        self._frozen_at: datetime | None = None

    def now(self) -> datetime:
        """Return the sandbox's time, in UTC."""
        with self._lock:
            return (self._frozen_at or datetime.now(UTC)) + self._offset

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0, milliseconds: float = 0
    ) -> None:
        """Move the clock forward; backward with negative numbers."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds)
        with self._lock:
            self._offset += step

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock, at ``at`` (which must carry its time zone) or at its present time."""
        if at is not None and at.tzinfo is None:
            raise ValueError("at: expected a datetime with a time zone")
        moment = self.now() if at is None else at.astimezone(UTC)
        with self._lock:
            self._frozen_at = moment
            self._offset = timedelta()

    def reset(self) -> None:
        """Return to real time."""
        with self._lock:
            self._frozen_at = None
            self._offset = timedelta()


def timestamp(moment: datetime) -> str:
    """Return ``moment`` as the API writes it. All have one length and zone, so that they sort as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class KeyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a request for a key that the sandbox acts on."""

    name: str
    allowed_ips: list[str] = []
    expires_in_days: int | None = None
    mode: str | None = None
    workspace_id: str = DEFAULT_WORKSPACE


class _ListRequest(msgspec.Struct, frozen=True, kw_only=True):
    after_id: str | None = None
    before_id: str | None = None
    limit: int = 100
    workspace_id: str | None = None


@frozen(kw_only=True)
class Call:
    """One call of an operation, its arguments checked against the contract and by their names on the wire."""

    operation: Operation
    caller: StoredKey | None
    """The caller's key; ``None`` where the contract asks for none."""
    now: datetime
    path: Mapping[str, object]
    query: Mapping[str, object]
    headers: Mapping[str, object]
    body: object
    """Decoded JSON; the bytes of a body of another media type; ``None`` without a body."""

    @property
    def test_only(self) -> bool:
        """True for a test key, which sees test keys; a live one manages the whole organization and sees all."""
        return self.caller is not None and not self.caller.livemode


Behaviour: TypeAlias = Callable[[Call, Store], object]


def create_api_key(call: Call, store: Store) -> object:
    """Create a workspace key, of the caller's own mode unless it asks for another."""
    request = msgspec.convert(call.body, KeyRequest)
    mode = request.mode or ("test" if call.test_only else "live")
    if call.test_only and mode == "live":
        raise RefusedError(403, "A test key can only create test keys.", {"mode": "Expected 'test'"})
    given = cast("Mapping[str, object]", call.body)
    extra = {name: value for name, value in given.items() if name not in KeyRequest.__struct_fields__}
    key, stored = new_key(call.now, request, mode=mode, extra=extra)
    store_keys(store, [(key, stored)])
    return {"key": key, "key_details": describe(stored, timestamp(call.now))}


def list_api_keys(call: Call, store: Store) -> object:
    """Return one page of keys, in the order of their creation."""
    request = msgspec.convert(call.query, _ListRequest)
    for name, cursor in (("after_id", request.after_id), ("before_id", request.before_id)):
        if cursor is not None and store.find(cursor, test_only=call.test_only) is None:
            raise RefusedError(404, f"{name}: there is no API key with this ID.", {name: "No such key"})
    keys, has_more = store.page(
        limit=request.limit,
        after_id=request.after_id,
        before_id=request.before_id,
        workspace_id=request.workspace_id,
        test_only=call.test_only,
    )
    now = timestamp(call.now)
    return {
        "data": [describe(key, now) for key in keys],
        "first_id": keys[0].id if keys else None,
        "has_more": has_more,
        "last_id": keys[-1].id if keys else None,
    }


def revoke_api_key(call: Call, store: Store) -> object:
    """Revoke a key for good; revoking it again changes nothing."""
    key = store.find(str(call.path["api_key_id"]), test_only=call.test_only)
    if key is None:
        raise RefusedError(404, "There is no API key with this ID.")
    now = timestamp(call.now)
    return describe(store.revoke(key.id, now), now)


BEHAVIOURS: Final[Mapping[str, Behaviour]] = {
    "create_api_key": create_api_key,
    "list_api_keys": list_api_keys,
    "revoke_api_key": revoke_api_key,
}


def describe(key: StoredKey, now: str) -> dict[str, object]:
    """Return a key as the contract's ``APIKey``, with more fields than it has."""
    return {**key.extra, **msgspec.structs.asdict(key), "is_active": key.is_active(now)}


def make_key(key_type: KeyType, mode: str) -> str:
    """Return a new key: the prefix for its type and mode, then 192 random bits."""
    return f"sk_bc_{'ws' if key_type == 'workspace' else key_type}_{mode}_{token_hex(24)}"


def _digest(key: str) -> bytes:
    # A plain hash is enough: there is nothing to guess in 192 random bits.
    return sha256(key.encode()).digest()


def new_key(
    now: datetime,
    request: KeyRequest,
    *,
    mode: str,
    key_type: KeyType = "workspace",
    key: str | None = None,
    extra: Mapping[str, object] | None = None,
) -> tuple[str, StoredKey]:
    """Make a key; nothing of it is stored yet."""
    key = key or make_key(key_type, mode)
    expiry = None if request.expires_in_days is None else timestamp(now + timedelta(days=request.expires_in_days))
    return key, StoredKey(
        id=f"key_{token_hex(12)}",
        name=request.name,
        key_type=key_type,
        livemode=mode == "live",
        workspace_id=request.workspace_id if key_type == "workspace" else None,
        key_prefix=key[:12],
        allowed_ips=request.allowed_ips,
        created_at=timestamp(now),
        expires_at=expiry,
        extra=dict(extra or {}),
    )


def store_keys(store: Store, made: Iterable[tuple[str, StoredKey]]) -> None:
    """Store new keys: all but the keys themselves, which only the caller of ``new_key`` ever holds."""
    store.add((stored, _digest(key)) for key, stored in made)


def issue_admin_key(store: Store, now: datetime, *, name: str, mode: str, key: str) -> str:
    """Return an admin key that opens the store: ``key``, or a new one where that was revoked for good."""
    known = store.find_by_digest(_digest(key))
    if known is not None and known.is_active(timestamp(now)):
        return key
    made = new_key(now, KeyRequest(name=name), mode=mode, key_type="admin", key=key if known is None else None)
    store_keys(store, [made])
    return made[0]


def authenticate(key: str | None, header: str, address: str | None, store: Store, now: str) -> StoredKey:
    """Return the caller's key, and record that it was used.

    Raises:
        RefusedError: 401 for a key that is missing, unknown, revoked or expired; 403 for an address not allowed.

    """
    if not key:
        raise RefusedError(401, f"No API key given: send it in the header {header}.")
    caller = store.find_by_digest(_digest(key))
    if caller is None:
        raise RefusedError(401, "This API key is not known.")
    if caller.revoked_at is not None:
        raise RefusedError(401, "This API key has been revoked.")
    if not caller.is_active(now):
        raise RefusedError(401, "This API key has expired.")
    allowed = [_canonical(text) for text in caller.allowed_ips]
    if allowed and (address is None or _canonical(address) not in allowed):
        raise RefusedError(403, f"This API key may not be used from {address or 'an unknown address'}.")
    store.touch(caller.id, now)
    return caller


def authorize(caller: StoredKey, operation: Operation) -> None:
    """Refuse a workspace key for an operation whose tag begins with ``admin``.

    Raises:
        RefusedError: 403.

    """
    if operation.tag.split(".")[0] == "admin" and caller.key_type != "admin":
        raise RefusedError(403, "A workspace key may not do this; it takes an admin key.")


def _canonical(text: str) -> IPv4Address | IPv6Address:
    # A server that listens on IPv6 sees IPv4 callers as ::ffff:192.0.2.1.
    address = ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped
