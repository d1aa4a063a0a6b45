"""From a ``Request`` and the client's settings to what goes over the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast
from urllib.parse import urlencode

import msgspec
from msgspec import UNSET, Struct

from boltz_api.core.checking import check_url_text, checked, did_you_mean
from boltz_api.core.encoding import encoded
from boltz_api.core.headers import HeaderLayer, check_header
from boltz_api.core.plain import plain, plain_or_refused
from boltz_api.core.wire import Timeouts, WireRequest
from boltz_api.errors import ArgumentTypeError
from boltz_api.sentinels import NOT_GIVEN
from boltz_api.settings import count_setting, header_settings, mapping_setting, timeouts_setting
from boltz_api_generated.request import Operation, Request, RequestOptions

if TYPE_CHECKING:
    from boltz_api.settings import Settings

R_co = TypeVar("R_co", covariant=True)


class Prepared(Struct, Generic[R_co], frozen=True):
    """A request, checked and encoded, and what the client needs to know to see it through."""

    wire: WireRequest
    timeouts: Timeouts
    max_retries: int
    repeatable: bool
    """Whether sending it twice does no more than sending it once."""
    answer: object
    """The type of a successful answer; ``None`` where it has no content."""
    operation: str | None
    arguments: Mapping[str, object]


OPTION_NAMES: Final = frozenset(RequestOptions.__annotations__)


def prepare(request: Request[R_co], settings: Settings, *, repeatable: bool) -> Prepared[R_co]:
    """Check ``request`` against the contract and encode it.

    Args:
        request: What the caller wants.
        settings: The client's.
        repeatable: Sending it twice does no more than sending it once. GET always is.

    Raises:
        ArgumentTypeError: An argument has the wrong type, is missing or does not exist.
        ArgumentValueError: An argument has a wrong value.
        MissingAPIKeyError: There is no key to send.

    """
    operation = request.operation
    options = request.options
    _check_option_names(options, operation)
    query = {
        **settings.custom_query,
        **_checked_query(request),
        **mapping_setting("extra_query", options.get("extra_query")),
    }
    own, extra = _checked_headers(request), header_settings("extra_headers", options.get("extra_headers"))
    layers: list[HeaderLayer] = [own, extra]
    content = _encoded_body(request, mapping_setting("extra_body", options.get("extra_body")))
    if content is not None:
        layers.insert(0, {"content-type": "application/json"})
    return Prepared(
        WireRequest(
            operation.method,
            url_of(settings.base_url, request.path, query),
            settings.request_headers(*layers),
            content,
            settings.request_secrets(own, extra),
            operation.body or object,
        ),
        timeouts_setting(options.get("timeout", NOT_GIVEN), settings.timeouts),
        retries_of(options, settings),
        repeatable or operation.method == "GET",
        operation.response,
        operation.name,
        _arguments(request),
    )


def _members(body: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", body) if isinstance(body, dict) else {}


def _arguments(request: Request[object]) -> Mapping[str, object]:
    return {**request.query, **request.headers, **_members(request.body)}


def retries_of(options: Mapping[str, object], settings: Settings) -> int:
    """How often this call may be tried again."""
    given = options.get("max_retries", NOT_GIVEN)
    return settings.max_retries if given is NOT_GIVEN else count_setting("max_retries", given, least=0)


def _check_option_names(options: Mapping[str, object], operation: Operation[object]) -> None:
    for name in options:
        if name not in OPTION_NAMES:
            known = [argument.name for argument in operation.arguments]
            hint = did_you_mean(name, [*known, *sorted(OPTION_NAMES)])
            raise ArgumentTypeError(f"{name}: {operation.name} has no such argument{hint}", argument=name)


def _checked_query(request: Request[object]) -> Mapping[str, object]:
    if not request.query or request.operation.query is None:
        return request.query
    return _on_the_wire(checked(_plain(request.query), request.operation.query, python_names=False))


def _checked_headers(request: Request[object]) -> HeaderLayer:
    if not request.headers or request.operation.headers is None:
        return {}
    values = _on_the_wire(checked(_plain(request.headers), request.operation.headers, python_names=False))
    texts = {name: _text(value) for name, value in values.items()}
    for name, value in texts.items():
        check_header(name, name, value)
    return texts


def _plain(values: Mapping[str, object]) -> Mapping[str, object]:
    return {name: plain(value) for name, value in values.items()}


def _on_the_wire(values: object) -> Mapping[str, object]:
    found: Mapping[str, object] = msgspec.to_builtins(values, enc_hook=plain_or_refused)
    return found


def _encoded_body(request: Request[object], extra: Mapping[str, object]) -> bytes | None:
    if request.body is UNSET and not extra:
        return None
    body: object = dict[str, object]() if request.body is UNSET else request.body
    if request.operation.body is not None:
        body = checked(body, request.operation.body)
    return encoded(body, extra)


def url_of(base_url: str, path: str, query: Mapping[str, object]) -> str:
    """The full URL of ``path`` below ``base_url``.

    Raises:
        ArgumentValueError: Something in it cannot stand in a URL.

    """
    url = base_url + path.lstrip("/")
    if not query:
        return url
    pairs = [(name, _text(item)) for name, value in query.items() for item in _repeated(value)]
    for name, text in pairs:
        check_url_text(name, text)
    return f"{url}{'&' if '?' in url else '?'}{urlencode(pairs)}"


def _repeated(value: object) -> tuple[object, ...]:
    if isinstance(value, (list, tuple)):
        return tuple(cast("list[object]", value))
    return () if value is None else (value,)


def _text(value: object) -> str:
    value = plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)
