"""Finding out what became of a create whose answer was lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, Unpack, cast

import msgspec

from boltz_api.core.backoff import timestamp
from boltz_api.core.exchange import exchange, parsed
from boltz_api.core.paging import Place, beginning
from boltz_api.core.steps import Flow
from boltz_api.core.wire import Response
from boltz_api.errors import APIError, ArgumentValueError, RotationError
from boltz_api.keys.comparing import differences
from boltz_api.keys.moments import in_utc
from boltz_api.settings import Settings
from boltz_api_generated import operations
from boltz_api_generated.models import APIKey, ListApiKeysResponse
from boltz_api_generated.request import RequestOptions

CLOCKS_APART: Final = timedelta(minutes=10)
"""By how much the clock behind ``created_at`` may differ from the one behind ``Date``, or from ours without one.

An edge writes the one, a database the other; nobody promises that they agree.
"""


def candidates(
    settings: Settings, error: APIError | RotationError, **options: Unpack[RequestOptions]
) -> Flow[list[APIKey]]:
    """List the keys that a failed ``create`` may have made.

    They have the name, mode, workspace, addresses and lifetime that were asked for, and were made at the time of the
    call or later. Clocks may disagree, so keys from up to ten minutes before the call are listed too. Other programs
    may have made some of them: nothing is revoked here, and which one it is, if any, a person decides. A server that
    was slow may still make the key after this has returned.

    Args:
        error: What ``create`` raised, or ``rotate`` where it could not make the successor.
        options: As for every call.

    Returns:
        The most likely first: the one made nearest to the time of the call. Empty if the outcome is not unknown.

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
    asked = body_of(failed)
    # Whoever has just made a key and rotates it would find it to be its own successor.
    predecessor = error.old.id if isinstance(error, RotationError) and error.old is not None else None
    workspace = asked.get("workspace_id")
    place: Place[ListApiKeysResponse] | None = beginning(
        operations.list_api_keys(workspace_id=workspace if isinstance(workspace, str) else None, **options), settings
    )
    found: list[APIKey] = []
    called: datetime | None = None
    while place is not None:
        prepared = place.prepared()
        received = yield from exchange(prepared, settings)
        page = parsed(prepared, received)
        called = called or called_at(started_at, received.response, settings.tempo.now())
        earliest = called - CLOCKS_APART
        found += [
            key
            for key in page.data
            if key.id != predecessor and in_utc(key.created_at) >= earliest and not differences(key, asked)
        ]
        place = place.after(page)
    nearest = called or started_at
    return sorted(found, key=lambda key: abs(in_utc(key.created_at) - nearest))


def body_of(error: APIError) -> Mapping[str, object]:
    """What the failed request's body said: with ``extra_body``, and whatever became of the arguments since."""
    return cast("Mapping[str, object]", msgspec.json.decode(error.request.content))


def called_at(started_at: datetime, response: Response, now: float) -> datetime:
    """When, by the server's clock, a call began that began at ``started_at`` by ours.

    ``response`` has just come, at ``now`` by our clock, and carries the server's ``Date``. That was written at some
    time before ``now``, so this is too early rather than too late. Without a ``Date``, our clock has to do.
    """
    server_time = timestamp(response.headers.get("date"))
    return started_at if server_time is None else started_at + timedelta(seconds=server_time - now)
