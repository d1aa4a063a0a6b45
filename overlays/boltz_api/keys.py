"""Helpers for administrators of many keys, made of the three calls: find, get, rotate, candidates."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from inspect import isawaitable, iscoroutine, signature
from typing import Any, ClassVar, Final, Generic, Literal, TypeVar, Unpack, cast

import msgspec
from msgspec import Struct

from boltz_api.delays import timestamp
from boltz_api.errors import (
    APIError,
    APIResponseValidationError,
    ArgumentTypeError,
    ArgumentValueError,
    BoltzError,
    NoSuchKeyError,
    RotationError,
)
from boltz_api.flow import Flow, Safeguard, ask, call, exchange
from boltz_api.pagination import AsyncPaginator, Place, SyncCursorPage, SyncItems, SyncPages, beginning, first_page
from boltz_api.request import CallOptions, Request, build_request, check_options, conceal, given
from boltz_api.response import Received
from boltz_api.settings import Settings
from boltz_api.validation import check_url_text, shown, validated
from boltz_api_generated.models import APIKey, APIKeyCreateResponse, KeyDetails
from boltz_api_generated.resources import admin
from boltz_api_generated.resources.admin.api_keys import (
    CREATE_API_KEY,
    LIST_API_KEYS,
    REVOKE_API_KEY,
    APIKeysResource,
    APIKeysResourceWithRawResponse,
    APIKeysResourceWithStreamingResponse,
    AsyncAPIKeysResource,
    AsyncAPIKeysResourceWithRawResponse,
    AsyncAPIKeysResourceWithStreamingResponse,
)

V = TypeVar("V")

CLOCKS_APART: Final = timedelta(minutes=10)
"""The most that the clock behind ``created_at`` may differ from the one behind ``Date``.

An edge server writes the one, a database the other; nothing guarantees that they agree.
"""
CLOCK_UNKNOWN: Final = timedelta(days=1)
"""The most that the time of a call may be wrong if our clock may have been set since, or the server's is unknown."""

_LONGEST_LIFE: Final = 365


# --- comparing a key with the request for it ---


def differences(
    key: APIKey | KeyDetails, asked: Mapping[str, object], *, also: Iterable[str] = ("key_type", "expires_in_days")
) -> list[str]:
    """Return the differences, in words, between ``key`` and a key created with these arguments.

    Args:
        key: The key, in whatever form the server writes it.
        asked: The arguments by wire name.
        also: What to compare besides name, mode, workspace and addresses.

    """
    name, workspace, days = asked.get("name"), asked.get("workspace_id"), asked.get("expires_in_days")
    mode = "test" if asked.get("mode") == "test" else "live"
    addresses = cast("list[object]", asked.get("allowed_ips") or [])
    found: list[str] = []
    if "key_type" in also and key.key_type != "workspace":
        found.append(f"its type is {shown(key.key_type)}, not 'workspace'")
    if key.name != name:
        found.append(f"its name is {shown(key.name)}, not {shown(name)}")
    if key.livemode != (mode == "live"):
        found.append(f"its mode is not {mode!r}")
    if workspace not in (None, key.workspace_id):
        found.append(f"its workspace is {shown(key.workspace_id)}, not {shown(workspace)}")
    if key.allowed_ips != addresses and _networks(key.allowed_ips) != _networks(addresses):
        found.append(f"its addresses are {shown(key.allowed_ips)}, not {shown(addresses)}")
    if "expires_in_days" in also and not _lives_for(key, days):
        wanted = f"{days} days" if isinstance(days, int) else "without end"
        found.append(f"its life is to be {wanted}, and its end is {shown(key.expires_at and str(key.expires_at))}")
    return found


def _networks(texts: Iterable[object]) -> set[object]:
    return {_network(str(text)) for text in texts}


def _network(text: str) -> Any:  # Any: ipaddress has no common type that says what all networks have
    """Parse an address: it can be written in many ways, and the server may choose another."""
    from ipaddress import IPv6Network, ip_network

    try:
        network = ip_network(text)
    except ValueError:
        return text
    if isinstance(network, IPv6Network) and network.prefixlen == network.max_prefixlen:
        mapped = network.network_address.ipv4_mapped
        return network if mapped is None else ip_network(mapped)
    return network


def _single(addresses: Iterable[str]) -> list[str]:
    """Return addresses as a create takes them: a server may return ``192.0.2.1/32``, and accepts only ``192.0.2.1``."""
    return [text.partition("/")[0] if getattr(_network(text), "num_addresses", 0) == 1 else text for text in addresses]


def _lives_for(key: APIKey | KeyDetails, days: object) -> bool:
    if not isinstance(days, int):
        return key.expires_at is None
    if key.expires_at is None:
        return False
    # A server may count days from now, or to the end of one.
    return abs(in_utc(key.expires_at) - in_utc(key.created_at) - timedelta(days=days)) <= timedelta(days=1)


def in_utc(moment: datetime) -> datetime:
    """Return ``moment``, read as UTC if it has no offset.

    The contract has one always. A whole page, let alone a created key's only copy, is not refused for a missing ``Z``:
    such a time is passed through as received, and read as UTC wherever it is compared.
    """
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


class CreateSafeguard:
    """Checks that a create returns the key that was asked for, and advises how to find one whose outcome is unknown."""

    def __init__(self, *, compare: bool = True) -> None:
        self._compare = compare

    def differences(self, asked: Mapping[str, object], response: APIKeyCreateResponse) -> list[str]:
        """Return how the new key differs from the request: the response may be to somebody else's request."""
        return differences(response.key_details, asked, also=()) if self._compare else []

    def advice(self, asked: Mapping[str, object], started_at: datetime, *, interrupted: bool) -> str:
        """Return how to find the key."""
        call = "error"
        if interrupted:
            call = f"name={shown(asked.get('name'))}, started_at=datetime.fromisoformat({started_at.isoformat()!r})"
        return f"client.admin.api_keys.candidates({call}) lists the keys that it may have made"


_SAFEGUARDS: Final[Mapping[str, Safeguard]] = {CREATE_API_KEY.name: CreateSafeguard()}


# --- finding ---


class Traits(Struct, frozen=True, kw_only=True):
    """The conditions of a search for keys; ``None`` means any value."""

    active: bool | None = None
    name: str | None = None
    mode: Literal["live", "test"] | None = None
    key_type: Literal["admin", "workspace"] | None = None


class Wanted(Traits, frozen=True, kw_only=True):
    """The conditions of a search: traits, and a function of the caller's."""

    created_before: datetime | None = None
    expires_before: datetime | None = None
    unused_since: datetime | None = None
    matching: Callable[[APIKey], bool] | None = None

    def matches(self, key: APIKey) -> bool:
        """Return True if ``key`` meets the conditions."""
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
    # An awaitable is true whatever its result: every key would match.
    if isawaitable(answer):
        if iscoroutine(answer):
            answer.close()  # or Python warns that nobody awaited it
        raise ArgumentTypeError(
            "matching: expected a plain function, got one whose answer has to be awaited", argument="matching"
        )
    return bool(answer)


def last_sign_of_life(key: APIKey) -> datetime:
    """Return when the key was last used, or made if that was later: a key made yesterday has not been idle long."""
    made = in_utc(key.created_at)
    return made if key.last_used_at is None else max(made, in_utc(key.last_used_at))


def _is_before(moment: datetime | None, limit: datetime | None) -> bool:
    return limit is None or (moment is not None and in_utc(moment) < limit)


def _wanted(conditions: Mapping[str, Any]) -> Wanted:
    # A misspelt mode would match the wrong keys, which the caller may go on to revoke.
    validated({name: conditions[name] for name in Traits.__struct_fields__}, Traits)
    for argument in ("created_before", "expires_before", "unused_since"):
        _check_moment(argument, conditions[argument])
    _check_function("matching", conditions["matching"])
    return Wanted(**conditions)


def _check_moment(argument: str, moment: object) -> None:
    if moment is None:
        return
    if not isinstance(moment, datetime):
        raise ArgumentTypeError(f"{argument}: expected a datetime, got {shown(moment)}", argument=argument)
    if moment.tzinfo is None:
        raise ArgumentValueError(
            f"{argument}: expected a time with a time zone, such as datetime.now(UTC), got {moment!r}",
            argument=argument,
        )


def _check_function(argument: str, function: object) -> None:
    if function is not None and not callable(function):
        raise ArgumentTypeError(f"{argument}: expected a function, got {shown(function)}", argument=argument)


def _check_id(given_id: object) -> None:
    """Refuse a value that is no ID, above all a key itself."""
    if not isinstance(given_id, str):
        raise ArgumentTypeError(f"api_key_id: expected a string, got {shown(given_id)}", argument="api_key_id")
    if not given_id:
        raise ArgumentValueError("api_key_id: expected a key's ID, got ''", argument="api_key_id")
    check_url_text("api_key_id", given_id)


def _listing(workspace_id: object, options: CallOptions) -> Request[Any]:
    return Request(LIST_API_KEYS, options, query=given({"workspace_id": workspace_id}))


def _get(settings: Settings, api_key_id: str, options: CallOptions) -> Flow[APIKey]:
    _check_id(api_key_id)
    place: Place | None = beginning(_listing(None, options), settings)
    while place is not None:
        page = yield from place.fetch(settings)
        for key in page.data:
            if key.id == api_key_id:
                return cast("APIKey", key)
        place = place.after(page)
    raise NoSuchKeyError(f"There is no key with the ID {shown(api_key_id)}.")


# --- creates with an unknown outcome ---


class Lost(Struct, frozen=True):
    """A create whose outcome is unknown."""

    asked: Mapping[str, object]
    started_at: datetime
    error: APIError | None = None
    predecessor: str | None = None
    """The key that it was to replace."""

    def may_be(self, key: APIKey, earliest: datetime) -> bool:
        """Return True if ``key`` may be the key that it made."""
        if key.id == self.predecessor or in_utc(key.created_at) < earliest:
            return False
        return not differences(key, self.asked) if self.error is not None else key.name == self.asked["name"]


def _lost(error: object, name: str | None, started_at: datetime | None, workspace_id: str | None) -> Lost | None:
    """Return the create of the arguments; ``None`` if its outcome is known."""
    if error is None:
        if name is None or started_at is None:
            raise ArgumentTypeError("error: required, or else name and started_at", argument="error")
        _check_moment("started_at", started_at)
        return Lost({"name": name, "workspace_id": workspace_id}, started_at)
    failed = error.__cause__ if isinstance(error, RotationError) else error
    if not isinstance(failed, APIError) or failed.started_at is None or failed.operation != CREATE_API_KEY.name:
        raise ArgumentValueError(
            "error: expected one that create() raised, or rotate() when it could not make the successor",
            argument="error",
        )
    if not failed.outcome_unknown:
        return None
    # A key that was made just before its rotation would be found as its own successor.
    predecessor = error.old.id if isinstance(error, RotationError) and error.old is not None else None
    return Lost(failed.arguments, failed.started_at, failed, predecessor)


def _candidates(settings: Settings, lost: Lost | None, options: CallOptions) -> Flow[list[APIKey]]:
    if lost is None:
        return []
    place: Place | None = beginning(_listing(lost.asked.get("workspace_id"), options), settings)
    found: list[APIKey] = []
    window: tuple[datetime, datetime] | None = None
    while place is not None:
        accepted = yield from exchange(settings, build_request(place.request, settings))
        page = accepted.parse()
        window = window or window_of(lost, accepted.received, settings)
        found += [key for key in page.data if lost.may_be(key, window[0])]
        place = place.after(page)
    called = lost.started_at if window is None else window[1]
    return sorted(found, key=lambda key: abs(in_utc(key.created_at) - called))


def window_of(lost: Lost, listed: Received, settings: Settings) -> tuple[datetime, datetime]:
    """Return from when on a key may have been made by a create, and when that began, both by the server's clock.

    The server's ``Date`` gives its clock: best in the response to the create itself; else in that to the listing, if
    our own clock has not been set in between.
    """
    response = getattr(lost.error, "response", None)
    answered = None if response is None else timestamp(response.headers.get("date"))
    if response is not None and answered is not None:
        called = datetime.fromtimestamp(answered, UTC) - response.elapsed
        return called - CLOCKS_APART, called
    timing = settings.timing
    now, server_now = timing.now(), timestamp(listed.headers.get("date"))
    passed = None if lost.error is None else lost.error.seconds_since(timing.monotonic())
    steady = passed is not None and abs(now - lost.started_at.timestamp() - passed) < CLOCKS_APART.total_seconds()
    called = lost.started_at if server_now is None else lost.started_at + timedelta(seconds=server_now - now)
    if steady and server_now is not None:
        return called - CLOCKS_APART, called
    return min(called, lost.started_at) - CLOCK_UNKNOWN, called


# --- rotating ---


class Rotation(Struct, frozen=True, kw_only=True):
    """A key that took another's place."""

    new: APIKeyCreateResponse
    """The successor. Its secret is in ``new.key``, and nowhere else."""
    old: APIKey
    """The predecessor, revoked."""


Check = Callable[[APIKeyCreateResponse], object]
Lifetime = int | Literal["same", "never"]


def _rotate(  # noqa: PLR0917  # the arguments of rotate()
    settings: Settings,
    api_key_id: str | APIKey,
    check: Check | None,
    expires_in_days: Lifetime,
    allowed_ips: Sequence[str] | None,
    options: CallOptions,
) -> Flow[Rotation]:
    _check_id(api_key_id.id if isinstance(api_key_id, APIKey) else api_key_id)
    _check_function("check", check)
    _check_lifetime(expires_in_days)

    def creation(**arguments: object) -> Request[APIKeyCreateResponse]:
        return Request(CREATE_API_KEY, options, body=given(arguments))

    # Whatever else the contract says about a create; the name will be the old key's.
    days = expires_in_days if isinstance(expires_in_days, int) else None
    build_request(creation(name="-", allowed_ips=allowed_ips, expires_in_days=days), settings)
    old = yield from _looked_up(settings, api_key_id, options)
    successor = creation(
        name=old.name,
        allowed_ips=_single(old.allowed_ips) if allowed_ips is None else list(allowed_ips),
        expires_in_days=lifetime(old) if expires_in_days == "same" else days,
        mode="live" if old.livemode else "test",
        workspace_id=old.workspace_id,
    )
    try:
        new = yield from call(settings, successor, CreateSafeguard(compare=False))
    except BoltzError as error:
        raise RotationError(_without_successor(old, error), stage="create", old=old, working=(old.id,)) from error
    asked = cast("dict[str, object]", msgspec.json.decode(build_request(successor, settings).content or b"{}"))
    _compare(old, new, asked, datetime.fromtimestamp(settings.timing.now(), UTC))
    yield from _checked(check, old, new)
    return Rotation(new=new, old=(yield from _revoked(settings, old, new, options)))


def _looked_up(settings: Settings, wanted: str | APIKey, options: CallOptions) -> Flow[APIKey]:
    if isinstance(wanted, APIKey):
        old = wanted
    else:
        try:
            old = yield from _get(settings, wanted, options)
        except BoltzError as error:
            raise RotationError(
                f"The key {shown(wanted)} could not be looked up, and nothing was changed: {error}", stage="lookup"
            ) from error
    obstacle = obstacle_to_rotating(old)
    if obstacle is not None:
        raise RotationError(f"The key {shown(old.id)} {obstacle}. Nothing was changed.", stage="lookup", old=old)
    return old


def _compare(old: APIKey, new: APIKeyCreateResponse, asked: Mapping[str, object], now: datetime) -> None:
    """Keep the old key if the new one cannot, or may not, replace it."""
    found = _faults(old, new, now) + differences(new.key_details, asked)
    if found:
        raise RotationError(
            f"The successor {shown(new.key_details.id)} is not what was asked for: {'; '.join(found)}. "
            f"{shown(old.id)} was not revoked and still works; this error holds the new key.",
            stage="compare",
            old=old,
            new=new,
            working=(old.id,),
        )


def _faults(old: APIKey, new: APIKeyCreateResponse, now: datetime) -> list[str]:
    """Return why the new key does not work, or is no key, regardless of what was asked for."""
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


def _revoked(settings: Settings, old: APIKey, new: APIKeyCreateResponse, options: CallOptions) -> Flow[APIKey]:
    cause: BoltzError | None = None
    try:
        revoked = yield from call(settings, Request(REVOKE_API_KEY, options, path={"api_key_id": old.id}))
    except BoltzError as error:
        cause = error
        reason = f"revoking it failed: {error}"
    else:
        if revoked.id == old.id and not revoked.is_active:
            return revoked
        state = "active" if revoked.is_active else "not active"
        reason = f"the service answered its revocation with the key {shown(revoked.id)}, which is {state}"
    raise RotationError(
        f"The successor {shown(new.key_details.id)} works, but {shown(old.id)} may do so still; {reason}",
        stage="revoke",
        old=old,
        new=new,
        working=(new.key_details.id,),
    ) from cause


def _without_successor(old: APIKey, error: BoltzError) -> str:
    """Return the facts and the advice after a failed create."""
    if not isinstance(error, APIError) or not error.outcome_unknown:
        return f"The successor of the key {shown(old.id)} was not made; that key still works: {error}"
    advice = "its secret is lost, so revoke that one before you rotate again"
    if isinstance(error, APIResponseValidationError):
        advice = "the response that came may hold its secret: it is in __cause__.response, and nowhere else"
    return (
        f"The successor of the key {shown(old.id)} may or may not have been made; that key still works. To look for "
        f"it, pass this error to candidates(), which lists the keys named {shown(old.name)} that may be it; {advice}. "
        f"What happened: {error.message}"
    )


def _check_lifetime(value: object) -> None:
    fault = f"expires_in_days: expected an integer from 1 to {_LONGEST_LIFE}, 'same' or 'never', got {shown(value)}"
    if not isinstance(value, (int, str)):
        raise ArgumentTypeError(fault, argument="expires_in_days")
    if isinstance(value, str) and value not in ("same", "never"):
        raise ArgumentValueError(fault, argument="expires_in_days")


def _checked(check: Check | None, old: APIKey, new: APIKeyCreateResponse) -> Flow[None]:
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
        f"The check of the successor {shown(new.key_details.id)} failed ({reason}); it and {shown(old.id)} both work",
        stage="check",
        old=old,
        new=new,
        working=(old.id, new.key_details.id),
    ) from cause


def obstacle_to_rotating(key: APIKey) -> str | None:
    """Return the reason if the key cannot have a successor."""
    if key.key_type != "workspace":
        return "is no workspace key, and the service makes no others"
    if not key.is_active:
        return "is not active: it was revoked, or has expired"
    return None


def lifetime(key: APIKey) -> int | None:
    """Return for how many days the key was made; ``None`` if without end.

    A server may count to the end of a day, or slightly less: rounding up would make each successor live longer.
    """
    if key.expires_at is None:
        return None
    days = (in_utc(key.expires_at) - in_utc(key.created_at) + timedelta(hours=1)) // timedelta(days=1)
    return min(max(days, 1), _LONGEST_LIFE)


# --- the resources ---


def _accept(method: Callable[..., object], options: CallOptions) -> None:
    """Wrap and check the options of a call that makes several requests."""
    conceal(options)
    check_options(method.__name__, options, signature(method).parameters)


class APIKeys(APIKeysResource):
    """Create, list and revoke API keys, and look after many of them. Takes an admin key."""

    _safeguards: ClassVar[Mapping[str, Safeguard]] = _SAFEGUARDS

    def find(
        self,
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
        **options: Unpack[CallOptions],
    ) -> Iterator[APIKey]:
        """Iterate over the keys that meet every condition.

        The service filters by workspace only, so this lists every page; each key comes as soon as its page is there.
        A time of a key without an offset, which the contract forbids, is read as UTC.

        Args:
            active: The key works: it is neither revoked nor expired.
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
        _accept(self.find, options)
        client, wanted, request = self._client, _wanted(_conditions(locals())), _listing(workspace_id, options)

        def first() -> SyncCursorPage[APIKey]:
            envelope, place = client.perform(first_page, request)
            return SyncCursorPage[APIKey].fetched(envelope, place, client)

        return filter(wanted.matches, SyncItems(SyncPages(first)))

    def get(self, api_key_id: str, **options: Unpack[CallOptions]) -> APIKey:
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
        _accept(self.get, options)
        return self._client.perform(_get, api_key_id, options)

    def rotate(
        self,
        api_key_id: str | APIKey,
        *,
        check: Check | None = None,
        expires_in_days: Lifetime = "same",
        allowed_ips: Sequence[str] | None = None,
        **options: Unpack[CallOptions],
    ) -> Rotation:
        """Make a key's successor, hand it over, and only then revoke the key.

        The successor has the same name, workspace and mode, and unless told otherwise the same addresses and lifetime.
        Whatever fails, at least one key goes on working; the error says which. Nothing is revoked but the old key, and
        that only at the end, if the successor is what was asked for.

        Without ``check``, the caller gets the successor's secret only after the old key is revoked: an interruption or
        a cancellation in between loses it.

        Args:
            api_key_id: The key to replace, a workspace key that is active: its ID, or better the key as ``find`` and
                ``list`` give it. An ID is looked up first, page by page; a key is taken as it is.
            check: Called with the successor before the old key is revoked: the place to store it, to roll it out, and
                to see that it works. If it raises or returns ``False``, the old key stays. For ``AsyncBoltz`` it may be
                a coroutine function.
            expires_in_days: How long the successor lives: ``"same"`` as the old key when that was made, ``"never"`` for
                without end, or a number of days.
            allowed_ips: The successor's addresses, if not the old key's.
            options: As for every call; they hold for each of the requests.

        Raises:
            ArgumentTypeError: An argument has the wrong type. Nothing was sent.
            ArgumentValueError: An argument has a wrong value. Nothing was sent.
            RotationError: A step failed, or gave something else than was asked for.

        """
        _accept(self.rotate, options)
        return self._client.perform(_rotate, api_key_id, check, expires_in_days, allowed_ips, options)

    def candidates(
        self,
        error: APIError | RotationError | None = None,
        *,
        name: str | None = None,
        started_at: datetime | None = None,
        workspace_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> list[APIKey]:
        """List the keys that a failed ``create`` may have made.

        They have the name, mode, workspace, addresses and lifetime that were asked for, and were made at the time of
        the call or later. Clocks may disagree, so keys from ten minutes before the call on are listed; from a day
        before on if nothing shows the server's clock at that time, or ours may have been set since. Other
        programs may have made some of them: nothing is revoked here, and which one it is, if any, a person decides. A
        server that was slow may still make the key after this has returned.

        Args:
            error: What ``create`` raised, or ``rotate`` where it could not make the successor.
            name: The key's name, for a create that was cancelled or interrupted: its exception has a note of it.
            started_at: When that create began.
            workspace_id: The workspace that it was for.
            options: As for every call.

        Returns:
            The most likely first: the one made nearest to the time of the call. Empty if the outcome is not unknown.

        Raises:
            ArgumentTypeError: Neither an error is given, nor a name and a time.
            ArgumentValueError: The error does not come from ``create``, or the time has no time zone.

        """
        _accept(self.candidates, options)
        lost = _lost(error, name, started_at, workspace_id)
        return self._client.perform(_candidates, lost, options)


def _conditions(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: arguments[name] for name in Wanted.__struct_fields__}


class AsyncAPIKeys(AsyncAPIKeysResource):
    """Create, list and revoke API keys, and look after many of them. Takes an admin key."""

    _safeguards: ClassVar[Mapping[str, Safeguard]] = _SAFEGUARDS

    def find(
        self,
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
        **options: Unpack[CallOptions],
    ) -> AsyncIterator[APIKey]:
        """Iterate over the keys that meet every condition; see ``APIKeys.find``."""
        _accept(self.find, options)
        wanted, request = _wanted(_conditions(locals())), _listing(workspace_id, options)
        return AsyncFilter(wanted.matches, aiter(AsyncPaginator[APIKey](request, self._client)))

    async def get(self, api_key_id: str, **options: Unpack[CallOptions]) -> APIKey:
        """Look up one key by its ID; see ``APIKeys.get``."""
        _accept(self.get, options)
        return await self._client.perform(_get, api_key_id, options)

    async def rotate(
        self,
        api_key_id: str | APIKey,
        *,
        check: Check | None = None,
        expires_in_days: Lifetime = "same",
        allowed_ips: Sequence[str] | None = None,
        **options: Unpack[CallOptions],
    ) -> Rotation:
        """Make a key's successor, hand it over, and only then revoke the key; see ``APIKeys.rotate``."""
        _accept(self.rotate, options)
        return await self._client.perform(_rotate, api_key_id, check, expires_in_days, allowed_ips, options)

    async def candidates(
        self,
        error: APIError | RotationError | None = None,
        *,
        name: str | None = None,
        started_at: datetime | None = None,
        workspace_id: str | None = None,
        **options: Unpack[CallOptions],
    ) -> list[APIKey]:
        """List the keys that a failed ``create`` may have made; see ``APIKeys.candidates``."""
        _accept(self.candidates, options)
        lost = _lost(error, name, started_at, workspace_id)
        return await self._client.perform(_candidates, lost, options)


class AsyncFilter:
    """The keys that ``matches`` accepts."""

    def __init__(self, matches: Callable[[APIKey], bool], keys: AsyncIterator[APIKey]) -> None:
        self._matches = matches
        self._keys = keys

    def __aiter__(self) -> AsyncFilter:
        return self

    async def __anext__(self) -> APIKey:
        while True:
            key = await anext(self._keys)
            if self._matches(key):
                return key


class AdminView(Struct, Generic[V], frozen=True):
    """The resources under ``admin``, each in another form: with raw responses, or with streaming ones."""

    api_keys: V


class AdminResource(admin.AdminResource):
    """The resources that take an admin key."""

    @cached_property
    def api_keys(self) -> APIKeys:
        """Create, list and revoke API keys."""
        return APIKeys(self._client)

    @property
    def with_raw_response(self) -> AdminView[APIKeysResourceWithRawResponse]:
        """The same resources, whose calls return the response itself."""
        return AdminView(self.api_keys.with_raw_response)

    @property
    def with_streaming_response(self) -> AdminView[APIKeysResourceWithStreamingResponse]:
        """The same resources, whose calls are context managers with an open response."""
        return AdminView(self.api_keys.with_streaming_response)


class AsyncAdminResource(admin.AsyncAdminResource):
    """The resources that take an admin key."""

    @cached_property
    def api_keys(self) -> AsyncAPIKeys:
        """Create, list and revoke API keys."""
        return AsyncAPIKeys(self._client)

    @property
    def with_raw_response(self) -> AdminView[AsyncAPIKeysResourceWithRawResponse]:
        """The same resources, whose calls return the response itself."""
        return AdminView(self.api_keys.with_raw_response)

    @property
    def with_streaming_response(self) -> AdminView[AsyncAPIKeysResourceWithStreamingResponse]:
        """The same resources, whose calls are context managers with an open response."""
        return AdminView(self.api_keys.with_streaming_response)
