"""The contract's schemas as Go: what responses are decoded into, and what parameters are made of and checked by."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Literal

from attrs import define, field, frozen

from codegen.emit_go_names import MEMBERS, Names, aligned, comment, exported, quoted, raw_quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema = dict[str, Any]
Side = Literal["response", "request"]

_COMPONENT: Final = "#/components/schemas/"
_UNLIMITED: Final = "check.Unlimited"
# What RE2 does not have. Such a pattern is the server's to check.
_NOT_RE2: Final = ("(?=", "(?!", "(?<", "\\1", "\\2", "\\k", "\\c", "\\u")


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
    """How an optional value is held: ``opt``, ``zero`` or empty."""

    @property
    def hide(self) -> str:
        """The statement that masks it in ``s``; empty where it holds no secret, or hides that itself."""
        if not (self.type.secret and is_plain(self.type.text)):
            return ""
        name = f"s.{self.name}"
        return _HIDE.get(self.type.text, "{0} = nil").format(name)


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
    """So it is, or something in it."""
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


class Types:
    """Writes schemas as Go types, each struct once, and gives them names."""

    def __init__(self, document: Schema, names: Names) -> None:
        self.components: Mapping[str, Schema] = document["components"]["schemas"]
        self.names = names
        self.models: list[Model] = []
        self.constants: dict[str, str] = {}
        """Types of strings that are always the same, by name."""
        self.patterns: dict[str, str] = {}
        """Variables by pattern."""
        self._named: dict[tuple[str, Side], Model] = {}
        self._uses: dict[Side, Counter[str]] = {"response": Counter(), "request": Counter()}
        self._recursive = self._find_recursive()

    def count(self, schema: Schema, side: Side) -> None:
        """Note that an operation uses ``schema``: what is used in one place is named after that place."""
        uses = self._uses[side]
        for name in _references(schema):
            uses[name] += 1
            if uses[name] == 1:
                self.count(self.components[name], side)

    def body(self, schema: Schema) -> Schema:
        """What ``schema`` refers to, or itself."""
        return self.components[_reference(schema)] if "$ref" in schema else schema

    def _find_recursive(self) -> set[str]:
        """The objects that hold themselves other than in arrays and maps."""
        links = {
            name: {
                _reference(each)
                for own in schema.get("properties", {}).values()
                for each in [own, *_options(own)]
                if "$ref" in each
            }
            for name, schema in self.components.items()
        }

        def reached(start: str) -> set[str]:
            found: set[str] = set()
            waiting = [start]
            while waiting:
                for other in links[waiting.pop()] - found:
                    found.add(other)
                    waiting.append(other)
            return found

        return {name for name in links if name in reached(name)}

    # Responses.

    def response(self, schema: Schema, hint: str, *, owner: Struct | None = None) -> Type:
        """The type that a response is decoded into; ``hint`` names it if nothing else does."""
        inner, nullable = _without_null(schema)
        found = self._response(inner, hint, owner)
        return Type(found.text, found.decode, nullable or found.nullable, found.secret)

    def _response(self, schema: Schema, hint: str, owner: Struct | None) -> Type:
        if "$ref" in schema:
            name = _reference(schema)
            target = self.components[name]
            if not _is_model(target):
                return self.response(target, hint, owner=owner)
            model = self._model(name, "response", hint, owner)
            if isinstance(model, Enum):
                return Type(model.name, f"jsonwalk.{_BASES[model.base]}[{model.name}]")
            return Type(model.name, f"(*{model.name}).decode", secret=_is_secret(model))
        if _options(schema):
            union = self._union(schema, "response", self.names.claim(hint), owner)
            return Type(union.name, f"(*{union.name}).decode", secret=union.secret)
        match _kind(schema):
            case "string":
                return self._response_string(schema, hint, owner)
            case "integer":
                return Type("int64", "jsonwalk.Int[int64]")
            case "number":
                return Type("float64", "jsonwalk.Float[float64]")
            case "boolean":
                return Type("bool", "jsonwalk.Bool")
            case "array":
                item = self._element(schema.get("items", {}), f"{hint}", owner)
                decode = "jsonwalk.Strings" if item.decode == "jsonwalk.String[string]" else f"jsonwalk.Slice({item.decode})"
                return Type(f"[]{item.text}", decode, secret=item.secret)
            case "object" if isinstance(value := schema.get("additionalProperties"), dict):
                item = self._element(value, hint, owner)
                return Type(f"map[string]{item.text}", f"jsonwalk.Map({item.decode})", secret=item.secret)
            case "object":
                return Type("map[string]any", "jsonwalk.Map(jsonwalk.Any)")
            case _:
                return Type("any", "jsonwalk.Any", nullable=True)

    def _element(self, schema: Schema, hint: str, owner: Struct | None) -> Type:
        """What arrays and maps hold: null needs a pointer there."""
        item = self.response(schema, hint, owner=owner)
        if item.nullable and item.text != "any":
            return Type(f"*{item.text}", f"jsonwalk.Pointer({item.decode})", secret=item.secret)
        return item

    def _response_string(self, schema: Schema, hint: str, owner: Struct | None) -> Type:
        if (only := _only_value(schema)) is not None:
            return self._constant(only)
        if "enum" in schema:
            model = self._enum(schema, self.names.claim(hint), owner)
            return Type(model.name, f"jsonwalk.{_BASES[model.base]}[{model.name}]")
        match schema.get("format"):
            case "date-time":
                return Type("time.Time", "jsonwalk.Time")
            case "date":
                return Type("time.Time", "jsonwalk.Date")
            case _:
                return Type("string", "jsonwalk.String[string]", secret=bool(schema.get("x-secret")))

    def _constant(self, value: str) -> Type:
        name = exported(value)
        while self.constants.setdefault(name, value) != value:
            name += "_"
        return Type(f"constant.{name}", f"jsonwalk.String[constant.{name}]")

    # Both.

    def _model(self, name: str, side: Side, hint: str, owner: Struct | None) -> Model:
        if (name, side) in self._named:
            return self._named[name, side]
        schema = self.components[name]
        alone = self._uses[side][name] == 1 and hint
        if side == "request":
            own = hint if alone else self._own_name(name) + "Param"
        else:
            own = hint if alone else exported(name)
        claimed = self.names.claim(own)
        if alone and owner is not None:
            owner.owned.append(claimed)
        if "properties" in schema or _kind(schema) == "object":
            return self._struct(name, schema, claimed, side)
        if _options(schema):
            return self._union(schema, side, claimed, None, component=name)
        enum = self._enum(schema, claimed, None)
        self._named[name, side] = enum
        return enum

    def _enum(self, schema: Schema, name: str, owner: Struct | None) -> Enum:
        values = [value for value in schema["enum"] if value is not None]
        if owner is not None:
            owner.owned.append(name)
        base = "string" if all(isinstance(value, str) for value in values) else "int64"
        constants = [
            (self.names.claim(name + exported(str(value) or "empty")), quoted(value) if base == "string" else str(value))
            for value in values
        ]
        model = Enum(name, base, comment(schema.get("description", "")), constants)
        self.models.append(model)
        return model

    def _struct(self, component: str, schema: Schema, name: str, side: Side) -> Struct:
        struct = Struct(name, comment(schema.get("description", "")), [], side)
        self._named[component, side] = struct
        self.models.append(struct)
        self.fill(struct, schema, component)
        return struct

    def fill(self, struct: Struct, schema: Schema, component: str = "", names: Names | None = None) -> None:
        """Give ``struct`` the fields of ``schema``."""
        names = names or Names(MEMBERS)
        required = set(schema.get("required", ()))
        for wire, own in schema.get("properties", {}).items():
            name = names.claim(exported(wire))
            hint = struct.name + name
            if struct.side == "response":
                struct.fields.append(self._response_field(struct, wire, name, hint, own, wire in required, component))
            else:
                struct.fields.append(self.parameter(struct, wire, name, hint, own, required=wire in required, component=component))
        struct.secret = any(each.type.secret and is_plain(each.type.text) for each in struct.fields)
        struct.holds_secret = any(each.type.secret for each in struct.fields)

    def _response_field(
        self, struct: Struct, wire: str, name: str, hint: str, schema: Schema, required: bool, component: str
    ) -> Field:
        found = self.response(schema, hint, owner=struct)
        if self._loops(schema, component):
            found = Type(f"*{found.text}", f"jsonwalk.Pointer({found.decode})", found.nullable, found.secret)
        tag = f'json:"{_tag(wire)}"' + (' api:"required"' if required else ' api:"nullable"' if found.nullable else "")
        return Field(name, wire, found, required, tuple(self._lines(schema, "\t")), tag)

    def _loops(self, schema: Schema, component: str) -> bool:
        inner, _ = _without_null(schema)
        return (
            bool(component) and "$ref" in inner and _reference(inner) in self._recursive and component in self._recursive
            and "properties" in self.body(inner)
        )  # fmt: skip

    def _lines(self, schema: Schema, indent: str) -> list[str]:
        words = schema.get("description", "") or (
            self.body(schema).get("description", "") if not _is_model(self.body(schema)) else ""
        )
        lines = comment(words, indent)
        if schema.get("deprecated"):
            lines += [*([f"{indent}//"] if lines else []), f"{indent}// Deprecated: the contract says so."]
        return lines

    def _union(self, schema: Schema, side: Side, name: str, owner: Struct | None, component: str = "") -> Union:
        union = Union(name, comment(schema.get("description", "")), side, [])
        if component:
            self._named[component, side] = union
        if owner is not None:
            owner.owned.append(name)
        self.models.append(union)
        names = Names(MEMBERS | {"Any"})
        by_reference: dict[str, str] = {}
        options = [own for own in _options(schema) if not _is_null(own)]
        for option in options:
            inner, _ = _without_null(option)
            label = names.claim(self._label(inner))
            if "$ref" in inner:
                by_reference[inner["$ref"]] = label
            if side == "response":
                union.variants.append((label, self.response(inner, self._variant_hint(inner, name, label), owner=owner)))
            else:
                hint = self._variant_hint(inner, name, label)
                found, optional = self._parameter_type(inner, hint, owner, required=False)
                if "properties" in self.body(inner) or _options(self.body(inner)):
                    found, optional = Type(f"*{found.text}", secret=found.secret), "zero"
                union.variants.append((label, found))
                value = f"r.Of{label}.Value" if optional == "opt" else f"r.Of{label}"
                union.checks.append((label, optional, self.checks(inner, value, '""', depth=2)))
        union.tagged = schema.get("x-union") == "tagged"
        if found := schema.get("discriminator"):
            union.tag = found["propertyName"]
            union.tags = [
                (value, by_reference[target])
                for value, target in found.get("mapping", {}).items()
                if target in by_reference
            ]
        union.secret = any(own.secret for _, own in union.variants)
        return union

    def _variant_hint(self, schema: Schema, name: str, label: str) -> str:
        """What names an alternative if nothing else does: components have names of their own."""
        return "" if "$ref" in schema and _is_model(self.body(schema)) else name + label

    def _own_name(self, component: str) -> str:
        """What a component is called in Go, without the word that tells its two sides apart."""
        plain = component.replace("Input", "", 1)
        return exported(plain if plain in self.components else component)

    def _label(self, schema: Schema) -> str:
        if "$ref" in schema and _is_model(self.body(schema)):
            return self._own_name(_reference(schema))
        schema = self.body(schema)
        if schema.get("format") in ("date", "date-time"):
            return "Date" if schema["format"] == "date" else "Time"
        match _kind(schema):
            case "array":
                return f"{self._label(schema.get('items', {}))}s"
            case "object":
                return "Map"
            case kind:
                return {"integer": "Int", "number": "Float", "boolean": "Bool", "string": "String"}.get(kind, "Value")

    # Parameters.

    def parameter(
        self,
        struct: Struct,
        wire: str,
        name: str,
        hint: str,
        schema: Schema,
        *,
        required: bool,
        component: str = "",
        place: str = "json",
    ) -> Field:
        """A field of parameters, with its checks added to ``struct``."""
        found, optional = self._parameter_type(schema, hint, struct, required=required)
        if self._loops(schema, component):
            found, optional = Type(f"*{found.text}", secret=found.secret), "zero"
        tag = f'{place}:"{_tag(wire)}' + ("" if required else ",omitzero") + '"'
        tag += ' json:"-"' if place != "json" else ""
        tag += ' api:"required"' if required else ""
        if self.body(_without_null(schema)[0]).get("format") == "date":
            tag += ' format:"date"'
        value = f"r.{name}.Value" if optional == "opt" else f"r.{name}"
        lines = self.checks(schema, value, quoted(wire), depth=2 if optional else 1)
        nullable = _without_null(schema)[1]
        if lines:
            guard = {
                "opt": f"r.{name}.Valid()",
                "zero": f"!param.IsOmitted(r.{name})" + (f" && !param.IsNull(r.{name})" if nullable else ""),
            }.get(optional)
            struct.checks += [f"\tif {guard} {{", *lines, "\t}"] if guard else lines
        note = self._lines(schema, "\t")
        return Field(name, wire, found, required, tuple(note), tag, optional)

    def _parameter_type(
        self, schema: Schema, hint: str, owner: Struct | None, *, required: bool
    ) -> tuple[Type, str]:
        """The type of a parameter, and how it says that it is left out: as ``param.Opt``, or by its zero value."""
        inner, nullable = _without_null(schema)
        found = self.request(inner, hint, owner)
        simple = found.text in ("string", "int64", "float64", "bool", "time.Time")
        if simple and (nullable or not required):
            return Type(f"param.Opt[{found.text}]", secret=found.secret), "opt"
        return found, "" if required and not nullable else "zero"

    def request(self, schema: Schema, hint: str, owner: Struct | None) -> Type:
        """The type of a value that is always given."""
        if "$ref" in schema:
            name = _reference(schema)
            target = self.components[name]
            if not _is_model(target):
                return self.request(_without_null(target)[0], hint, owner)
            model = self._model(name, "request", hint, owner)
            return Type(model.name, secret=_is_secret(model))
        if _options(schema):
            union = self._union(schema, "request", self.names.claim(hint), owner)
            return Type(union.name, secret=union.secret)
        match _kind(schema):
            case "string" if (only := _only_value(schema)) is not None:
                return self._constant(only)
            case "string" if "enum" in schema:
                return Type(self._enum(schema, self.names.claim(hint), owner).name)
            case "string" if schema.get("format") in ("date", "date-time"):
                return Type("time.Time")
            case "string":
                return Type("string", secret=bool(schema.get("x-secret")))
            case "integer":
                return Type("int64")
            case "number":
                return Type("float64")
            case "boolean":
                return Type("bool")
            case "array":
                item = self._part(schema.get("items", {}), hint, owner)
                return Type(f"[]{item.text}", secret=item.secret)
            case "object" if isinstance(value := schema.get("additionalProperties"), dict):
                item = self._part(value, hint, owner)
                return Type(f"map[string]{item.text}", secret=item.secret)
            case "object":
                return Type("map[string]any")
            case _:
                return Type("any")

    def _part(self, schema: Schema, hint: str, owner: Struct | None) -> Type:
        inner, nullable = _without_null(schema)
        item = self.request(inner, hint, owner)
        return Type(f"*{item.text}", secret=item.secret) if nullable and item.text != "any" else item

    def checks(self, schema: Schema, value: str, at: str, *, depth: int) -> list[str]:
        """Statements that hold ``value`` against ``schema``; ``at`` is the expression for where it stands."""
        schema, _ = _without_null(schema)
        tabs = "\t" * depth
        body = self.body(schema)
        if _options(body) or ("$ref" in schema and "properties" in body):
            return [f"{tabs}c.Under({at}, {value}.check)"]
        match _kind(body):
            case "string":
                return [f"{tabs}{line}" for line in self._string_checks(body, value, at)]
            case "integer" | "number":
                limits = "".join(
                    f", check.{words}({body[key]})"
                    for key, words in _LIMITS.items()
                    if key in body
                )  # fmt: skip
                if "enum" in body:
                    return [f"{tabs}check.OneOf(c, {at}, {value}, {', '.join(map(str, body['enum']))})"]
                return [f"{tabs}check.Number(c, {at}, {value}{limits})"] if limits or _kind(body) == "number" else []
            case "array":
                return self._array_checks(body, value, at, depth)
            case "object" if isinstance(item := body.get("additionalProperties"), dict):
                return self._loop(item, value, at, depth, "AtName")
            case _:
                return []

    def _string_checks(self, schema: Schema, value: str, at: str) -> Iterator[str]:
        if (only := _only_value(schema)) is not None:
            yield f"check.Only(c, {at}, string({value}), {quoted(only)})"
            return
        if "enum" in schema:
            known = ", ".join(quoted(each) for each in schema["enum"] if each is not None)
            yield f"check.OneOf(c, {at}, {value}, {known})"
            return
        if schema.get("format") in ("date", "date-time"):
            return
        function = "Secret" if schema.get("x-secret") else "Text"
        least, most = schema.get("minLength", 0), schema.get("maxLength", _UNLIMITED)
        yield f"check.{function}(c, {at}, {value}, {least}, {most})"
        if (versions := _ADDRESSES.get(schema.get("format", ""))) is not None:
            yield f"check.IP(c, {at}, {value}, {versions})"
        pattern = schema.get("pattern")
        if pattern and not schema.get("x-secret") and not any(mark in pattern for mark in _NOT_RE2):
            variable = self.patterns.setdefault(pattern, f"pattern{len(self.patterns) + 1}")
            yield f"check.Pattern(c, {at}, {value}, {variable}())"

    def _array_checks(self, schema: Schema, value: str, at: str, depth: int) -> list[str]:
        tabs, lines = "\t" * depth, list[str]()
        if "minItems" in schema or "maxItems" in schema:
            bounds = f"{schema.get('minItems', 0)}, {schema.get('maxItems', _UNLIMITED)}"
            lines.append(f"{tabs}check.Count(c, {at}, len({value}), {bounds})")
        if schema.get("uniqueItems"):
            lines.append(f"{tabs}check.Unique(c, {at}, {value})")
        return lines + self._loop(schema.get("items", {}), value, at, depth, "At")

    def _loop(self, item: Schema, value: str, at: str, depth: int, step: str) -> list[str]:
        """A loop that checks what an array or a map holds."""
        tabs, inner = "\t" * depth, depth + (2 if _without_null(item)[1] else 1)
        key, each = f"i{depth}", f"v{depth}"
        pointer = _without_null(item)[1] and self._is_pointer(item)
        lines = self.checks(item, f"*{each}" if pointer else each, f"check.{step}({at}, {key})", depth=inner)
        if not lines:
            return []
        if inner > depth + 1:
            guard = f"{each} != nil" if pointer else f"!param.IsNull({each})"
            lines = [f"{tabs}\tif {guard} {{", *(line.replace(f"*{each}.check", f"{each}.check") for line in lines), f"{tabs}\t}}"]
        return [f"{tabs}for {key}, {each} := range {value} {{", *lines, f"{tabs}}}"]

    def _is_pointer(self, schema: Schema) -> bool:
        inner, _ = _without_null(schema)
        return bool(_kind(self.body(inner)) or _options(self.body(inner)))


_HIDE: Final = {
    "string": "{0} = redact.Hide({0})",
    "[]string": "{0} = redact.HideAll({0})",
    "map[string]string": "{0} = redact.HideValues({0})",
    "param.Opt[string]": "{0}.Value = redact.Hide({0}.Value)",
}
_BASES: Final = {"string": "String", "int64": "Int"}
_ADDRESSES: Final = {"ip": "true, true", "ipv4": "true, false", "ipv6": "false, true"}
_LIMITS: Final = {
    "minimum": "AtLeast",
    "exclusiveMinimum": "MoreThan",
    "maximum": "AtMost",
    "exclusiveMaximum": "LessThan",
    "multipleOf": "MultipleOf",
}


def _reference(schema: Schema) -> str:
    return str(schema["$ref"]).removeprefix(_COMPONENT)


def _references(schema: object) -> Iterator[str]:
    """The names of the components that ``schema`` refers to, once for each place."""
    if isinstance(schema, list):
        for part in schema:
            yield from _references(part)
    elif isinstance(schema, dict):
        if "$ref" in schema:
            yield _reference(schema)
        for key, part in schema.items():
            if key not in ("discriminator", "examples", "default", "example"):
                yield from _references(part)


def _options(schema: Schema) -> list[Schema]:
    found: list[Schema] = schema.get("oneOf") or schema.get("anyOf") or []
    return found


def _is_null(schema: Schema) -> bool:
    return schema.get("type") == "null"


def _without_null(schema: Schema) -> tuple[Schema, bool]:
    """``schema`` without null, and whether null was among its values."""
    kinds = schema.get("type")
    if isinstance(kinds, list):
        rest = [kind for kind in kinds if kind != "null"]
        return {**schema, "type": rest[0]}, len(rest) < len(kinds)
    options = _options(schema)
    rest_options = [own for own in options if not _is_null(own)]
    if len(rest_options) == len(options):
        return schema, None in schema.get("enum", ())
    if len(rest_options) == 1:
        return {**{key: own for key, own in schema.items() if key not in ("anyOf", "oneOf")}, **rest_options[0]}, True
    return {key: (rest_options if key in ("anyOf", "oneOf") else own) for key, own in schema.items()}, True


def _kind(schema: Schema) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((own for own in kind if own != "null"), "")
    if kind is None and ("enum" in schema or "const" in schema):
        values = [value for value in schema.get("enum", [schema.get("const")]) if value is not None]
        return "string" if all(isinstance(value, str) for value in values) else ""
    return str(kind or "")


def _is_model(schema: Schema) -> bool:
    """Whether ``schema`` has a type of its own in Go: an object, a union, or an enum."""
    return "properties" in schema or bool(_options(schema)) or ("enum" in schema and _only_value(schema) is None)


def _only_value(schema: Schema) -> str | None:
    """The one string that ``schema`` allows."""
    values = [value for value in schema.get("enum", [schema.get("const")]) if value is not None]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else None


def _is_secret(model: Model) -> bool:
    return not isinstance(model, Enum) and (model.secret or (isinstance(model, Struct) and model.holds_secret))


def is_plain(text: str) -> bool:
    """Whether a type is made of strings, which cannot hide themselves."""
    return text.removeprefix("param.Opt[").rstrip("]").removeprefix("[]").removeprefix("map[string").lstrip("]*") == "string"


def _tag(wire: str) -> str:
    return wire.replace("\\", "\\\\").replace('"', '\\"')
