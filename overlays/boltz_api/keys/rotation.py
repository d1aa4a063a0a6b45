"""Replacing a key by a new one without a moment in which none works."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, Unpack

import msgspec
from msgspec import Struct

from boltz_api.core.checking import check_id, shown
from boltz_api.core.exchange import call
from boltz_api.core.prepare import Prepared, prepare
from boltz_api.core.steps import Flow, ask
from boltz_api.errors import (
    APIError,
    APIResponseValidationError,
    ArgumentTypeError,
    ArgumentValueError,
    BoltzError,
    RotationError,
)
from boltz_api.keys.comparing import differences, single
from boltz_api.keys.finding import get
from boltz_api.keys.moments import in_utc
from boltz_api.settings import Settings
from boltz_api_generated import operations
from boltz_api_generated.models import APIKey, APIKeyCreateResponse
from boltz_api_generated.request import RequestOptions

_LONGEST_LIFE: Final = 365


class Rotation(Struct, frozen=True, kw_only=True):
    """A key that took another's place."""

    new: APIKeyCreateResponse
    """The successor. Its secret is in ``new.key``, and nowhere else."""
    old: APIKey
    """The predecessor, revoked."""


def rotate(
    settings: Settings,
    api_key_id: str | APIKey,
    *,
    check: Callable[[APIKeyCreateResponse], object] | None = None,
    expires_in_days: int | Literal["same", "never"] = "same",
    allowed_ips: Sequence[str] | None = None,
    **options: Unpack[RequestOptions],
) -> Flow[Rotation]:
    """Make a key's successor, hand it over, and only then revoke the key.

    The successor has the same name, workspace and mode, and unless told otherwise the same addresses and lifetime.
    Whatever fails, at least one key goes on working; the error says which. Nothing is revoked but the old key, and
    that only at the end, if the successor is what was asked for.

    Args:
        api_key_id: The key to replace, a workspace key that is active: its ID, or better the key as ``find`` and
            ``list`` give it. An ID is looked up first, page by page; a key is taken as it is.
        check: Called with the successor before the old key is revoked: the place to store it, to roll it out, and to
            see that it works. If it raises or returns ``False``, the old key stays. For ``AsyncBoltz`` it may be a
            coroutine function.
        expires_in_days: How long the successor lives: ``"same"`` as the old key when that was made, ``"never"`` for
            without end, or a number of days.
        allowed_ips: The successor's addresses, if not the old key's.
        options: As for every call; they hold for each of the requests.

    Without ``check``, the successor's secret is in nobody's hands until the old key is revoked: an interruption or a
    cancellation in that moment loses it.

    Raises:
        ArgumentTypeError: An argument has the wrong type. Nothing was sent.
        ArgumentValueError: An argument has a wrong value. Nothing was sent.
        RotationError: A step failed, or gave something else than was asked for.

    """
    check_id("api_key_id", api_key_id.id if isinstance(api_key_id, APIKey) else api_key_id)
    _check_function(check)
    _check_lifetime(expires_in_days)
    # Whatever else the contract says about a create; the name will be the old key's.
    days = _days(expires_in_days)
    rehearsal = operations.create_api_key(name="-", allowed_ips=allowed_ips, expires_in_days=days, **options)
    prepare(rehearsal, settings, repeatable=False)
    old = yield from _looked_up(settings, api_key_id, options)
    successor = operations.create_api_key(
        name=old.name,
        allowed_ips=single(old.allowed_ips) if allowed_ips is None else list(allowed_ips),
        expires_in_days=lifetime(old) if expires_in_days == "same" else _days(expires_in_days),
        mode="live" if old.livemode else "test",
        workspace_id=old.workspace_id,
        **options,
    )
    try:
        prepared = prepare(successor, settings, repeatable=False)
        new = yield from call(prepared, settings)
    except BoltzError as error:
        raise RotationError(
            _without_successor(old, error),
            stage="create",
            old=old,
            working=(old.id,),
        ) from error
    _compare(old, new, prepared, datetime.fromtimestamp(settings.tempo.now(), UTC))
    yield from _checked(check, old, new)
    return Rotation(new=new, old=(yield from _revoked(settings, old, new, options)))


def _looked_up(settings: Settings, wanted: str | APIKey, options: RequestOptions) -> Flow[APIKey]:
    if isinstance(wanted, APIKey):
        old = wanted
    else:
        try:
            old = yield from get(settings, wanted, **options)
        except BoltzError as error:
            raise RotationError(
                f"The key {wanted!r} could not be looked up, and nothing was changed: {error}", stage="lookup"
            ) from error
    obstacle = obstacle_to_rotating(old)
    if obstacle is not None:
        raise RotationError(f"The key {old.id!r} {obstacle}. Nothing was changed.", stage="lookup", old=old)
    return old


def _compare(old: APIKey, new: APIKeyCreateResponse, asked: Prepared[APIKeyCreateResponse], now: datetime) -> None:
    """Keep the old key where the new one cannot, or may not, stand in for it."""
    found = faults(old, new, now) + differences(new.key_details, msgspec.json.decode(asked.wire.content or b"{}"))
    if found:
        raise RotationError(
            f"The successor {new.key_details.id!r} is not what was asked for: {'; '.join(found)}. "
            f"{old.id!r} was not revoked and still works; this error holds the new key.",
            stage="compare",
            old=old,
            new=new,
            working=(old.id,),
        )


def faults(old: APIKey, new: APIKeyCreateResponse, now: datetime) -> list[str]:
    """Why the new key does not work, or is none, whatever was asked for."""
    details = new.key_details
    found: list[str] = []
    if details.id == old.id:
        found.append("it has the old key's ID")
    if not new.key:
        found.append("its secret is empty")
    if not details.is_active:
        found.append("it is not active")
    if details.expires_at is not None and in_utc(details.expires_at) <= now:
        found.append("it has expired already")
    return found


def _revoked(settings: Settings, old: APIKey, new: APIKeyCreateResponse, options: RequestOptions) -> Flow[APIKey]:
    revocation = prepare(operations.revoke_api_key(old.id, **options), settings, repeatable=True)
    cause: BoltzError | None = None
    try:
        revoked = yield from call(revocation, settings)
    except BoltzError as error:
        cause = error
        reason = f"revoking it failed: {error}"
    else:
        if revoked.id == old.id and not revoked.is_active:
            return revoked
        state = "active" if revoked.is_active else "not active"
        reason = f"the service answered its revocation with the key {revoked.id!r}, which is {state}"
    raise RotationError(
        f"The successor {new.key_details.id!r} works, but {old.id!r} may do so still; {reason}",
        stage="revoke",
        old=old,
        new=new,
        working=(new.key_details.id,),
    ) from cause


def _without_successor(old: APIKey, error: BoltzError) -> str:
    """What to know, and to do, after the create failed."""
    if not isinstance(error, APIError) or not error.outcome_unknown:
        return f"The successor of the key {old.id!r} was not made; that key still works: {error}"
    advice = "its secret is lost, so revoke that one before you rotate again"
    if isinstance(error, APIResponseValidationError):
        advice = "the answer that came may hold its secret: it is in __cause__.response, and nowhere else"
    return (
        f"The successor of the key {old.id!r} may or may not have been made; that key still works. To look for "
        f"it, pass this error to candidates(), which lists the keys named {shown(old.name)} that may be it; {advice}. "
        f"What happened: {error.message}"
    )


def _check_function(check: object) -> None:
    if check is not None and not callable(check):
        raise ArgumentTypeError(f"check: expected a function, got {shown(check)}", argument="check")


def _check_lifetime(given: object) -> None:
    fault = f"expires_in_days: expected an integer from 1 to {_LONGEST_LIFE}, 'same' or 'never', got {shown(given)}"
    if not isinstance(given, (int, str)):
        raise ArgumentTypeError(fault, argument="expires_in_days")
    if isinstance(given, str) and given not in ("same", "never"):
        raise ArgumentValueError(fault, argument="expires_in_days")


def _checked(
    check: Callable[[APIKeyCreateResponse], object] | None, old: APIKey, new: APIKeyCreateResponse
) -> Flow[None]:
    if check is None:
        return
    reason = "it returned False"
    cause: Exception | None = None
    try:
        if (yield from ask(check, new)) is not False:
            return
    except Exception as error:  # noqa: BLE001  # the caller's function may raise anything
        reason = type(error).__name__
        cause = error
    raise RotationError(
        f"The check of the successor {new.key_details.id!r} failed ({reason}); it and {old.id!r} both work",
        stage="check",
        old=old,
        new=new,
        working=(old.id, new.key_details.id),
    ) from cause


def obstacle_to_rotating(key: APIKey) -> str | None:
    """Why the key cannot have a successor, if it cannot."""
    if key.key_type != "workspace":
        return "is no workspace key, and the service makes no others"
    if not key.is_active:
        return "is not active: it was revoked, or has expired"
    return None


def lifetime(key: APIKey) -> int | None:
    """For how many days the key was made, or ``None`` if without end."""
    if key.expires_at is None:
        return None
    days = math.ceil((in_utc(key.expires_at) - in_utc(key.created_at)) / timedelta(days=1))
    return min(max(days, 1), _LONGEST_LIFE)


def _days(given: int | Literal["same", "never"]) -> int | None:
    return given if isinstance(given, int) else None
