"""The base of every model, and the kinds of strings that models are made of."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, Self, TypeAlias, cast

import msgspec
from msgspec import NODEFAULT, UNSET, Meta, Struct
from msgspec.structs import fields

from boltz_api.redact import MASK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from msgspec import inspect

# Type checkers see `str`; the format is in the annotation, for the code that validates or prints.
IPText: TypeAlias = Annotated[str, Meta(extra={"format": "ip"})]
"""An IPv4 or an IPv6 address."""
IPv4Text: TypeAlias = Annotated[str, Meta(extra={"format": "ipv4"})]
"""An IPv4 address."""
IPv6Text: TypeAlias = Annotated[str, Meta(extra={"format": "ipv6"})]
"""An IPv6 address."""
SecretText: TypeAlias = Annotated[str, Meta(extra={"format": "password"})]
"""A string that no log, message or representation may show."""

_UNKNOWN: Final = "_unknown"

# Names of pydantic's methods, which models of other clients have, and their equivalents here.
_INSTEAD: Final = {
    "model_dump": "to_dict()",
    "dict": "to_dict()",
    "model_dump_json": "to_json()",
    "json": "to_json()",
    "model_copy": "msgspec.structs.replace(), or copy.copy()",
    "copy": "msgspec.structs.replace(), or copy.copy()",
}


class Model(Struct, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True):
    """Data that the server sent, or (request models) that is sent to it.

    Fields that the server sent and this version of the contract does not know are kept: as attributes under the
    name they have on the wire, and together in ``model_extra``.
    """

    __open__: ClassVar[bool] = False
    """Members beyond the fields may be sent; they are not validated."""

    __tag__: ClassVar[str] = ""
    """The Python name of the discriminator of a union; empty if this is no variant of one."""

    @property
    def model_extra(self) -> Mapping[str, object]:
        """The fields that the server sent beyond the contract, by wire name."""
        unknown: Mapping[str, object] = self.__dict__.get(_UNKNOWN, {})
        return unknown

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that the server sent; of those that the contract does not know, on the wire."""
        sent = (name for name in self.__struct_fields__ if getattr(self, name) is not UNSET)
        return {*sent, *self.model_extra}

    def to_dict(
        self,
        *,
        mode: Literal["json", "python"] = "python",
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,  # noqa: ARG002  # callers of other clients pass it
    ) -> dict[str, object]:
        """Return the model and those inside it as plain dicts. Secrets are included.

        Args:
            mode: ``"json"`` turns what JSON does not have, such as times, into strings; ``"python"`` keeps it.
            use_api_names: Names as on the wire, not as in Python.
            exclude_unset: Leave out what the server did not send.
            exclude_defaults: Leave out what equals the field's default.
            exclude_none: Leave out what is ``None``.
            warnings: Has no effect; callers of other clients pass it.

        """

        def plain(value: object) -> object:
            if isinstance(value, Model):
                return value.to_dict(
                    mode=mode,
                    use_api_names=use_api_names,
                    exclude_unset=exclude_unset,
                    exclude_defaults=exclude_defaults,
                    exclude_none=exclude_none,
                )
            if isinstance(value, (list, tuple)):
                return [plain(item) for item in cast("list[object]", value)]
            if isinstance(value, dict):
                return {key: plain(item) for key, item in cast("dict[str, object]", value).items()}
            return msgspec.to_builtins(value) if mode == "json" else value

        result: dict[str, object] = {}
        config = self.__struct_config__
        if config.tag:
            result[str(config.tag_field) if use_api_names else self.__tag__] = config.tag
        for info in fields(self):
            value = getattr(self, info.name)
            # UNSET has no JSON form, so it can only be kept if the caller wants Python values.
            if value is UNSET and (exclude_unset or mode == "json"):
                continue
            if exclude_none and value is None:
                continue
            if exclude_defaults and info.default is not NODEFAULT and value == info.default:
                continue
            result[info.encode_name if use_api_names else info.name] = plain(value)
        for name, value in self.model_extra.items():
            if not (exclude_none and value is None):
                result.setdefault(name, plain(value))
        return result

    def to_json(
        self,
        *,
        indent: int | None = 2,
        use_api_names: bool = True,
        exclude_unset: bool = True,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        warnings: bool = True,  # noqa: ARG002  # callers of other clients pass it
    ) -> str:
        """Return the model as JSON text. Secrets are included.

        Args:
            indent: Spaces per level; ``None`` writes one line.
            use_api_names: As for ``to_dict``.
            exclude_unset: As for ``to_dict``.
            exclude_defaults: As for ``to_dict``.
            exclude_none: As for ``to_dict``.
            warnings: As for ``to_dict``.

        """
        return json_text(
            self.to_dict(
                mode="json",
                use_api_names=use_api_names,
                exclude_unset=exclude_unset,
                exclude_defaults=exclude_defaults,
                exclude_none=exclude_none,
            ),
            indent,
        )

    def __repr__(self) -> str:
        parts = [f"{name}={value!r}" for name, value in self.__rich_repr__()]
        return f"{type(self).__name__}({', '.join(parts)})"

    # Struct has one of its own, which would print secrets through rich; Any is how Struct declares it.
    def __rich_repr__(self) -> list[tuple[str, Any]]:
        secrets = secret_fields(type(self))
        shown: list[tuple[str, Any]] = []
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value is not UNSET:
                shown.append((name, MASK if name in secrets and value is not None else value))
        if self.model_extra:
            # Names only: an unknown field may be a secret.
            shown.append(("model_extra", sorted(self.model_extra)))
        return shown

    if not TYPE_CHECKING:  # a type checker should still catch a misspelt field

        def __getattr__(self, name: str) -> object:
            try:
                return self.__dict__[_UNKNOWN][name]
            except KeyError:
                hint = f"; it is no pydantic model: use {_INSTEAD[name]}" if name in _INSTEAD else ""
                raise AttributeError(f"{type(self).__name__!r} has no field {name!r}{hint}") from None

    # Struct's own copying and pickling forget what is in `__dict__`.
    def __copy__(self) -> Self:
        return self._rebuild(lambda value: value)

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self._rebuild(lambda value: deepcopy(value, memo))

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        if secret_fields(type(self)):
            # A masked pickle would lose the secret silently, and a full one would spread it.
            raise TypeError(
                f"{type(self).__name__} holds a secret and is not pickled; take what you need from it, "
                f"or use to_dict() to store it on purpose"
            )
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return _restore, (type(self), values, dict(self.model_extra))

    def _rebuild(self, copied: Callable[[object], object]) -> Self:
        values = {name: copied(getattr(self, name)) for name in self.__struct_fields__}
        clone = type(self)(**values)
        keep_unknown(clone, {name: copied(value) for name, value in self.model_extra.items()})
        return clone


def keep_unknown(model: Model, unknown: Mapping[str, object]) -> None:
    """Attach the fields that the server sent beyond the contract, so that they stay reachable."""
    if unknown:
        vars(model)[_UNKNOWN] = unknown


def _restore(model: type[Model], values: dict[str, object], unknown: dict[str, object]) -> Model:
    restored = model(**values)
    keep_unknown(restored, unknown)
    return restored


def json_text(value: object, indent: int | None) -> str:
    """Return ``value`` as JSON text, on one line where ``indent`` is ``None``."""
    encoded = msgspec.json.encode(value)
    return (encoded if indent is None else msgspec.json.format(encoded, indent=indent)).decode()


@lru_cache(maxsize=1024)
def secret_fields(model: type[Struct]) -> frozenset[str]:
    """Return the names of the fields of ``model`` that hold secrets."""
    from msgspec import inspect

    info = inspect.type_info(model)
    assert isinstance(info, inspect.StructType)
    return frozenset(field.name for field in info.fields if _is_secret(field.type))


def _is_secret(shape: inspect.Type) -> bool:
    from msgspec import inspect

    if isinstance(shape, inspect.Metadata):
        return mark(shape, "format") == "password" or _is_secret(shape.type)
    if isinstance(shape, inspect.UnionType):
        return any(map(_is_secret, shape.types))
    inner = shape.item_type if isinstance(shape, inspect.ListType) else None
    inner = shape.value_type if isinstance(shape, inspect.DictType) else inner
    return inner is not None and _is_secret(inner)


def mark(shape: inspect.Type, name: str) -> object:
    """Return the contract's annotation ``name`` of a type, which msgspec does not use; ``None`` if there is none."""
    from msgspec import inspect

    if isinstance(shape, inspect.Metadata):
        extra = cast("dict[str, object] | None", shape.extra)  # pyright: ignore[reportUnknownMemberType]  # a bare dict to msgspec
        found = (extra or {}).get(name)
        return mark(shape.type, name) if found is None else found
    if isinstance(shape, inspect.UnionType):
        return next((found for found in (mark(each, name) for each in shape.types) if found is not None), None)
    return None
