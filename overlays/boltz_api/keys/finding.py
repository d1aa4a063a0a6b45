"""Looking for keys: the service lists them all, the choosing is done here."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import datetime
from typing import Literal, Unpack

from msgspec import Struct

from boltz_api.core.checking import check_id, checked, shown
from boltz_api.core.paging import Place, Search, beginning
from boltz_api.core.steps import Flow
from boltz_api.errors import ArgumentTypeError, ArgumentValueError, NoSuchKeyError
from boltz_api.keys.moments import in_utc
from boltz_api.settings import Settings
from boltz_api_generated import operations
from boltz_api_generated.models import APIKey, ListApiKeysResponse
from boltz_api_generated.request import RequestOptions


class Traits(Struct, frozen=True, kw_only=True):
    """What the keys that are looked for are like; ``None`` means that it does not matter."""

    active: bool | None = None
    name: str | None = None
    mode: Literal["live", "test"] | None = None
    key_type: Literal["admin", "workspace"] | None = None


class Wanted(Traits, frozen=True, kw_only=True):
    """Which keys are looked for."""

    created_before: datetime | None = None
    expires_before: datetime | None = None
    unused_since: datetime | None = None
    matching: Callable[[APIKey], bool] | None = None

    def matches(self, key: APIKey) -> bool:
        """Whether ``key`` is one of them."""
        return (
            self.active in (None, key.is_active)
            and self.name in (None, key.name)
            and (self.mode is None or key.livemode == (self.mode == "live"))
            and self.key_type in (None, key.key_type)
            and _is_before(key.created_at, self.created_before)
            and _is_before(key.expires_at, self.expires_before)
            and _is_before(last_sign_of_life(key), self.unused_since)
            and (self.matching is None or _is_true(self.matching(key)))
        )


def _is_true(answer: object) -> bool:
    # What has to be awaited is true, whatever it would have said: every key would match.
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            answer.close()  # or Python warns that nobody awaited it
        raise ArgumentTypeError(
            "matching: expected a plain function, got one whose answer has to be awaited", argument="matching"
        )
    return bool(answer)


def last_sign_of_life(key: APIKey) -> datetime:
    """When the key was last used, or made if that was later: a key made yesterday has not been idle for a month."""
    made = in_utc(key.created_at)
    return made if key.last_used_at is None else max(made, in_utc(key.last_used_at))


def _is_before(moment: datetime | None, limit: datetime | None) -> bool:
    return limit is None or (moment is not None and in_utc(moment) < limit)


def find(
    settings: Settings,
    *,
    active: bool | None = None,
    name: str | None = None,
    mode: Literal["live", "test"] | None = None,
    key_type: Literal["admin", "workspace"] | None = None,
    workspace_id: str | None = None,
    created_before: datetime | None = None,
    expires_before: datetime | None = None,
    unused_since: datetime | None = None,
    matching: Callable[[APIKey], bool] | None = None,
    **options: Unpack[RequestOptions],
) -> Search[APIKey]:
    """Go through all keys and pick those that meet every condition.

    The service filters by workspace only, so this lists every page; each key comes as soon as its page is there.
    A time of a key without an offset, which the contract forbids, is read as UTC.

    Args:
        active: Whether the key works: neither revoked nor expired.
        name: The key's exact name.
        mode: ``"live"`` or ``"test"``.
        key_type: ``"admin"`` or ``"workspace"``.
        workspace_id: The workspace it is scoped to.
        created_before: Made before this time.
        expires_before: Expires before this time, or has done so. Keys that never expire are left out.
        unused_since: Neither used nor made at this time or later.
        matching: Any other condition, as a function of the key; no coroutine function.
        options: As for every call.

    Raises:
        ArgumentTypeError: A condition has the wrong type.
        ArgumentValueError: A condition has a wrong value, or a time has no time zone.

    """
    # A misspelt mode would match the wrong keys, and they may be about to be revoked.
    checked({"active": active, "name": name, "mode": mode, "key_type": key_type}, Traits, python_names=False)
    for argument, moment in (
        ("created_before", created_before),
        ("expires_before", expires_before),
        ("unused_since", unused_since),
    ):
        _check_moment(argument, moment)
    _check_function(matching)
    wanted = Wanted(
        active=active,
        name=name,
        mode=mode,
        key_type=key_type,
        created_before=created_before,
        expires_before=expires_before,
        unused_since=unused_since,
        matching=matching,
    )
    return Search(beginning(operations.list_api_keys(workspace_id=workspace_id, **options), settings), wanted.matches)


def _check_moment(argument: str, moment: object) -> None:
    if moment is None:
        return
    if not isinstance(moment, datetime):
        raise ArgumentTypeError(f"{argument}: expected a datetime, got {moment!r}", argument=argument)
    if moment.tzinfo is None:
        raise ArgumentValueError(
            f"{argument}: expected a time with a time zone, such as datetime.now(UTC), got {moment!r}",
            argument=argument,
        )


def _check_function(matching: object) -> None:
    if matching is not None and not callable(matching):
        raise ArgumentTypeError(f"matching: expected a function, got {shown(matching)}", argument="matching")


def get(settings: Settings, api_key_id: str, **options: Unpack[RequestOptions]) -> Flow[APIKey]:
    """Look up one key by its ID.

    The service has no call for this, so it lists page by page until the key turns up.

    Args:
        api_key_id: The key's ID.
        options: As for every call.

    Raises:
        ArgumentTypeError: The ID is not a string.
        ArgumentValueError: It is none, or a key itself.
        NoSuchKeyError: There is none, or this client's key may not see it.

    """
    check_id("api_key_id", api_key_id)
    place: Place[ListApiKeysResponse] | None = beginning(operations.list_api_keys(**options), settings)
    while place is not None:
        page = yield from place.fetch()
        for key in page.data:
            if key.id == api_key_id:
                return key
        place = place.after(page)
    raise NoSuchKeyError(f"There is no key with the ID {api_key_id!r}.")
