"""The fixed answers of the service, as bytes: whoever asks, the same bytes come back."""

from __future__ import annotations

import json
from collections.abc import Iterator

KEYS_PER_PAGE = 100
FIRST_PAGE = ""
"""The cursor of the first page: a request without ``after_id``."""


def api_key(number: int) -> dict[str, object]:
    """An entry of the list, of ordinary size, with every nullable field both null and filled in across the list."""
    return {
        "id": key_id(number),
        "allowed_ips": ["203.0.113.7", "2001:db8::7"] if number % 5 == 0 else [],
        "created_at": "2026-01-15T09:30:00.117Z",
        "expires_at": None if number % 3 else "2027-01-15T09:30:00.117Z",
        "is_active": number % 7 != 0,
        "key_prefix": "sk_bc_ws_tes",
        "key_type": "admin" if number % 50 == 0 else "workspace",
        "last_used_at": None if number % 2 else "2026-02-01T17:05:41.250Z",
        "livemode": False,
        "name": f"continuous integration {number}",
        "workspace_id": None if number % 50 == 0 else "ws_benchmark",
    }


def key_id(number: int) -> str:
    """The id of an entry; ids have one length, so that all pages weigh the same."""
    return f"api_key_{number:022d}"


def pages(total: int) -> Iterator[tuple[str, bytes]]:
    """The pages of a list of ``total`` keys, each with the cursor (``after_id``) that asks for it."""
    cursor = FIRST_PAGE
    for start in range(0, total, KEYS_PER_PAGE):
        numbers = range(start, min(start + KEYS_PER_PAGE, total))
        envelope = {
            "data": [api_key(number) for number in numbers],
            "first_id": key_id(numbers[0]),
            "has_more": numbers[-1] + 1 < total,
            "last_id": key_id(numbers[-1]),
        }
        yield cursor, _json(envelope)
        cursor = key_id(numbers[-1])


def created() -> bytes:
    """The answer to every create."""
    asked = {"name": "continuous integration", "expires_at": "2026-04-15T09:30:00.117Z"}
    details = {**api_key(1), **asked, "key_type": "workspace", "workspace_id": "ws_benchmark"}
    return _json({"key": "sk_bc_ws_test_fake_benchmark_key", "key_details": details})


def revoked() -> bytes:
    """The answer to every revoke."""
    return _json({**api_key(1), "is_active": False})


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
