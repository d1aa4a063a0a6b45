"""Every failure is a ``BoltzError``; every one can be pickled; none shows a secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, Self, cast

from boltz_api.delays import demanded_delay
from boltz_api.redact import redact_request, redact_response

if TYPE_CHECKING:
    import httpx

    from boltz_api_generated.models import APIKey, APIKeyCreateResponse

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "ArgumentError",
    "ArgumentTypeError",
    "ArgumentValueError",
    "AuthenticationError",
    "BadRequestError",
    "BoltzError",
    "ClientClosedError",
    "ConflictError",
    "InternalServerError",
    "MissingAPIKeyError",
    "NoNextPageError",
    "NoSuchKeyError",
    "NotFoundError",
    "PaginationError",
    "PermissionDeniedError",
    "RateLimitError",
    "RedirectError",
    "RotationError",
    "UnprocessableEntityError",
]


class BoltzError(Exception):
    """The base of every error of this package."""

    def __reduce__(self) -> tuple[Callable[..., BoltzError], tuple[object, ...]]:
        # The constructors take keywords, which the default way of pickling exceptions cannot replay.
        return _restored, (type(self), self.args, self._state())

    def _state(self) -> dict[str, object]:
        """Return the attributes that a pickle keeps besides the message."""
        return dict(vars(self))


def _restored(kind: type[BoltzError], args: tuple[object, ...], state: dict[str, object]) -> BoltzError:
    error = kind.__new__(kind, *args)
    vars(error).update(state)
    return error


class ArgumentError(BoltzError):
    """An argument breaks the contract or a rule of this client. Nothing was sent."""

    argument: str | None
    """The argument's name, such as ``name`` or ``allowed_ips[1]``."""

    def __init__(self, message: str, *, argument: str | None = None) -> None:
        super().__init__(message)
        self.argument = argument


class ArgumentValueError(ArgumentError, ValueError):
    """An argument has the right type and a wrong value."""


class ArgumentTypeError(ArgumentError, TypeError):
    """An argument has the wrong type, is missing, or does not exist."""


class MissingAPIKeyError(BoltzError, TypeError):
    """No API key was given, neither to the client nor in the environment. Nothing was sent."""


class ClientClosedError(BoltzError, RuntimeError):
    """The client was used after it was closed. Nothing was sent."""


CLOSED: Final = "This client has been closed; make a new one."


class PaginationError(BoltzError):
    """The server's cursors are unusable: one is missing, or repeats an earlier one."""


class NoNextPageError(BoltzError, RuntimeError):
    """The page has no next one; check ``has_next_page()`` first."""


class NoSuchKeyError(BoltzError, LookupError):
    """No key has that ID, or this client's key may not see it."""


class RotationError(BoltzError):
    """A key could not be rotated. At least one key goes on working."""

    stage: Literal["lookup", "create", "compare", "check", "revoke"]
    """The step that failed. ``compare``: the successor was made, and is not what was asked for."""
    old: APIKey | None
    """The key to replace, as it was found."""
    new: APIKeyCreateResponse | None
    """The successor, if it was made. A pickle of this error leaves it out: it holds the secret."""
    working: tuple[str, ...]
    """The IDs of the keys that are known to work."""

    def __init__(
        self,
        message: str,
        *,
        stage: Literal["lookup", "create", "compare", "check", "revoke"],
        old: APIKey | None = None,
        new: APIKeyCreateResponse | None = None,
        working: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.stage = stage
        self.old = old
        self.new = new
        self.working = working

    def _state(self) -> dict[str, object]:
        return {**super()._state(), "new": None}


class APIError(BoltzError):
    """A request was made, or attempted, and gave no usable response."""

    message: str
    request: httpx.Request
    """The request with its secrets masked: an ``httpx.Request``, or one of httpx2 where the client uses that."""

    outcome_unknown: bool = False
    """True where the request may have taken effect, no usable response was received, and a retry could do it twice.

    ``client.admin.api_keys.candidates(error)`` then lists the keys that it may have created.
    """

    operation: str | None = None
    """The operation's name in the contract; ``None`` for an undocumented endpoint."""

    arguments: Mapping[str, object] = {}  # never written to; a call replaces it
    """The arguments of the call, by wire name."""

    started_at: datetime | None = None
    """When the call began, by this machine's clock."""

    _started: float | None = None
    """When the call began, by the monotonic clock; of no meaning in another process."""

    _secretive: bool = True
    """True if a response may hold a secret, which a pickle must not."""

    def __init__(self, message: str, request: object, *, body: object | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.request = cast("httpx.Request", request)  # or the like of httpx2
        if body is not None:
            self._body = body

    @property
    def body(self) -> object | None:
        """The response's body: decoded if it is JSON, else its text; ``None`` if no response was received."""
        return getattr(self, "_body", None)

    def describe(
        self,
        *,
        operation: str | None,
        arguments: Mapping[str, object],
        started_at: datetime,
        started: float,
        outcome_unknown: bool,
        secretive: bool,
        advice: str = "",
    ) -> Self:
        """Attach the call that failed."""
        self.operation = operation
        self.arguments = arguments
        self.started_at = started_at
        self._started = started
        self.outcome_unknown = outcome_unknown
        self._secretive = secretive
        if outcome_unknown:
            hint = f"; {advice}" if advice else ""
            self.args = (f"{self.args[0]} (the request may have taken effect; it was not repeated{hint})",)
        return self

    def seconds_since(self, monotonic: float) -> float | None:
        """Return how long ago the call began, at ``monotonic``; ``None`` where that is not known."""
        return None if self._started is None else monotonic - self._started

    def _state(self) -> dict[str, object]:
        state = {**super()._state(), "request": redact_request(self.request), "_started": None}
        response: httpx.Response | None = getattr(self, "response", None)
        if response is not None:
            content = b"" if self._secretive else response.content
            state["response"] = redact_response(response, redact_request(self.request), content=content)
        return state


class APIResponseValidationError(APIError):
    """A response was received that does not fit the contract, or is not what was asked for.

    ``response`` holds it as received, and ``body`` its text: a key that was created is in there. Neither the message
    nor ``repr`` nor a pickle shows it.
    """

    response: httpx.Response
    status_code: int
    path: str | None
    """The path to the fault in the response, such as ``$.data[3].created_at``."""

    def __init__(
        self,
        response: object,
        body: object | None = None,
        *,
        message: str | None = None,
        path: str | None = None,
    ) -> None:
        super().__init__(
            message or "Data returned by API invalid for expected schema.", _request_of(response), body=body
        )
        self.response = cast("httpx.Response", response)
        self.status_code = self.response.status_code
        self.path = path

    @property
    def body(self) -> object | None:
        """The response's text as received, secrets included."""
        given: object = getattr(self, "_body", None)
        return self.response.text if given is None else given

    def _state(self) -> dict[str, object]:
        return {name: value for name, value in super()._state().items() if name != "_body"}


class APIStatusError(APIError):
    """A response was received with a status other than 2xx."""

    response: httpx.Response
    """The response as received; its request has its secrets masked."""
    status_code: int

    def __init__(self, message: str, *, response: object, body: object | None = None) -> None:
        super().__init__(message, _request_of(response), body=body)
        self.response = cast("httpx.Response", response)
        self.status_code = self.response.status_code

    @property
    def code(self) -> str | None:
        """The service's error code, such as ``not_found``."""
        code = self._fields().get("code")
        return code if isinstance(code, str) else None

    @property
    def details(self) -> object | None:
        """The service's details beyond code and message, such as the fields that failed validation."""
        return self._fields().get("details")

    @property
    def request_id(self) -> str | None:
        """The service's name for this request, to be quoted in a support case."""
        request_id: str | None = self.response.headers.get("x-request-id")
        return request_id

    @property
    def retry_after(self) -> float | None:
        """The seconds to wait before a retry, according to the service."""
        return demanded_delay(self.response.headers)

    def _fields(self) -> Mapping[str, object]:
        body = self.body
        return cast("Mapping[str, object]", body) if isinstance(body, dict) else {}


class BadRequestError(APIStatusError):
    """400: the request is malformed."""


class AuthenticationError(APIStatusError):
    """401: the key is missing or invalid."""


class PermissionDeniedError(APIStatusError):
    """403: the key lacks permission; only an admin key may manage keys."""


class NotFoundError(APIStatusError):
    """404: no such resource."""


class ConflictError(APIStatusError):
    """409: a conflicting request is under way."""


class UnprocessableEntityError(APIStatusError):
    """422: the service's validation failed; see ``details``."""


class RateLimitError(APIStatusError):
    """429: too many requests; see ``retry_after``."""


class InternalServerError(APIStatusError):
    """500 and up: the server's fault."""


class RedirectError(APIStatusError):
    """3xx: the response points elsewhere, and following it could leak the key or repeat the request."""


class APIConnectionError(APIError):
    """No response was received: the connection could not be made, or was lost."""

    response: httpx.Response | None = None
    """The part of a response that was received before the connection was lost."""

    def __init__(self, *, message: str = "Connection error.", request: object) -> None:
        super().__init__(message, request)


class APITimeoutError(APIConnectionError):
    """No response was received in time."""

    def __init__(self, request: object, *, message: str = "Request timed out.") -> None:
        super().__init__(message=message, request=request)


_BY_STATUS: Final[dict[int, type[APIStatusError]]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def status_error_type(status: int) -> type[APIStatusError]:
    """The error for a status that is not 2xx."""
    if status >= 500:
        return InternalServerError
    if 300 <= status <= 399:
        return RedirectError
    return _BY_STATUS.get(status, APIStatusError)


def _request_of(response: Any) -> httpx.Request:  # Any: code without a type checker may pass anything
    if not hasattr(response, "status_code"):
        raise TypeError(f"expected a response, got {type(response).__name__}")
    try:
        request: httpx.Request = response.request
    except RuntimeError:  # a response that was made without a request, as tests do
        import httpx

        return httpx.Request("", "")
    return request
