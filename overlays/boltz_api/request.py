"""Operations and requests as values, and the encoding of the caller's arguments as HTTP requests."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, Protocol, TypeAlias, TypedDict, TypeVar, cast
from urllib.parse import quote, urlencode

import msgspec
from msgspec import UNSET, Struct, field

from boltz_api.errors import ArgumentTypeError, ArgumentValueError, MissingAPIKeyError
from boltz_api.redact import MASK, Secret, credentials_in, redact_url, remember
from boltz_api.validation import (
    check_text,
    check_url_text,
    did_you_mean,
    encode_json,
    plain,
    plain_or_refused,
    secret_arguments,
    shown,
    validated,
)

if TYPE_CHECKING:
    from boltz_api.settings import Settings

R_co = TypeVar("R_co", covariant=True)

# --- values that stand for an argument that was not given ---


class NotGiven:
    """Stands for an argument that was left out, where ``None`` has a meaning of its own."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NOT_GIVEN"


class Omit:
    """Leaves out an argument, or a header that would otherwise be sent: ``extra_headers={"User-Agent": omit}``."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "omit"


NOT_GIVEN: Final = NotGiven()
not_given: Final = NOT_GIVEN
omit: Final = Omit()


def given(arguments: Mapping[str, object], nullable: Collection[str] = ()) -> dict[str, object]:
    """Return the arguments that the caller did not leave out.

    ``None`` leaves one out, unless its name is in ``nullable``.
    """
    found: dict[str, object] = {}
    for name, value in arguments.items():  # a loop, since a comprehension is a call of its own
        if value is None:
            if name in nullable:
                found[name] = None
        elif value is not UNSET and not isinstance(value, (Omit, NotGiven)):
            found[name] = value
    return found


# --- operations of the contract ---


class APIKeyHeader(Struct, frozen=True):
    """The credential is sent in a header of its own."""

    name: str

    def value(self, credential: str) -> str:
        """Return the header's value."""
        return credential


class BearerToken(Struct, frozen=True):
    """The credential is a bearer token."""

    name: str = "authorization"

    def value(self, credential: str) -> str:
        """Return the header's value."""
        return f"Bearer {credential}"


class BasicCredentials(Struct, frozen=True):
    """The credential is ``user:password``."""

    name: str = "authorization"

    def value(self, credential: str) -> str:
        """Return the header's value."""
        from base64 import b64encode

        return f"Basic {b64encode(credential.encode()).decode()}"


Security: TypeAlias = APIKeyHeader | BearerToken | BasicCredentials


class Pagination(Struct, frozen=True, kw_only=True):
    """How a listing is divided into pages: the parameters that carry cursors, and the fields they come from."""

    items: str = "data"
    more: str = "has_more"
    forward: str = "after_id"
    last: str = "last_id"
    backward: str | None = "before_id"
    first: str | None = "first_id"


class Operation(Struct, Generic[R_co], frozen=True, kw_only=True):
    """One operation of the contract. ``R_co`` is the type of a successful response, for type checkers."""

    name: str
    method: str
    path: str
    resource: str = ""
    """The attributes that lead from the client to the resource."""
    function: str = ""
    """The method's name on the resource."""
    summary: str = ""
    path_parameters: type[Struct] | None = None
    """Validates the arguments in the path, by wire name; ``query`` and ``headers`` alike."""
    query: type[Struct] | None = None
    headers: type[Struct] | None = None
    comma: frozenset[str] = frozenset()
    """Lists in the query that are written ``a,b,c``; others repeat the name."""
    body: object = None
    """The type of the body; ``None`` where there is none."""
    body_required: bool = True
    content_type: str = "application/json"
    response: object = None
    """The type of a successful response; ``None`` where it has no content."""
    responses: Mapping[str, object] = field(default_factory=dict[str, object])
    """Types of successful responses that differ, by status (``"201"``) or range (``"2XX"``)."""
    accept: str = "application/json"
    repeatable: bool = False
    """Sending it twice does no more than sending it once."""
    pagination: Pagination | None = None
    authenticated: bool = True
    security: Security | None = None
    """How this operation takes the credential, if it differs from the others."""
    deprecated: bool = False


class Registry(Mapping[str, "Operation[object]"]):
    """Every operation by name. Looking one up imports its module; names and number cost nothing.

    Args:
        modules: The module that each operation stands in.

    """

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = modules

    def __getitem__(self, name: str) -> Operation[object]:
        operation = getattr(import_module(self._modules[name]), name.upper())
        assert isinstance(operation, Operation)
        return cast("Operation[object]", operation)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)


# --- the caller's arguments ---


class Timeout(Protocol):
    """Four time limits in seconds; ``httpx.Timeout`` fits."""

    @property
    def connect(self) -> float | None: ...

    @property
    def read(self) -> float | None: ...

    @property
    def write(self) -> float | None: ...

    @property
    def pool(self) -> float | None: ...


class CallOptions(TypedDict, total=False):
    """The options of every call, besides the operation's own arguments."""

    timeout: float | Timeout | NotGiven | None
    """Seconds for each phase of a request, or an ``httpx.Timeout``."""
    max_retries: int | NotGiven
    """How often the request may be repeated, where that does no harm."""
    extra_headers: Mapping[str, str | Omit] | None
    """Headers in addition to the client's."""
    extra_query: Mapping[str, object] | None
    """Parameters in addition to the operation's."""
    extra_body: Mapping[str, object] | None
    """Members of the body in addition to the operation's."""


OPTION_NAMES: Final = frozenset(CallOptions.__annotations__)


class Request(Struct, Generic[R_co], frozen=True):
    """An operation with its arguments. Nothing has been validated or sent yet."""

    operation: Operation[R_co]
    options: CallOptions
    """The dict of the call's own keyword arguments, on purpose the same object: see ``conceal``."""
    path: Mapping[str, object] = {}
    """By wire name, like ``query`` and ``headers``."""
    query: Mapping[str, object] = {}
    headers: Mapping[str, object] = {}
    body: object = UNSET

    # Struct has one of each, which would show what was passed; Any is how Struct declares it.
    def __repr__(self) -> str:
        return f"Request({self.operation.name})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("operation", self.operation.name)]


def conceal(options: Any) -> None:  # Any: a typed dict is no dict to type checkers
    """Put the headers among ``options`` into an opaque object, in place.

    The options of a call are locals of the generated method's frame, and crash reporters print those.
    """
    if options.get("extra_headers") is not None and not isinstance(options["extra_headers"], Secret):
        options["extra_headers"] = Secret(options["extra_headers"])


# --- encoded requests ---

Timeouts: TypeAlias = tuple[float | None, float | None, float | None, float | None]
"""Seconds to connect, to read, to write, and to wait for a free connection."""
HeaderLayer: TypeAlias = Mapping[str, "str | Omit"]
Pairs: TypeAlias = tuple[tuple[str, str], ...]


class Prepared(Struct, Generic[R_co], frozen=True):
    """A request, validated and encoded."""

    request: Request[R_co]
    operation: Operation[R_co]
    url: str
    headers: Secret[Pairs]
    content: bytes | None
    timeouts: Timeouts
    max_retries: int
    secrets: tuple[Secret[str], ...]
    """The secrets to mask, wherever a server may repeat them."""

    @property
    def shown_url(self) -> str:
        """The URL as logs and errors show it."""
        return redact_url(self.url, self.secrets)

    def arguments(self) -> Mapping[str, object]:
        """Return the arguments by wire name, ``extra_body`` included."""
        members: object = None
        content_type = self.operation.content_type
        if self.content is not None and (content_type == "application/json" or is_json(content_type)):
            members = msgspec.json.decode(self.content)
        body = cast("dict[str, object]", members) if isinstance(members, dict) else {}
        return {**self.request.path, **self.request.query, **self.request.headers, **body}

    def shown_arguments(self) -> Mapping[str, object]:
        """Return the arguments, with the secrets masked."""
        operation = self.operation
        kinds = (operation.path_parameters, operation.query, operation.headers, operation.body)
        secret = {name for kind in kinds for name in secret_arguments(kind)}
        return {name: MASK if name in secret else value for name, value in self.arguments().items()}

    # Struct has one of each, which would show the URL as it is; Any is how Struct declares it.
    def __repr__(self) -> str:
        return f"<Prepared {self.operation.method} {self.shown_url}>"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("method", self.operation.method), ("url", self.shown_url)]


def build_request(request: Request[R_co], settings: Settings) -> Prepared[R_co]:
    """Validate ``request`` against the contract and encode it.

    Raises:
        ArgumentTypeError: An argument has the wrong type, is missing or does not exist.
        ArgumentValueError: An argument has a wrong value.
        MissingAPIKeyError: There is no key to send.

    """
    operation, options = request.operation, cast("Mapping[str, object]", request.options)
    secrets, extra, timeouts, retries = settings.secrets, None, settings.timeouts, settings.max_retries
    extra_body = options.get("extra_body")
    content = None
    if request.body is not UNSET or extra_body:
        content = _content(request, mapping("extra_body", extra_body) if extra_body else {})
    own: HeaderLayer = _own_headers(request) if request.headers else {}
    if options:
        if not OPTION_NAMES.issuperset(options):
            structs = (operation.path_parameters, operation.query, operation.headers, operation.body)
            names = [name for struct in structs for name in getattr(struct, "__struct_fields__", ())]
            check_options(operation.function or operation.name, options, names)
        extra = checked_headers("extra_headers", options.get("extra_headers"))
        timeouts = timeouts_from(options.get("timeout", NOT_GIVEN), timeouts)
        given_retries = options.get("max_retries", NOT_GIVEN)
        if not isinstance(given_retries, NotGiven):
            retries = whole_number("max_retries", given_retries, least=0)
    headers = settings.request_headers(operation, operation.content_type if content is not None else None, own, extra)
    if headers is None:
        raise MissingAPIKeyError(
            "There is no API key: pass api_key=..., or set the environment variable BOLTZ_API_KEY."
        )
    if own or extra is not None:
        added = (*credentials_in(own), *(credentials_in(extra.reveal()) if extra is not None else ()))
        secrets = (*secrets, *map(remember, added))
    path = operation.path.lstrip("/") if operation.path_parameters is None else _path(request)
    extra_query = options.get("extra_query")
    if request.query or extra_query or settings.query:
        path += _query_string(request, settings.query, mapping("extra_query", extra_query))
    return Prepared(request, operation, settings.base_url + path, headers, content, timeouts, retries, secrets)


def check_options(function: str, options: Iterable[str], arguments: Iterable[str]) -> None:
    """Refuse options that no call has.

    Raises:
        ArgumentTypeError: One does not exist; the message names the closest of ``arguments`` and options.

    """
    for name in options:
        if name not in OPTION_NAMES:
            hint = did_you_mean(name, [*arguments, *sorted(OPTION_NAMES)])
            raise ArgumentTypeError(f"{name}: {function} has no such argument{hint}", argument=name)


def _wire_values(arguments: Mapping[str, object], kind: type[Struct] | None) -> Mapping[str, object]:
    if kind is None or not arguments:
        return arguments
    values = validated(arguments, kind)
    return cast("Mapping[str, object]", msgspec.to_builtins(values, enc_hook=plain_or_refused))


def _path(request: Request[object]) -> str:
    path = request.operation.path.lstrip("/")
    kind = request.operation.path_parameters
    assert kind is not None
    values: Mapping[str, object] = _wire_values(request.path, kind) if request.path else {}
    if not values:
        validated({}, kind)  # says which one is missing
    for name, wire in zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True):
        text = _comma_joined(values[wire])
        check_url_text(name, text)
        if text in ("", ".", ".."):
            raise ArgumentValueError(
                f"{name}: expected a part of a path, and neither '.' nor '..', got {text!r}", argument=name
            )
        # It cannot contain a slash or be a dot segment.
        path = path.replace(f"{{{wire}}}", quote(text, safe=""))
    return path


def _query_string(request: Request[object], defaults: Mapping[str, object], extra: Mapping[str, object]) -> str:
    operation = request.operation
    values: Mapping[str, object] = {**defaults, **_wire_values(request.query, operation.query), **extra}
    if not values:
        return ""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        items = [value] if name in operation.comma else _items(value)
        pairs += [(name, _comma_joined(item)) for item in items if item is not None]
    for name, text in pairs:
        check_url_text(name, text)
    return f"{'&' if '?' in operation.path else '?'}{urlencode(pairs)}"


def _own_headers(request: Request[object]) -> dict[str, str | Omit]:
    values = _wire_values(request.headers, request.operation.headers)
    headers: dict[str, str | Omit] = {name: _comma_joined(value) for name, value in values.items()}
    for name, value in headers.items():
        _check_header(name, name, Secret(value))
    return headers


def is_json(content_type: str) -> bool:
    """Return True if a media type is JSON."""
    essence = content_type.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def _content(request: Request[Any], extra: Mapping[str, object]) -> bytes:
    operation = request.operation
    body: object = {} if request.body is UNSET else request.body
    content = _as_it_is(body, operation)
    if content is not None:
        if extra:
            raise ArgumentTypeError("extra_body: the body is no object to add it to", argument="extra_body")
        return content
    if operation.body not in (None, object):
        body = validated(body, operation.body)
    if operation.content_type.lower().startswith("application/x-www-form-urlencoded"):
        return _form(body, extra)
    names = ("", "extra_body") if operation.name else ("body", "extra_json")
    return encode_json(body, extra, argument=names[0], extra_argument=names[1])


def _as_it_is(body: object, operation: Operation[object]) -> bytes | None:
    """Return a body that is sent as given; ``None`` if it is to be encoded."""
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    if isinstance(body, str) and not is_json(operation.content_type):
        check_text("body" if operation.name else "content", body)
        return body.encode()
    return None


def _form(body: object, extra: Mapping[str, object]) -> bytes:
    values = {**cast("Mapping[str, object]", msgspec.to_builtins(body, enc_hook=plain_or_refused)), **extra}
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        for item in _items(value):
            if item is not None:
                text = encode_json(item, argument=name).decode() if type(item) in (dict, list) else text_of(item)
                check_text(name, text)
                pairs.append((name, text))
    return urlencode(pairs).encode()


def text_of(value: object) -> str:
    """Return a scalar as written in URLs, headers and forms."""
    value = plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    isoformat: Callable[[], str] | None = getattr(value, "isoformat", None)
    return str(value) if isoformat is None else isoformat()


def _items(value: Any) -> list[Any]:  # Any: what callers pass
    return list(value) if isinstance(value, (list, tuple)) else [value]  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]  # as above


def _comma_joined(value: object) -> str:
    return ",".join(map(text_of, _items(value)))


# --- options, checked ---

# RFC 9110, 5.6.2: what a header's name is made of.
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z\-]+\Z")
# Visible characters, space and tab. Others would end the header, or be sent in an undefined encoding.
_VALUE: Final = re.compile(r"[\t\x20-\x7e]*\Z")
# With these, the rest of a body could pass for a request of its own.
_FRAMING: Final = frozenset({"content-length", "transfer-encoding"})
# Sockets count milliseconds in 32 bits: larger values wrap round, and 50 days would end at once.
_ENDLESS: Final = (2**31 - 1) / 1000


def _check_header(argument: str, name: object, value: Secret[Any]) -> None:
    """Refuse a header that would not arrive unchanged; its value is not shown, since it may be a secret."""
    if not isinstance(name, str):
        raise ArgumentTypeError(
            f"{argument}: expected header names to be strings, got {shown(name)}", argument=argument
        )
    if not _TOKEN.match(name):
        raise ArgumentValueError(f"{argument}: {shown(name)} cannot be the name of a header", argument=argument)
    if name.lower() in _FRAMING:
        raise ArgumentValueError(
            f"{argument}: {name!r} says where the request ends, which is the connection's business", argument=argument
        )
    if isinstance(value.reveal(), Omit):
        return
    if not isinstance(value.reveal(), str):
        kind = type(value.reveal()).__name__
        raise ArgumentTypeError(
            f"{argument}: expected the value of {name!r} to be a string, got {kind}", argument=argument
        )
    if not _VALUE.match(value.reveal()):
        raise ArgumentValueError(
            f"{argument}: the value of {name!r} holds a line break or another character that a header cannot carry",
            argument=argument,
        )


def checked_headers(argument: str, headers: Any) -> Secret[HeaderLayer] | None:
    """Return the caller's headers, which may be concealed already, checked and concealed.

    Raises:
        ArgumentTypeError: They are no mapping of strings.
        ArgumentValueError: One holds characters that a header cannot carry, such as a line break.

    """
    if headers is None:
        return None
    concealed = Secret.of(headers)
    del headers
    mapping(argument, concealed)
    for name in concealed.reveal():
        _check_header(argument, name, Secret(concealed.reveal()[name]))
    return concealed


def merge_headers(*layers: HeaderLayer) -> dict[str, str | Omit]:
    """Merge layers of headers: later ones win, whatever the case of the names; ``omit`` stays."""
    spelt: dict[str, str] = {}
    result: dict[str, str | Omit] = {}
    for layer in layers:
        for name, value in layer.items():
            previous = spelt.get(name.lower())
            if previous is not None:
                del result[previous]
            spelt[name.lower()] = name
            result[name] = value
    return result


def mapping(argument: str, value: object) -> Mapping[str, object]:
    """Return a mapping, empty if there is none.

    Raises:
        ArgumentTypeError: It is none.

    """
    if value is None:
        return {}
    found = cast("object", value.reveal()) if isinstance(value, Secret) else value
    if isinstance(found, Mapping):
        return cast("Mapping[str, object]", found)
    # Not shown: intended headers may hold a secret.
    kind = type(found).__name__
    del found, value
    raise ArgumentTypeError(f"{argument}: expected a mapping, got {kind}", argument=argument)


def timeouts_from(value: Any, default: Timeouts) -> Timeouts:
    """Return time limits, given as a number of seconds for each phase, four numbers, or an ``httpx.Timeout``.

    Raises:
        ArgumentTypeError: It is none of these.
        ArgumentValueError: It is not positive.

    """
    if isinstance(value, NotGiven):
        return default
    original: object = value
    seconds: tuple[object, ...]
    if value is None or isinstance(value, (int, float)):
        seconds = (value, value, value, value)
    elif isinstance(value, tuple):
        seconds = cast("tuple[object, ...]", value)
    else:
        seconds = tuple(getattr(value, phase, NOT_GIVEN) for phase in ("connect", "read", "write", "pool"))
    numbers = [each for each in seconds if each is None or isinstance(each, (int, float))]
    got = "" if len(numbers) == 4 and all(each is None or each > 0 for each in numbers) else shown(original)
    if len(numbers) != 4 or len(seconds) != 4:
        raise ArgumentTypeError(f"timeout: expected seconds, an httpx.Timeout, or None, got {got}", argument="timeout")
    if got:
        raise ArgumentValueError(f"timeout: expected seconds, more than 0, got {got}", argument="timeout")
    connect, read, write, pool = (None if number is None else within_reach(number) for number in numbers)
    return connect, read, write, pool


def within_reach(seconds: float) -> float | None:
    """Return ``seconds``, or ``None`` (no limit) if there are more than the operating system can count."""
    return float(seconds) if seconds < _ENDLESS else None


def whole_number(argument: str, value: object, *, least: int) -> int:
    """Return an integer of at least ``least``.

    Raises:
        ArgumentTypeError: It is no integer.
        ArgumentValueError: It is too small.

    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise ArgumentTypeError(f"{argument}: expected an integer, got {shown(value)}", argument=argument)
    if value < least:
        raise ArgumentValueError(
            f"{argument}: expected an integer of at least {least}, got {shown(value)}", argument=argument
        )
    return value
