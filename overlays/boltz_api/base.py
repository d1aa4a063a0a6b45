"""The base of every client, whatever the contract: settings, connections, and calls to undocumented endpoints.

The generated root classes derive from these, and say where the service is and how it takes the key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType, TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Concatenate, Final, Generic, ParamSpec, Self, TypedDict, TypeVar, cast
from urllib.parse import urlsplit

from msgspec import UNSET
from msgspec.structs import replace

from boltz_api.async_transport import AsyncConnections, AsyncTransport
from boltz_api.delays import Timing
from boltz_api.errors import ArgumentTypeError, ArgumentValueError
from boltz_api.flow import Flow, exchange
from boltz_api.http_client import AsyncHTTPClient, SyncHTTPClient, check_http_client
from boltz_api.redact import NotPickled, Secret
from boltz_api.request import (
    NOT_GIVEN,
    CallOptions,
    NotGiven,
    Omit,
    Operation,
    Request,
    Security,
    Timeout,
    build_request,
    checked_headers,
    mapping,
    merge_headers,
    timeouts_from,
    whole_number,
)
from boltz_api.response import check_castable, decode_as
from boltz_api.retry import origin
from boltz_api.settings import (
    DEFAULT_MAX_RESPONSE_BYTES,
    DEFAULT_MAX_RETRIES,
    DEFAULT_TOTAL_TIMEOUT,
    Settings,
    TimeoutArgument,
    api_key_from,
    base_url_from,
    custom_headers,
    default_timeouts,
    insecure_http_from,
    seconds_from,
)
from boltz_api.sync_transport import SyncConnections, SyncTransport
from boltz_api.validation import check_url_text, did_you_mean, shown

if TYPE_CHECKING:
    import httpx

H = TypeVar("H")
"""The HTTP client that may be passed in."""
P = ParamSpec("P")
R = TypeVar("R")
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


class BaseClient(NotPickled, Generic[H]):
    """The base of the clients for threads and for tasks.

    Args:
        api_key: The key. Left out, the environment's ``BOLTZ_API_KEY``.
        base_url: Where the service is. Left out, the environment's ``BOLTZ_BASE_URL``, or the contract's server.
        timeout: Seconds for each phase of a request, or an ``httpx.Timeout``; 60, and 5 to connect. ``None`` waits
            for ever.
        max_retries: How often a failed request is repeated, where that does no harm.
        total_timeout: Seconds for a whole call, all retries and the waits between them included. With threads, a
            server that sends the *headers* of its response byte by byte can exceed it, as can one over HTTP/2.
        default_headers: Sent with every request, over what ``BOLTZ_CUSTOM_HEADERS`` says.
        default_query: Sent with every request.
        http_client: An HTTP client to use, of httpx or httpx2; ``close()`` closes it, too.
        max_response_bytes: A larger response is an error.
        allow_insecure_http: Send the key over plain ``http://`` to other machines, too. The environment's
            ``BOLTZ_ALLOW_INSECURE_HTTP=1`` says the same.

    Raises:
        ArgumentTypeError: An argument has the wrong type.
        ArgumentValueError: An argument has a wrong value.

    """

    _server: ClassVar[str] = ""
    """The contract's URL."""
    _security: ClassVar[Security | None] = None
    """How a request carries the key, by the contract."""

    _pickle_instead = "make another where it is needed: Boltz() takes the key from BOLTZ_API_KEY"

    _settings: Settings
    _transport: Any

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | httpx.URL | None = None,
        timeout: TimeoutArgument = NOT_GIVEN,
        max_retries: int = DEFAULT_MAX_RETRIES,
        total_timeout: float | None = DEFAULT_TOTAL_TIMEOUT,
        default_headers: Mapping[str, str | Omit] | None = None,
        default_query: Mapping[str, object] | None = None,
        http_client: H | None = None,
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
        allow_insecure_http: bool | None = None,
        _timing: Timing | None = None,
        _strict_response_validation: bool = True,
    ) -> None:
        # Wrapped before anything can fail: crash reporters send the locals of every frame.
        key, headers = Secret(api_key), Secret(default_headers)
        del api_key, default_headers
        insecure = insecure_http_from(allow_insecure_http)
        settings = Settings(
            base_url=base_url_from(base_url, self._server, allow_insecure_http=insecure),
            api_key=api_key_from(key, self._security),
            security=self._security,
            timeouts=timeouts_from(timeout, default_timeouts(http_client)),
            max_retries=whole_number("max_retries", max_retries, least=0),
            total_timeout=seconds_from("total_timeout", total_timeout),
            max_response_bytes=whole_number("max_response_bytes", max_response_bytes, least=1),
            allow_insecure_http=insecure,
            headers=custom_headers(headers),
            query=dict(mapping("default_query", default_query)),
            timing=_timing or Timing(),
        )
        self._connect(settings, http_client)

    def _connect(self, settings: Settings, http_client: H | None) -> None:
        """Start with ``settings``, on connections of its own."""
        raise NotImplementedError

    @property
    def api_key(self) -> str | None:
        """The key that requests carry."""
        key = self._settings.api_key
        return None if key is None else key.reveal()

    @api_key.setter
    def api_key(self, value: str) -> None:
        key = Secret(value)
        del value
        self._settings = replace(self._settings, api_key=api_key_from(cast("Secret[str | None]", key), self._security))

    @property
    def base_url(self) -> httpx.URL:
        """The URL of the service."""
        import httpx

        return httpx.URL(self._settings.base_url)

    @base_url.setter
    def base_url(self, value: str | httpx.URL) -> None:
        old = self._settings
        url = base_url_from(value, self._server, allow_insecure_http=old.allow_insecure_http)
        self._settings = replace(old, base_url=url)

    @property
    def timeout(self) -> httpx.Timeout:
        """How long each phase of a request may take."""
        import httpx

        return httpx.Timeout(self._settings.timeouts)

    @timeout.setter
    def timeout(self, value: TimeoutArgument) -> None:
        self._settings = replace(self._settings, timeouts=timeouts_from(value, self._settings.timeouts))

    @property
    def max_retries(self) -> int:
        """How often a failed request is repeated."""
        return self._settings.max_retries

    @max_retries.setter
    def max_retries(self, value: int) -> None:
        self._settings = replace(self._settings, max_retries=whole_number("max_retries", value, least=0))

    @property
    def total_timeout(self) -> float | None:
        """How long a whole call may take, retries included."""
        return self._settings.total_timeout

    @property
    def auth_headers(self) -> dict[str, str]:
        """The header that carries the key, if there is one."""
        return self._settings.credential(self._security)

    @property
    def default_headers(self) -> dict[str, str | Omit]:
        """The headers of every request, the key included."""
        return dict(self._settings.standard_headers)

    @property
    def default_query(self) -> dict[str, object]:
        """The query parameters that are added to every request."""
        return dict(self._settings.query)

    def copy(
        self,
        *,
        api_key: str | None = None,
        base_url: str | httpx.URL | None = None,
        timeout: TimeoutArgument = NOT_GIVEN,
        http_client: H | None = None,
        max_retries: int | NotGiven = NOT_GIVEN,
        total_timeout: float | NotGiven | None = NOT_GIVEN,
        default_headers: Mapping[str, str | Omit] | None = None,
        set_default_headers: Mapping[str, str | Omit] | None = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
    ) -> Self:
        """Return a client with other settings, on the same connections unless ``http_client`` is given.

        Closing it leaves the connections open: they are the original's.

        Args:
            api_key: As for the constructor, like the others that are not explained here.
            base_url: Where the service is.
            timeout: Seconds for each phase of a request.
            http_client: An HTTP client of its own.
            max_retries: How often a failed request is repeated.
            total_timeout: Seconds for a whole call.
            default_headers: In addition to this client's.
            set_default_headers: Instead of this client's.
            default_query: In addition to this client's.
            set_default_query: Instead of this client's.

        Raises:
            ArgumentTypeError: An argument has the wrong type.
            ArgumentValueError: An argument has a wrong value, or headers or the query are given both ways at once.

        """
        key, added, instead = Secret(api_key or None), Secret(default_headers), Secret(set_default_headers)
        del api_key, default_headers, set_default_headers
        for name, ways in {
            "default_headers": (added.reveal(), instead.reveal()),
            "default_query": (default_query, set_default_query),
        }.items():
            if None not in ways:
                del ways
                raise ArgumentValueError(f"{name}, set_{name}: expected one of them, got both", argument=name)
            del ways
        old = self._settings
        headers = Secret(old.headers.reveal() if instead.reveal() is None else {})
        more = checked_headers("default_headers", added if added.reveal() is not None else instead.reveal())
        query = mapping("default_query", default_query)
        if set_default_query is not None:
            query = mapping("set_default_query", set_default_query)
        settings = replace(
            old,
            api_key=old.api_key if key.reveal() is None else api_key_from(key, self._security),
            base_url=(
                base_url_from(base_url, self._server, allow_insecure_http=old.allow_insecure_http)
                if base_url
                else old.base_url
            ),
            timeouts=timeouts_from(timeout, old.timeouts),
            max_retries=(
                old.max_retries
                if isinstance(max_retries, NotGiven)
                else whole_number("max_retries", max_retries, least=0)
            ),
            total_timeout=(
                old.total_timeout
                if isinstance(total_timeout, NotGiven)
                else seconds_from("total_timeout", total_timeout)
            ),
            headers=headers if more is None else Secret(merge_headers(headers.reveal(), more.reveal())),
            query={**old.query, **query} if set_default_query is None else dict(query),
        )
        clone = type(self).__new__(type(self))
        if http_client is None:
            clone._settings, clone._transport = settings, self._transport.borrowed()  # noqa: SLF001  # it is one of us
        else:
            clone._connect(settings, http_client)  # noqa: SLF001  # it is one of us
        return clone

    with_options = copy

    def __repr__(self) -> str:
        # Crash reporters print `self` while the constructor is still at work, too.
        settings: Settings | None = getattr(self, "_settings", None)
        return f"{type(self).__name__}({'' if settings is None else f'base_url={settings.base_url!r}'})"


class SyncAPIClient(BaseClient[SyncHTTPClient]):
    """A client for threads; any number of them may share one."""

    _transport: SyncTransport

    def _connect(self, settings: Settings, http_client: SyncHTTPClient | None) -> None:
        check_http_client(http_client, "close", "an httpx.Client")
        self._settings = settings
        self._transport = SyncTransport(SyncConnections(http_client), settings.timing)

    def perform(self, flow: Callable[Concatenate[Settings, P], Flow[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        """Perform the flow that ``flow`` gives for this client's settings; for resources, not for users."""
        return self._transport.run(flow(self._settings, *args, **kwargs))

    def get(self, path: str, *, cast_to: type[T], options: RequestOptions | None = None) -> T:
        """Send a GET request to an endpoint that the contract does not describe.

        Args:
            path: Below ``base_url``, or a full URL of the same origin.
            cast_to: What to make of the response: a model, ``dict``, ``list``, ``object``, ``str``, ``bytes``, the type
                of ``None``, or ``httpx.Response``.
            options: Headers, query and the like.

        Raises:
            ArgumentTypeError: An option does not exist, or no response can be made into ``cast_to``.

        """
        options = _concealed(options)
        return self._send("GET", path, cast_to, UNSET, None, options)

    def _send(  # noqa: PLR0917  # arguments of the methods below, all of them
        self,
        method: str,
        path: str,
        cast_to: type[T],
        body: object,
        content: object,
        options: RequestOptions | None,
    ) -> T:
        return self.perform(_undocumented, method, path, cast_to, body, content, options)

    def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = UNSET,
        content: bytes | str | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """Send a POST request to an endpoint that the contract does not describe.

        Args:
            path: As for ``get``, like the others that are not explained here.
            cast_to: What to make of the response.
            body: Sent as JSON.
            content: Sent as it is.
            options: Headers, query and the like.

        Raises:
            ArgumentTypeError: Both ``body`` and ``content`` are given, or as for ``get``.

        """
        options = _concealed(options)
        return self._send("POST", path, cast_to, body, content, options)

    def put(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = UNSET,
        content: bytes | str | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """Send a PUT request; as ``post``, but repeated where it fails."""
        options = _concealed(options)
        return self._send("PUT", path, cast_to, body, content, options)

    def patch(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = UNSET,
        content: bytes | str | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """Send a PATCH request; as ``post``."""
        options = _concealed(options)
        return self._send("PATCH", path, cast_to, body, content, options)

    def delete(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = UNSET,
        content: bytes | str | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """Send a DELETE request; as ``post``, but repeated where it fails."""
        options = _concealed(options)
        return self._send("DELETE", path, cast_to, body, content, options)

    def is_closed(self) -> bool:
        """Return True if this client, or the HTTP client that it uses, has been closed."""
        return self._transport.closed

    def close(self) -> None:
        """Send nothing more, and close the connections once the calls in other threads have ended."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncAPIClient(BaseClient[AsyncHTTPClient]):
    """A client for tasks, under asyncio or trio; any number of them may share one.

    Connections belong to an event loop. A client that is used in one loop after the other opens new ones in each.
    """

    _transport: AsyncTransport

    def _connect(self, settings: Settings, http_client: AsyncHTTPClient | None) -> None:
        check_http_client(http_client, "aclose", "an httpx.AsyncClient")
        self._settings = settings
        self._transport = AsyncTransport(AsyncConnections(http_client), settings.timing)

    async def perform(self, flow: Callable[Concatenate[Settings, P], Flow[R]], *args: P.args, **kwargs: P.kwargs) -> R:
        """Perform the flow that ``flow`` gives for this client's settings; for resources, not for users."""
        return await self._transport.run(flow(self._settings, *args, **kwargs))

    async def get(self, path: str, *, cast_to: type[T], options: RequestOptions | None = None) -> T:
        """Send a GET request to an endpoint that the contract does not describe; see ``Boltz.get``."""
        options = _concealed(options)
        return await self._send("GET", path, cast_to, UNSET, None, options)

    async def _send(  # noqa: PLR0917  # as above
        self,
        method: str,
        path: str,
        cast_to: type[T],
        body: object,
        content: object,
        options: RequestOptions | None,
    ) -> T:
        return await self.perform(_undocumented, method, path, cast_to, body, content, options)

    async def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = UNSET,
        content: bytes | str | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """Send a POST request; see ``Boltz.post``."""
        options = _concealed(options)
        return await self._send("POST", path, cast_to, body, content, options)

    async def put(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = UNSET,
        content: bytes | str | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """Send a PUT request; see ``Boltz.put``."""
        options = _concealed(options)
        return await self._send("PUT", path, cast_to, body, content, options)

    async def patch(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = UNSET,
        content: bytes | str | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """Send a PATCH request; see ``Boltz.patch``."""
        options = _concealed(options)
        return await self._send("PATCH", path, cast_to, body, content, options)

    async def delete(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = UNSET,
        content: bytes | str | None = None,
        options: RequestOptions | None = None,
    ) -> T:
        """Send a DELETE request; see ``Boltz.delete``."""
        options = _concealed(options)
        return await self._send("DELETE", path, cast_to, body, content, options)

    def is_closed(self) -> bool:
        """Return True if this client, or the HTTP client that it uses, has been closed."""
        return self._transport.closed

    async def close(self) -> None:
        """Send nothing more, and close this event loop's connections."""
        await self._transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


# --- endpoints that the contract does not describe ---


def _concealed(options: Any) -> Any:  # Any: a typed dict is no dict to type checkers, and callers may pass anything
    """Return a copy of ``options`` whose headers are in an opaque object."""
    if not isinstance(options, dict):
        return options
    concealed = cast("dict[str, Any]", options.copy())
    if not isinstance(concealed.get("headers"), (Secret, NoneType)):
        concealed["headers"] = Secret(concealed["headers"])
    return concealed


def _undocumented(  # noqa: PLR0917  # as above
    settings: Settings,
    method: str,
    path: str,
    cast_to: type[T],
    body: object,
    content: object,
    options: Any,  # Any: as in _concealed
) -> Flow[T]:
    chosen = mapping("options", options)
    for name in chosen:
        if name not in RequestOptions.__annotations__:
            hint = did_you_mean(name, RequestOptions.__annotations__)
            raise ArgumentTypeError(f"options: there is no {name!r}{hint}", argument="options")
    has_content = content is not None
    if body is not UNSET and body is not None and has_content:
        raise ArgumentTypeError("body, content: expected one of them, got both", argument="body")
    check_castable(cast_to, argument="cast_to")
    operation: Operation[T] = Operation(
        name="",
        method=method,
        path=path_below(settings.base_url, path),
        body=object,
        content_type="" if has_content else "application/json",
        response=cast_to,
        repeatable=method in _REPEATABLE,
    )
    renamed = {"headers": "extra_headers", "params": "extra_query", "extra_json": "extra_body"}
    call_options = cast("CallOptions", {renamed.get(name, name): value for name, value in chosen.items()})
    sent = content if has_content else UNSET if body is None else body
    prepared = build_request(Request(operation, call_options, body=sent), settings)
    accepted = yield from exchange(settings, prepared)
    return decode_as(accepted.received, cast_to, argument="cast_to")


def path_below(base_url: str, path: object) -> str:
    """Return ``path``, which may be a full URL, as a path below ``base_url``.

    Raises:
        ArgumentTypeError: It is not a string.
        ArgumentValueError: It is elsewhere, where the key must not go, or malformed.

    """
    if not isinstance(path, str):
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
