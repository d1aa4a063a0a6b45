"""What may be shown of a body, judged by what the body is meant to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec
from msgspec import inspect
from msgspec.structs import fields

from boltz_api.core.secrets import MASK, Secret, printable, scrubbed, sounds_secret
from boltz_api.core.shapes import inner_structs, item_shape, parts, shape_of, struct_for, value_shape
from boltz_api_generated.model import Model

if TYPE_CHECKING:
    from boltz_api.core.wire import Response

_UNDECODABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

# Types that say nothing of what they hold.
_FREE: Final = (inspect.AnyType, inspect.RawType, inspect.CustomType, inspect.BytesType, inspect.StrType)
_CONTAINERS: Final = (inspect.StructType, inspect.ListType, inspect.DictType)

# A member of JSON, or of a dict's repr, in the midst of a text.
_MEMBER: Final = re.compile(
    r"""(?P<start>(["'])(?P<name>[^"']{0,100})\2\s*:\s*(?P<quote>["']))(?:\\.|(?!(?P=quote)).)*""", re.DOTALL
)
# What an HTTP library could not read: some of the answer, as bytes.
_BYTES: Final = re.compile(r"""\bb'(?:[^'\\]|\\.)*'|\bb"(?:[^"\\]|\\.)*\"""", re.DOTALL)
# Long, of letters and digits: a secret of any form. What follows a URL's scheme is its host and path.
_OPAQUE: Final = re.compile(
    r"(?<![\w.~+/=%-])(?!//)(?=[\w.~+/=%-]*[0-9])(?=[\w.~+/=%-]*[A-Za-z])[\w.~+/=%-]{20,}", re.ASCII
)


@lru_cache(maxsize=256)
def may_hold_secret(kind: Any) -> bool:  # Any: a type form, such as `list[APIKey]`, is no `type`
    """Whether what is meant to be a ``kind`` may hold a secret: the contract says so, or nobody says anything."""
    if kind is None:  # the contract has no content there
        return False
    shape = _shape(kind)
    return shape is None or _is_free(shape) or bool(_secret_names(kind))


def _shape(kind: object) -> inspect.Type | None:
    try:
        return shape_of(kind)
    except TypeError:  # no type at all, which the caller is told once the answer is there
        return None


def _is_free(shape: inspect.Type) -> bool:
    found = parts(shape)
    inner = [each for part in found for each in (item_shape(part), value_shape(part)) if each is not None]
    return (
        all(isinstance(part, inspect.NoneType) for part in found)
        or any(isinstance(part, _FREE) for part in found)
        or any(_is_free(each) for each in inner)
    )


@lru_cache(maxsize=256)
def _secret_names(kind: Any) -> frozenset[str]:  # Any: as above
    """What a ``kind`` calls its secrets on the wire."""
    models = [struct for struct in inner_structs(shape_of(kind)) if issubclass(struct, Model)]
    return frozenset(
        field.encode_name for model in models for field in fields(model) if field.name in model.__secrets__
    )


def shown_content(content: bytes, kind: object, known: Iterable[Secret]) -> str:
    """A body that is meant to be a ``kind``, on one line of text, without its secrets.

    Where it may hold a secret and nobody can tell where, the text says only how long it is.
    """
    if not content:
        return ""
    try:
        return printable(msgspec.json.encode(_without_secrets(msgspec.json.decode(content), kind, known)).decode())
    except _UNDECODABLE:
        if may_hold_secret(kind):
            return _only_length(content)
        return printable(scrubbed(content.decode(errors="replace"), known))


def masked_content(content: bytes, kind: object, known: Iterable[Secret]) -> bytes:
    """A body that is meant to be a ``kind``: as it is where it holds no secret; else without, or nothing at all."""
    if not content:
        return content
    try:
        value: object = msgspec.json.decode(content)
        masked = _without_secrets(value, kind, known)
        return content if masked == value else msgspec.json.encode(masked)
    except _UNDECODABLE:
        if may_hold_secret(kind):
            return b""
        # Latin-1 maps every byte to a character and back.
        return scrubbed(content.decode("latin-1"), known).encode("latin-1")


def shown_answer(response: Response) -> str:
    """The body of any answer, success or not, on one line of text, without its secrets."""
    if response.is_success:
        return shown_content(response.content, response.holds, response.secrets)
    body = error_body(response)
    return printable(body if isinstance(body, str) else msgspec.json.encode(body).decode())


def error_body(response: Response) -> object:
    """The body of an answer that is no success, decoded if it is JSON, without secrets.

    No contract says what it looks like, but it may quote what a success would have held.
    """
    kind, acted = response.holds, response.may_have_acted

    def cleaned(text: str) -> str:
        return shown_text(text, kind, response.secrets, acted=acted)

    try:
        value: object = msgspec.json.decode(response.content)
        if not may_hold_secret(kind):
            return _each_string(value, cleaned)
        found: list[Secret] = []
        masked = _by_name(value, _names(kind), found)
        return _each_string(masked, lambda text: scrubbed(cleaned(text), found))
    except _UNDECODABLE:
        text = response.text.strip()
        broken_json = text[:1] in ("{", "[")
        return _only_length(response.content) if broken_json and acted and may_hold_secret(kind) else cleaned(text)


def sent_error(response: Response) -> str:
    """The body of an answer that is no success: as it came where it holds no secret, else without."""
    body = error_body(response)
    if isinstance(body, str):
        return body
    return response.text if response.json() == body else msgspec.json.encode(body).decode()


def shown_text(text: str, kind: object, known: Iterable[Secret], *, acted: bool) -> str:
    """A text that may quote the answer to a call, without secrets.

    Args:
        text: What somebody says of the call.
        kind: What the call's answer is meant to be.
        known: The call's own secrets.
        acted: Whether the server may have acted on it, and so may have made what the text quotes.

    """
    text = scrubbed(text, known)
    if not may_hold_secret(kind):
        return text
    names = _names(kind)

    def member(found: re.Match[str]) -> str:
        hidden = found["name"] in names or sounds_secret(found["name"])
        return f"{found['start']}{MASK}" if hidden else found[0]

    text = _MEMBER.sub(member, text)
    return _OPAQUE.sub(MASK, _BYTES.sub(MASK, text)) if acted else text


def _only_length(content: bytes) -> str:
    return f"({len(content)} bytes, not shown)"


def _names(kind: object) -> frozenset[str]:
    return frozenset() if _shape(kind) is None else _secret_names(kind)


def _without_secrets(value: object, kind: object, known: Iterable[Secret]) -> object:
    shape = _shape(kind)
    found: list[Secret] = []
    if kind is None or shape is None or _is_free(shape):
        masked = _by_name(value, frozenset(), found)
    else:
        masked = _by_contract(value, shape, found, secretive=bool(_secret_names(kind)))
    every = [*known, *found]
    return _each_string(masked, lambda text: scrubbed(text, every))


def _by_contract(value: object, shape: inspect.Type, found: list[Secret], *, secretive: bool) -> object:
    """``value`` without the fields that the contract calls secret.

    What it does not know, it cannot call secret: where there are secrets at all (``secretive``), that is masked, too.
    """

    def inside(item: object, inner: inspect.Type | None) -> object:
        if inner is None:
            return _hidden(item) if secretive else _by_name(item, frozenset(), found)
        return _by_contract(item, inner, found, secretive=secretive)

    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        struct = struct_for(members, shape)
        if struct is None:
            inner = value_shape(shape)
            return (
                inside(members, None)
                if inner is None
                else {name: inside(item, inner) for name, item in members.items()}
            )
        known: dict[str, inspect.Type | None] = {field.encode_name: field.type for field in struct.fields}
        if struct.tag_field is not None:
            known[struct.tag_field] = inspect.StrType()
        names: frozenset[str] = getattr(struct.cls, "__secrets__", frozenset())
        secret = {field.encode_name for field in struct.fields if field.name in names}
        found += (Secret(text) for name in secret for text in _strings(members.get(name)))
        return {
            name: _hidden(item)
            if name in secret or (name not in known and sounds_secret(name))
            else inside(item, known.get(name))
            for name, item in members.items()
        }
    if isinstance(value, list):
        inner = item_shape(shape)
        items = cast("list[object]", value)
        return inside(items, None) if inner is None else [inside(item, inner) for item in items]
    misfit = isinstance(value, str) and any(isinstance(part, _CONTAINERS) for part in parts(shape))
    return inside(value, None) if misfit else value


def _by_name(value: object, names: frozenset[str], found: list[Secret]) -> object:
    """``value`` without the members that are called ``names``, or what secrets are usually called."""
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        masked: dict[str, object] = {}
        for name, item in members.items():
            secret = name in names or sounds_secret(name)
            if secret:
                found += map(Secret, _strings(item))
            masked[name] = _hidden(item) if secret else _by_name(item, names, found)
        return masked
    if isinstance(value, list):
        return [_by_name(item, names, found) for item in cast("list[object]", value)]
    return value


def _hidden(value: object) -> object:
    return value if value is None or isinstance(value, bool) else MASK


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for item in cast("dict[str, object]", value).values() for text in _strings(item))
    elif isinstance(value, list):
        yield from (text for item in cast("list[object]", value) for text in _strings(item))


def _each_string(value: object, change: Callable[[str], str]) -> object:
    """Decoded JSON with every string changed, in names and in values at any depth."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_string(item, change) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return {change(name): _each_string(item, change) for name, item in members.items()}
    return value
