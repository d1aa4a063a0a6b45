"""Replacing a key by a new one without a moment in which none works."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final, Literal, Unpack

from msgspec import Struct

from boltz_api.core.checking import check_id, shown
from boltz_api.core.exchange import call
from boltz_api.core.prepare import prepare
from boltz_api.core.steps import Flow, ask
from boltz_api.errors import (
    APIResponseValidationError,
    ArgumentTypeError,
    ArgumentValueError,
    BoltzError,
    RotationError,
)
from boltz_api.keys.finding import get
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
    api_key_id: str,
    *,
    check: Callable[[APIKeyCreateResponse], object] | None = None,
    expires_in_days: int | Literal["same", "never"] = "same",
    allowed_ips: Sequence[str] | None = None,
    **options: Unpack[RequestOptions],
) -> Flow[Rotation]:
    """Make a key's successor, hand it over, and only then revoke the key.

    The successor has the same name, workspace and mode, and unless told otherwise the same addresses and lifetime.
    Whatever fails, at least one key goes on working; the error says which. Nothing is revoked but the old key, and
    that only at the end.

    Args:
        api_key_id: The key to replace: a workspace key that is active.
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
        RotationError: A step failed.

    """
    check_id("api_key_id", api_key_id)
    _check_function(check)
    _check_lifetime(expires_in_days)
    # Whatever else the contract says about a create; the name will be the old key's.
    days = _days(expires_in_days)
    rehearsal = operations.create_api_key(name="-", allowed_ips=allowed_ips, expires_in_days=days, **options)
    prepare(rehearsal, settings, repeatable=False)
    try:
        old = yield from get(settings, api_key_id, **options)
    except BoltzError as error:
        raise RotationError(
            f"The key {api_key_id!r} could not be looked up, and nothing was changed: {error}", stage="lookup"
        ) from error
    obstacle = obstacle_to_rotating(old)
    if obstacle is not None:
        raise RotationError(f"The key {api_key_id!r} {obstacle}. Nothing was changed.", stage="lookup", old=old)
    successor = operations.create_api_key(
        name=old.name,
        allowed_ips=list(old.allowed_ips if allowed_ips is None else allowed_ips),
        expires_in_days=lifetime(old) if expires_in_days == "same" else _days(expires_in_days),
        mode="live" if old.livemode else "test",
        workspace_id=old.workspace_id,
        **options,
    )
    try:
        new = yield from call(prepare(successor, settings, repeatable=False), settings)
    except BoltzError as error:
        raise RotationError(
            _without_successor(old, error),
            stage="create",
            old=old,
            working=(old.id,),
        ) from error
    yield from _checked(check, old, new)
    revocation = operations.revoke_api_key(old.id, **options)
    try:
        revoked = yield from call(prepare(revocation, settings, repeatable=True), settings)
    except BoltzError as error:
        raise RotationError(
            f"The successor {new.key_details.id!r} works, but {old.id!r} may do so still; revoking it failed: {error}",
            stage="revoke",
            old=old,
            new=new,
            working=(new.key_details.id,),
        ) from error
    return Rotation(new=new, old=revoked)


def _without_successor(old: APIKey, error: BoltzError) -> str:
    """What to know, and to do, after the create failed."""
    if not getattr(error, "outcome_unknown", False):
        return f"The successor of the key {old.id!r} was not made; that key still works: {error}"
    advice = "its secret is lost, so revoke that one before you rotate again"
    if isinstance(error, APIResponseValidationError):
        advice = "the answer that came may hold its secret: it is in __cause__.response, and nowhere else"
    return (
        f"The successor of the key {old.id!r} may or may not have been made; that key still works. To look for "
        f"it, pass this error to candidates(), which lists the keys named {shown(old.name)} that may be it; {advice}. "
        f"What happened: {error}"
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
    days = math.ceil((key.expires_at - key.created_at) / timedelta(days=1))
    return min(max(days, 1), _LONGEST_LIFE)


def _days(given: int | Literal["same", "never"]) -> int | None:
    return given if isinstance(given, int) else None
