"""What the operations do, by name. An operation that is not here answers an example (see ``examples``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import msgspec
from attrs import frozen

from boltz_api.sandbox.clock import timestamp
from boltz_api.sandbox.keys import KeyType, digest, make_key, make_key_id, shown_part
from boltz_api.sandbox.problems import RefusedError
from boltz_api.sandbox.store import KeyRecord, NewRecord, Store

if TYPE_CHECKING:
    from boltz_api_generated.request import Operation

DEFAULT_WORKSPACE: Final = "ws_default"


@frozen(kw_only=True)
class Call:
    """One call of an operation: who makes it, when, and with which arguments, checked and by wire name."""

    operation: Operation[object]
    caller: KeyRecord
    now: datetime
    path: Mapping[str, str]
    query: Mapping[str, object]
    headers: Mapping[str, object]
    body: object

    @property
    def test_only(self) -> bool:
        """A test key sees test keys. A live one manages the whole organization and sees all."""
        return not self.caller.livemode


Behaviour: TypeAlias = Callable[[Call, Store], object]


class KeyRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the sandbox understands of a request for a key."""

    name: str
    allowed_ips: list[str] = msgspec.field(default_factory=list[str])
    expires_in_days: int | None = None
    mode: str | None = None
    workspace_id: str = DEFAULT_WORKSPACE


class _ListRequest(msgspec.Struct, frozen=True, kw_only=True):
    after_id: str | None = None
    before_id: str | None = None
    limit: int = 100
    workspace_id: str | None = None


def create_api_key(call: Call, store: Store) -> object:
    """Make a workspace key, of the caller's own mode unless it asks for another."""
    request = msgspec.convert(call.body, KeyRequest)
    mode = request.mode or ("live" if call.caller.livemode else "test")
    if call.test_only and mode == "live":
        raise RefusedError(403, "A test key can only create test keys.", {"mode": "Expected 'test'"})
    given = cast("Mapping[str, object]", call.body)
    extra = {name: value for name, value in given.items() if name not in KeyRequest.__struct_fields__}
    key, record = issue_key(store, call.now, request, mode=mode, extra=extra)
    return {"key": key, "key_details": describe(record, timestamp(call.now))}


def list_api_keys(call: Call, store: Store) -> object:
    """One page of keys, in the order of their creation."""
    request = msgspec.convert(call.query, _ListRequest)
    records, has_more = store.page(
        limit=request.limit,
        after=_position(call, store, "after_id", request.after_id),
        before=_position(call, store, "before_id", request.before_id),
        workspace_id=request.workspace_id,
        test_only=call.test_only,
    )
    now = timestamp(call.now)
    return {
        "data": [describe(record, now) for record in records],
        "first_id": records[0].id if records else None,
        "has_more": has_more,
        "last_id": records[-1].id if records else None,
    }


def revoke_api_key(call: Call, store: Store) -> object:
    """Revoke a key for good; again for one that is revoked already changes nothing."""
    record = store.find(call.path["api_key_id"], test_only=call.test_only)
    if record is None:
        raise RefusedError(404, "There is no API key with this ID.")
    now = timestamp(call.now)
    return describe(store.revoke(record.position, now), now)


BEHAVIOURS: Final[Mapping[str, Behaviour]] = {
    "create_api_key": create_api_key,
    "list_api_keys": list_api_keys,
    "revoke_api_key": revoke_api_key,
}


def issue_key(
    store: Store,
    now: datetime,
    request: KeyRequest,
    *,
    mode: str,
    key_type: KeyType = "workspace",
    key: str | None = None,
    extra: Mapping[str, object] | None = None,
) -> tuple[str, KeyRecord]:
    """Make a key and keep what is to be kept of it. Only the caller of this ever holds the key itself."""
    key = make_key(key_type, mode) if key is None else key
    expiry = None if request.expires_in_days is None else timestamp(now + timedelta(days=request.expires_in_days))
    record = store.add(
        NewRecord(
            id=make_key_id(),
            digest=digest(key),
            key_type=key_type,
            livemode=mode == "live",
            workspace_id=request.workspace_id if key_type == "workspace" else None,
            name=request.name,
            key_prefix=shown_part(key),
            allowed_ips=request.allowed_ips,
            created_at=timestamp(now),
            expires_at=expiry,
            extra=dict(extra or {}),
        )
    )
    return key, record


def describe(record: KeyRecord, now: str) -> dict[str, object]:
    """A key as the contract describes it."""
    return {
        **record.extra,
        "id": record.id,
        "allowed_ips": record.allowed_ips,
        "created_at": record.created_at,
        "expires_at": record.expires_at,
        "is_active": record.is_active(now),
        "key_prefix": record.key_prefix,
        "key_type": record.key_type,
        "last_used_at": record.last_used_at,
        "livemode": record.livemode,
        "name": record.name,
        "workspace_id": record.workspace_id,
    }


def _position(call: Call, store: Store, parameter: str, key_id: str | None) -> int | None:
    if key_id is None:
        return None
    record = store.find(key_id, test_only=call.test_only)
    if record is None:
        raise RefusedError(404, f"{parameter}: there is no API key with this ID.", {parameter: "No such key"})
    return record.position
