"""Endpoints that the contract does not have: ``client.get("/path", cast_to=...)`` and its kin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, Protocol, Self, TypedDict, TypeVar, overload
from urllib.parse import urlsplit

from boltz_api.core.casting import as_type, check_castable
from boltz_api.core.checking import check_text, check_url_text, did_you_mean, shown
from boltz_api.core.encoding import encoded
from boltz_api.core.exchange import exchange
from boltz_api.core.headers import HeaderLayer
from boltz_api.core.prepare import Prepared, retries_of, url_of
from boltz_api.core.redirects import origin
from boltz_api.core.steps import Flow
from boltz_api.core.wire import WireRequest
from boltz_api.errors import ArgumentTypeError, ArgumentValueError
from boltz_api.resources.arguments import flow_from
from boltz_api.resources.binding import Binding, Resource
from boltz_api.resources.modes import Async, Mode, Sync
from boltz_api.sentinels import NOT_GIVEN, Omit
from boltz_api.settings import Settings, header_settings, mapping_setting, timeouts_setting
from boltz_api_generated.request import Timeout

T = TypeVar("T")

# What RFC 9110 calls idempotent: sent twice, they do no more than once.
_REPEATABLE: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})


class RequestOptions(TypedDict, total=False):
    """How a request to an undocumented endpoint is made."""

    headers: Mapping[str, str | Omit]
    params: Mapping[str, object]
    extra_json: Mapping[str, object]
    timeout: float | Timeout | None
    max_retries: int


def undocumented(
    settings: Settings,
    method: str,
    path: str,
    *,
    cast_to: type[T],
    body: object | None = None,
    content: bytes | str | None = None,
    options: RequestOptions | None = None,
) -> Flow[T]:
    """Send a request that the contract does not describe.

    Args:
        settings: The client's.
        method: Such as ``GET``.
        path: Below ``base_url``, or a full URL of the same origin.
        cast_to: What to make of the answer: a model, ``dict``, ``list``, ``object``, ``str``, ``bytes``, ``None``'s
            type, or ``httpx.Response``.
        body: Sent as JSON.
        content: Sent as it is.
        options: Headers, query and the like.

    Raises:
        ArgumentTypeError: Both ``body`` and ``content`` are given, an option does not exist, or nothing can be made
            into ``cast_to``.

    """
    chosen: RequestOptions = options or {}
    _check(chosen, body, content)
    check_castable(cast_to, argument="cast_to")
    sent = _content(body, content, chosen.get("extra_json"))
    query = {**settings.custom_query, **mapping_setting("params", chosen.get("params"))}
    headers = header_settings("headers", chosen.get("headers"))
    standard: HeaderLayer = {} if sent is None or content is not None else {"content-type": "application/json"}
    prepared: Prepared[T] = Prepared(
        WireRequest(
            method,
            url_of(
                settings.base_url,
                path_below(settings.base_url, path),
                query,
            ),
            settings.request_headers(standard, headers),
            sent,
            settings.request_secrets(headers),
        ),
        timeouts_setting(chosen.get("timeout", NOT_GIVEN), settings.timeouts),
        retries_of(chosen, settings),
        method in _REPEATABLE,
        answer=cast_to,
        operation=None,
        arguments={},
    )
    received = yield from exchange(prepared, settings)
    return as_type(received.response, cast_to, argument="cast_to")


def path_below(base_url: str, path: str) -> str:
    """``path``, which may be a full URL, as a path below ``base_url``.

    Raises:
        ArgumentValueError: It is elsewhere, where the key must not go, or malformed.

    """
    if not isinstance(path, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a type checker
        raise ArgumentTypeError(f"path: expected a string, got {shown(path)}", argument="path")
    check_url_text("path", path)
    if any(character.isspace() or not character.isprintable() for character in path):
        raise ArgumentValueError(f"path: must not hold spaces or line breaks, got {shown(path)}", argument="path")
    try:
        absolute = bool(urlsplit(path).scheme or urlsplit(path).netloc)
        below = not absolute or (origin(path) == origin(base_url) and path.startswith(base_url))
    except ValueError:
        raise ArgumentValueError(f"path: not a URL: {shown(path)}", argument="path") from None
    if not below:
        raise ArgumentValueError(f"path: the API key goes to {base_url} only, not to {shown(path)}", argument="path")
    return path.removeprefix(base_url)


def _check(options: RequestOptions, body: object | None, content: bytes | str | None) -> None:
    if body is not None and content is not None:
        raise ArgumentTypeError("body, content: expected one of them, got both", argument="body")
    for name in options:
        if name not in RequestOptions.__annotations__:
            hint = did_you_mean(name, RequestOptions.__annotations__)
            raise ArgumentTypeError(f"options: there is no {name!r}{hint}", argument="options")


def _content(body: object | None, content: bytes | str | None, extra: Mapping[str, object] | None) -> bytes | None:
    if content is not None:
        if isinstance(content, str):
            check_text("content", content)
            return content.encode()
        return content
    if body is None and not extra:
        return None
    return encoded({} if body is None else body, extra, argument="body", extra_argument="extra_json")


class ThreadedGet(Protocol):
    """``get`` of ``Boltz``."""

    def __call__(self, path: str, *, cast_to: type[T], options: RequestOptions = ...) -> T: ...


class TaskedGet(Protocol):
    """``get`` of ``AsyncBoltz``."""

    async def __call__(self, path: str, *, cast_to: type[T], options: RequestOptions = ...) -> T: ...


class ThreadedSend(Protocol):
    """``post``, ``put``, ``patch`` and ``delete`` of ``Boltz``."""

    def __call__(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object | None = None,
        content: bytes | str | None = None,
        options: RequestOptions = ...,
    ) -> T: ...


class TaskedSend(Protocol):
    """``post``, ``put``, ``patch`` and ``delete`` of ``AsyncBoltz``."""

    async def __call__(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object | None = None,
        content: bytes | str | None = None,
        options: RequestOptions = ...,
    ) -> T: ...


S = TypeVar("S")
A = TypeVar("A")


class Verb(Binding[...], Generic[S, A]):
    """A method of HTTP: ``S`` is how it is called with threads, ``A`` with tasks."""

    def __init__(self, method: str) -> None:
        super().__init__(undocumented)
        self._method = method

    @overload
    def __get__(self, resource: None, owner: type) -> Self: ...
    @overload
    def __get__(self, resource: Resource[Sync], owner: type) -> S: ...
    @overload
    def __get__(self, resource: Resource[Async], owner: type) -> A: ...
    def __get__(self, resource: Any, owner: type) -> Any:
        return self if resource is None else self._of(resource)

    def _made(self, mode: Mode) -> Callable[..., Any]:
        def flow(*args: Any, **kwargs: Any) -> Flow[Any]:
            return flow_from(undocumented, (mode.session.settings, self._method), args, kwargs, called=self.__name__)

        return mode.caller(flow)

    def leading(self) -> int:
        """The settings come from the client, the method from the binding."""
        return 2

    def returns(self, mode: type[Mode], result: object) -> object:  # noqa: ARG002  # the caller says it
        """What ``cast_to`` says."""
        return T
