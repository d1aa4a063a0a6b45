"""Finding out what became of a create whose answer was lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Unpack, cast

from boltz_api.core.backoff import timestamp
from boltz_api.core.exchange import exchange, parsed
from boltz_api.core.paging import Place, beginning
from boltz_api.core.steps import Flow
from boltz_api.core.wire import Response
from boltz_api.errors import APIError, ArgumentValueError, RotationError
from boltz_api.settings import Settings
from boltz_api_generated import operations
from boltz_api_generated.models import APIKey, ListApiKeysResponse
from boltz_api_generated.request import RequestOptions

# `created_at` and `Date` may be cut off to whole seconds.
_CUT_OFF: Final = timedelta(seconds=1)
# Where the server does not tell its time, its clock may be off by this much.
_UNKNOWN_SKEW: Final = timedelta(minutes=10)


def candidates(
    settings: Settings, error: APIError | RotationError, **options: Unpack[RequestOptions]
) -> Flow[list[APIKey]]:
    """List the keys that a failed ``create`` may have made.

    They have the name, mode, workspace, addresses and lifetime that were asked for, and are no older than the call;
    clocks that disagree are allowed for. Other programs may have made some of them: nothing is revoked here.
    A server that was slow may still make the key after this has returned.

    Args:
        error: What ``create`` raised, or ``rotate`` where it could not make the successor.
        options: As for every call.

    Returns:
        The newest first; empty if the outcome is not unknown.

    Raises:
        ArgumentValueError: The error does not come from ``create``.

    """
    failed = error.__cause__ if isinstance(error, RotationError) else error
    started_at = getattr(failed, "started_at", None)
    if not isinstance(failed, APIError) or started_at is None or failed.operation != "create_api_key":
        raise ArgumentValueError(
            "error: expected one that create() raised, or rotate() when it could not make the successor",
            argument="error",
        )
    if not failed.outcome_unknown:
        return []
    asked = failed.arguments
    # Whoever has just made a key and rotates it would find it to be its own successor.
    predecessor = error.old.id if isinstance(error, RotationError) and error.old is not None else None
    workspace = asked.get("workspace_id")
    place: Place[ListApiKeysResponse] | None = beginning(
        operations.list_api_keys(workspace_id=workspace if isinstance(workspace, str) else None, **options), settings
    )
    found: list[APIKey] = []
    earliest: datetime | None = None
    while place is not None:
        prepared = place.prepared()
        received = yield from exchange(prepared, settings)
        page = parsed(prepared, received)
        if earliest is None:
            earliest = earliest_creation(started_at, received.response, settings.tempo.now())
        found += [
            key for key in page.data if key.id != predecessor and key.created_at >= earliest and could_be(key, asked)
        ]
        place = place.after(page)
    return sorted(found, key=lambda key: key.created_at, reverse=True)


def earliest_creation(started_at: datetime, response: Response, now: float) -> datetime:
    """When, by the server's clock, a call that began at ``started_at`` by ours can have made a key at the earliest.

    ``response`` has just come, at ``now`` by our clock, and carries the server's ``Date``. That was written at some
    time before ``now``, so the server is ahead of us by at least the difference.
    """
    server_time = timestamp(response.headers.get("date"))
    if server_time is None:
        return started_at - _UNKNOWN_SKEW
    return started_at + timedelta(seconds=server_time - now) - _CUT_OFF


def could_be(key: APIKey, asked: Mapping[str, object]) -> bool:
    """Whether ``key`` is what a create with these arguments makes."""
    addresses = cast("list[str]", asked.get("allowed_ips") or [])
    workspace = asked.get("workspace_id")
    return (
        key.key_type == "workspace"
        and key.name == asked.get("name")
        and key.livemode == (asked.get("mode") != "test")
        and workspace in (None, key.workspace_id)
        and _addresses(key.allowed_ips) == _addresses(addresses)
        and _lives_for(key, asked.get("expires_in_days"))
    )


def _addresses(texts: list[str]) -> set[object]:
    # The same address can be written in several ways, and the server may have chosen another.
    from ipaddress import ip_address

    addresses: set[object] = set()
    for text in texts:
        try:
            addresses.add(ip_address(text))
        except ValueError:
            addresses.add(text)
    return addresses


def _lives_for(key: APIKey, days: object) -> bool:
    if not isinstance(days, int):
        return key.expires_at is None
    # A server may count days from now, or to the end of one.
    return key.expires_at is not None and abs(key.expires_at - key.created_at - timedelta(days=days)) <= timedelta(1)
