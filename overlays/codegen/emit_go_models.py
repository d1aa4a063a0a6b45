"""The parts of generated Go: structs, enums and unions, as the templates write them."""

from __future__ import annotations

from typing import Any, Final, Literal

from attrs import define, field, frozen

from codegen.emit_go_names import aligned, exported, raw_quoted

Schema = dict[str, Any]
Side = Literal["response", "request"]


class NotWrittenError(Exception):
    """Raised for a schema that cannot be expressed in Go."""

    place = ""
    """The operation or the schema that it stands in."""


@frozen
class Type:
    """How a schema is written in Go."""

    text: str
    """The type, such as ``[]string``."""
    decode: str = ""
    """The function that decodes it; empty for parameters."""
    nullable: bool = False
    secret: bool = False
    """It is a string that must not be shown, or holds some."""


@frozen
class Field:
    """A field of a struct."""

    name: str
    wire: str
    type: Type
    required: bool
    lines: tuple[str, ...]
    """The comment."""
    tag: str
    optional: str = ""
    """The representation of an optional value: ``opt``, ``zero`` or empty."""

    @property
    def hide(self) -> str:
        """The statement that masks it in ``s``; empty if it holds no secret, or masks itself."""
        if not (self.type.secret and is_plain(self.type.text)):
            return ""
        name = f"s.{self.name}"
        return _HIDE.get(self.type.text, "{0} = nil").format(name)


@frozen
class Place:
    """A field that is to be made."""

    struct: Struct
    wire: str
    name: str
    required: bool
    component: str = ""
    """The component that the struct is made of."""
    tag: str = "json"
    """The key of the tag that says where a parameter goes."""

    @property
    def hint(self) -> str:
        """The name of a type that only this field has."""
        return self.struct.name + self.name


@define
class Struct:
    """A struct of a response or of parameters."""

    name: str
    lines: list[str]
    fields: list[Field]
    side: Side
    aliases: list[str] = field(factory=list[str])
    secret: bool = False
    """One of its own fields is a secret."""
    holds_secret: bool = False
    """True if one of its fields is a secret, at any depth."""
    checks: list[str] = field(factory=list[str])
    query: list[str] = field(factory=list[str])
    header: list[str] = field(factory=list[str])
    marshal: str = "param.MarshalObject(r)"
    owned: list[str] = field(factory=list[str])
    """The types that are named after this one."""
    kind: str = "struct"

    @property
    def rows(self) -> list[str]:
        """Its fields with their comments, as gofmt lays them out."""
        lines: list[str] = []
        run: list[tuple[str, str, str]] = []
        for each in self.fields:
            if each.lines:
                lines += aligned(run)
                run = []
            lines += each.lines
            run.append((each.name, each.type.text, raw_quoted(each.tag)))
        return lines + aligned(run)

    @property
    def origins(self) -> list[tuple[str, str]]:
        """The fields of ``JSON``."""
        return [
            *((each.name, "respjson.Field") for each in self.fields),
            ("ExtraFields", "map[string]respjson.Field"),
            ("raw", "respjson.Document"),
        ]


@define
class Enum:
    """A string, or a number, of which the contract names some values."""

    name: str
    base: str
    lines: list[str]
    values: list[tuple[str, str]]
    """Constants and their values, as Go writes both."""
    aliases: list[str] = field(factory=list[str])
    alias_values: list[list[tuple[str, str]]] = field(factory=list[list[tuple[str, str]]])
    """For each alias of the type, those of its constants."""
    kind: str = "enum"

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """Its constants."""
        return [(name, self.name, f"= {value}") for name, value in self.values]


@define
class Union:
    """One of several alternatives."""

    name: str
    lines: list[str]
    side: Side
    variants: list[tuple[str, Type]]
    """Alternatives by name."""
    aliases: list[str] = field(factory=list[str])
    tag: str = ""
    tagged: bool = False
    """Every alternative has its own value of the tag."""
    tags: list[tuple[str, str]] = field(factory=list[tuple[str, str]])
    """Values of the tag, and the variants that they mean."""
    secret: bool = False
    checks: list[tuple[str, str, list[str]]] = field(factory=list[tuple[str, str, list[str]]])
    kind: str = "union"

    @property
    def rows(self) -> list[tuple[str, ...]]:
        """The fields of parameters, one for each alternative."""
        return [(f"Of{label}", own.text) for label, own in self.variants]

    @property
    def tag_name(self) -> str:
        """The field that holds the tag."""
        return exported(self.tag)

    def decode_of(self, label: str) -> str:
        """The function that decodes an alternative."""
        return next(own.decode for name, own in self.variants if name == label)


Model = Struct | Enum | Union


_HIDE: Final = {
    "string": "{0} = redact.Hide({0})",
    "[]string": "{0} = redact.HideAll({0})",
    "map[string]string": "{0} = redact.HideValues({0})",
    "param.Opt[string]": "{0}.Value = redact.Hide({0}.Value)",
}


def is_secret(model: Model) -> bool:
    """True if a value of ``model`` may hold a secret."""
    return not isinstance(model, Enum) and (model.secret or (isinstance(model, Struct) and model.holds_secret))


def is_plain(text: str) -> bool:
    """True if a type is made of strings, which cannot mask themselves."""
    return (
        text.removeprefix("param.Opt[").rstrip("]").removeprefix("[]").removeprefix("map[string").lstrip("]*")
        == "string"
    )
