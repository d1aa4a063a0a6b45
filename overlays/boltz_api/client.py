"""``Boltz`` and ``AsyncBoltz``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Generic, Self, TypeVar

from msgspec.structs import replace

from boltz_api.core.headers import merged
from boltz_api.core.representation import even_half_built
from boltz_api.errors import ArgumentValueError
from boltz_api.resources.admin import Admin, Root, admin_in
from boltz_api.resources.binding import M, Resource, View
from boltz_api.resources.modes import Async, AsyncRaw, AsyncStreamed, Raw, Session, Streamed, Sync
from boltz_api.resources.undocumented import TaskedGet, TaskedSend, ThreadedGet, ThreadedSend, Verb
from boltz_api.sentinels import NOT_GIVEN, NotGiven, Omit
from boltz_api.settings import (
    DEFAULT_MAX_RESPONSE_BYTES,
    DEFAULT_MAX_RETRIES,
    DEFAULT_TOTAL_TIMEOUT,
    Settings,
    Tempo,
    TimeoutArgument,
    api_key_setting,
    base_url_setting,
    count_setting,
    default_timeouts,
    environment_headers,
    header_settings,
    insecure_http_setting,
    mapping_setting,
    seconds_setting,
    timeouts_setting,
)
from boltz_api.transport.asynchronous import AsyncConnections, AsyncShell
from boltz_api.transport.seams import AsyncHTTPClient, SyncHTTPClient, check_http_client
from boltz_api.transport.sync import SyncConnections, SyncShell

if TYPE_CHECKING:
    import httpx


H = TypeVar("H")
"""The HTTP client that may be passed in."""
X = TypeVar("X", bound="SyncShell | AsyncShell")
"""What performs the calls."""


class Client(Resource[M], Generic[M, H, X]):
    """What both clients share: the settings, and the resources that are called with them."""

    _session: Session
    _shell: X

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
        _tempo: Tempo | None = None,
        _strict_response_validation: bool = True,
    ) -> None:
        try:
            key = api_key_setting(api_key)
            headers = header_settings("default_headers", default_headers)
        finally:
            del api_key, default_headers  # crash reporters send the locals of every frame
        insecure = insecure_http_setting(allow_insecure_http)
        settings = Settings(
            api_key=key,
            base_url=base_url_setting(base_url, allow_insecure_http=insecure),
            timeouts=timeouts_setting(timeout, default_timeouts(http_client)),
            max_retries=count_setting("max_retries", max_retries, least=0),
            total_timeout=seconds_setting("total_timeout", total_timeout),
            max_response_bytes=count_setting("max_response_bytes", max_response_bytes, least=1),
            allow_insecure_http=insecure,
            custom_headers={**environment_headers(), **headers},
            custom_query=dict(mapping_setting("default_query", default_query)),
            tempo=_tempo or Tempo(),
        )
        self._begin(settings, self._new_shell(http_client, settings))

    def _begin(self, settings: Settings, shell: X) -> None:
        self._shell = shell
        self._session = Session(settings, shell)
        super().__init__(self._new_mode(self._session))

    def _new_mode(self, session: Session) -> M:
        raise NotImplementedError

    def _new_shell(self, http_client: H | None, settings: Settings) -> X:
        raise NotImplementedError

    def _borrowed_shell(self) -> X:
        raise NotImplementedError

    with_raw_response: View[Root[Raw], Root[AsyncRaw]] = View(Raw, AsyncRaw, of=Root)
    with_streaming_response: View[Root[Streamed], Root[AsyncStreamed]] = View(Streamed, AsyncStreamed, of=Root)

    @cached_property
    def admin(self) -> Admin[M]:
        """What takes an admin key: ``client.admin.api_keys``."""
        return admin_in(self._mode)

    get: Verb[ThreadedGet, TaskedGet] = Verb("GET")
    post: Verb[ThreadedSend, TaskedSend] = Verb("POST")
    put: Verb[ThreadedSend, TaskedSend] = Verb("PUT")
    patch: Verb[ThreadedSend, TaskedSend] = Verb("PATCH")
    delete: Verb[ThreadedSend, TaskedSend] = Verb("DELETE")

    @property
    def api_key(self) -> str | None:
        """The key that requests carry."""
        key = self._session.settings.api_key
        return None if key is None else key.reveal()

    @api_key.setter
    def api_key(self, value: str) -> None:
        try:
            key = api_key_setting(value)
        finally:
            del value  # crash reporters send the locals of every frame
        self._session.settings = replace(self._session.settings, api_key=key)

    @property
    def base_url(self) -> httpx.URL:
        """Where the service is."""
        import httpx

        return httpx.URL(self._session.settings.base_url)

    @base_url.setter
    def base_url(self, value: str | httpx.URL) -> None:
        old = self._session.settings
        url = base_url_setting(value, allow_insecure_http=old.allow_insecure_http)
        self._session.settings = replace(old, base_url=url)

    @property
    def timeout(self) -> httpx.Timeout:
        """How long each phase of a request may take."""
        import httpx

        return httpx.Timeout(self._session.settings.timeouts)

    @timeout.setter
    def timeout(self, value: TimeoutArgument) -> None:
        old = self._session.settings
        self._session.settings = replace(old, timeouts=timeouts_setting(value, old.timeouts))

    @property
    def max_retries(self) -> int:
        """How often a failed request is tried again."""
        return self._session.settings.max_retries

    @max_retries.setter
    def max_retries(self, value: int) -> None:
        retries = count_setting("max_retries", value, least=0)
        self._session.settings = replace(self._session.settings, max_retries=retries)

    @property
    def total_timeout(self) -> float | None:
        """How long a whole call may take, retries included."""
        return self._session.settings.total_timeout

    @property
    def auth_headers(self) -> dict[str, str]:
        """What tells the service who is asking: the key, if there is one."""
        key = self.api_key
        return {} if key is None else {"x-api-key": key}

    @property
    def default_headers(self) -> dict[str, str | Omit]:
        """What every request carries, the key included."""
        return dict(self._session.settings.headers)

    @property
    def default_query(self) -> dict[str, object]:
        """What every request asks in addition."""
        return dict(self._session.settings.custom_query)

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
        """A client with other settings, on the same connections unless ``http_client`` is given.

        Closing it leaves the connections open: they are the original's.

        Args:
            api_key: As for the constructor, like the others that are not explained here.
            base_url: Where the service is.
            timeout: Seconds for each phase of a request.
            http_client: An HTTP client of its own.
            max_retries: How often a failed request is tried again.
            total_timeout: Seconds for a whole call.
            default_headers: In addition to this client's.
            set_default_headers: Instead of this client's.
            default_query: In addition to this client's.
            set_default_query: Instead of this client's.

        Raises:
            ArgumentTypeError: An argument has the wrong type.
            ArgumentValueError: An argument has a wrong value, or headers or the query are given both ways at once.

        """
        old = self._session.settings
        anew = set_default_headers is not None
        both_ways = {
            "default_headers": None not in (default_headers, set_default_headers),
            "default_query": None not in (default_query, set_default_query),
        }
        try:
            key = api_key_setting(api_key) if api_key else old.api_key
            headers = header_settings("default_headers", default_headers or set_default_headers)
        finally:
            del api_key, default_headers, set_default_headers  # crash reporters send the locals of every frame
        for name, both in both_ways.items():
            if both:
                raise ArgumentValueError(f"{name}, set_{name}: expected one of them, got both", argument=name)
        settings = replace(
            old,
            api_key=key,
            base_url=(
                base_url_setting(base_url, allow_insecure_http=old.allow_insecure_http) if base_url else old.base_url
            ),
            timeouts=timeouts_setting(timeout, old.timeouts),
            max_retries=(
                old.max_retries
                if isinstance(max_retries, NotGiven)
                else count_setting("max_retries", max_retries, least=0)
            ),
            total_timeout=(
                old.total_timeout
                if isinstance(total_timeout, NotGiven)
                else seconds_setting("total_timeout", total_timeout)
            ),
            custom_headers=headers if anew else merged(old.custom_headers, headers),
            custom_query=(
                {**old.custom_query, **mapping_setting("default_query", default_query)}
                if set_default_query is None
                else dict(mapping_setting("set_default_query", set_default_query))
            ),
        )
        clone = type(self).__new__(type(self))
        clone._begin(  # noqa: SLF001  # it is one of us
            settings, self._borrowed_shell() if http_client is None else self._new_shell(http_client, settings)
        )
        return clone

    with_options = copy

    def is_closed(self) -> bool:
        """Whether this client, or what it sends through, has been closed."""
        return self._shell.closed

    @even_half_built
    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._session.settings.base_url!r})"


class Boltz(Client[Sync, SyncHTTPClient, SyncShell]):
    """The client for threads; any number of them may share one.

    Args:
        api_key: An admin key. Left out, the environment's ``BOLTZ_API_KEY``.
        base_url: Where the service is. Left out, the environment's ``BOLTZ_BASE_URL``, or https://api.boltz.bio.
        timeout: Seconds for each phase of a request, or an ``httpx.Timeout``; 60, and 5 to connect. ``None`` waits
            for ever.
        max_retries: How often a failed request is tried again, where that does no harm.
        total_timeout: Seconds for a whole call, all tries and waits between them included.
        default_headers: Sent with every request, over what ``BOLTZ_CUSTOM_HEADERS`` says.
        default_query: Sent with every request.
        http_client: An HTTP client to use, of httpx or httpx2; ``close()`` closes it, too.
        max_response_bytes: An answer larger than that is an error.
        allow_insecure_http: Send the key over plain ``http://`` to other machines, too. The environment's
            ``BOLTZ_ALLOW_INSECURE_HTTP=1`` says the same.

    Raises:
        ArgumentTypeError: An argument has the wrong type.
        ArgumentValueError: An argument has a wrong value.

    """

    def _new_mode(self, session: Session) -> Sync:
        return Sync(session)

    def _new_shell(self, http_client: SyncHTTPClient | None, settings: Settings) -> SyncShell:
        check_http_client(http_client, "close", "an httpx.Client")
        return SyncShell(SyncConnections(http_client), settings.tempo)

    def _borrowed_shell(self) -> SyncShell:
        return self._shell.borrowed()

    def close(self) -> None:
        """Close the connections; the client is of no use afterwards."""
        self._shell.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncBoltz(Client[Async, AsyncHTTPClient, AsyncShell]):
    """The client for tasks, under asyncio or trio; any number of them may share one.

    Connections belong to an event loop. A client that is used in one loop after the other opens new ones in each.

    Args:
        api_key: An admin key. Left out, the environment's ``BOLTZ_API_KEY``.
        base_url: Where the service is. Left out, the environment's ``BOLTZ_BASE_URL``, or https://api.boltz.bio.
        timeout: Seconds for each phase of a request, or an ``httpx.Timeout``; 60, and 5 to connect. ``None`` waits
            for ever.
        max_retries: How often a failed request is tried again, where that does no harm.
        total_timeout: Seconds for a whole call, all tries and waits between them included.
        default_headers: Sent with every request, over what ``BOLTZ_CUSTOM_HEADERS`` says.
        default_query: Sent with every request.
        http_client: An HTTP client to use, of httpx or httpx2; ``close()`` closes it, too.
        max_response_bytes: An answer larger than that is an error.
        allow_insecure_http: Send the key over plain ``http://`` to other machines, too. The environment's
            ``BOLTZ_ALLOW_INSECURE_HTTP=1`` says the same.

    Raises:
        ArgumentTypeError: An argument has the wrong type.
        ArgumentValueError: An argument has a wrong value.

    """

    def _new_mode(self, session: Session) -> Async:
        return Async(session)

    def _new_shell(self, http_client: AsyncHTTPClient | None, settings: Settings) -> AsyncShell:
        check_http_client(http_client, "aclose", "an httpx.AsyncClient")
        return AsyncShell(AsyncConnections(http_client), settings.tempo)

    def _borrowed_shell(self) -> AsyncShell:
        return self._shell.borrowed()

    async def close(self) -> None:
        """Close this event loop's connections; the client is of no use afterwards."""
        await self._shell.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
