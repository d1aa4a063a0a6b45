"""The contract's schemas as Go types: for decoding responses, and for building and checking parameters."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from attrs import evolve

from codegen.emit_go_models import (
    Enum,
    Field,
    Model,
    NotWrittenError,
    Place,
    Schema,
    Side,
    Struct,
    Type,
    Union,
    is_plain,
    is_secret,
)
from codegen.emit_go_names import MEMBERS, Names, comment, exported, quoted
from codegen.emit_go_schemas import (
    alternatives,
    is_model,
    is_null,
    kind_of,
    only_value,
    reference,
    references,
    values_of,
    without_null,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_UNLIMITED: Final = "check.Unlimited"
# Syntax that RE2 does not have. Such patterns are left to the server to check.
_NOT_RE2: Final = ("(?=", "(?!", "(?<", "\\1", "\\2", "\\k", "\\c", "\\u")


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
        """Note that an operation uses ``schema``: a type that is used in one place is named after that place."""
        uses = self._uses[side]
        for name in references(schema):
            uses[name] += 1
            if uses[name] == 1:
                self.count(self.components[name], side)

    def body(self, schema: Schema) -> Schema:
        """The schema that ``schema`` refers to, or itself."""
        return self.components[reference(schema)] if "$ref" in schema else schema

    def _find_recursive(self) -> set[str]:
        """The objects that contain themselves other than through arrays and maps."""
        links = {
            name: {
                reference(each)
                for own in schema.get("properties", {}).values()
                for each in [own, *alternatives(own)]
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
        inner, nullable = without_null(schema)
        found = self._response(inner, hint, owner)
        return evolve(found, nullable=nullable or found.nullable)

    def _response(self, schema: Schema, hint: str, owner: Struct | None) -> Type:
        if "$ref" in schema:
            name = reference(schema)
            target = self.components[name]
            if not is_model(target):
                return self.response(target, hint, owner=owner)
            model = self._model(name, "response", hint, owner)
            if isinstance(model, Enum):
                return Type(model.name, f"jsonwalk.{_BASES[model.base]}[{model.name}]")
            return Type(model.name, f"(*{model.name}).decode", secret=is_secret(model))
        if alternatives(schema):
            union = self._union(schema, "response", self.names.claim(hint), owner)
            return Type(union.name, f"(*{union.name}).decode", secret=union.secret)
        match kind_of(schema):
            case "string":
                return self._response_string(schema, hint, owner)
            case "integer":
                return Type("int64", "jsonwalk.Int[int64]")
            case "number":
                return Type("float64", "jsonwalk.Float[float64]")
            case "boolean":
                return Type("bool", "jsonwalk.Bool")
            case "array":
                item = self._element(schema.get("items", {}), hint, owner)
                decode = (
                    "jsonwalk.Strings" if item.decode == "jsonwalk.String[string]" else f"jsonwalk.Slice({item.decode})"
                )
                return Type(f"[]{item.text}", decode, secret=item.secret)
            case "object" if (value := values_of(schema)) is not None:
                item = self._element(value, hint, owner)
                return Type(f"map[string]{item.text}", f"jsonwalk.Map({item.decode})", secret=item.secret)
            case "object":
                return Type("map[string]any", "jsonwalk.Map(jsonwalk.Any)")
            case _:
                return Type("any", "jsonwalk.Any", nullable=True)

    def _element(self, schema: Schema, hint: str, owner: Struct | None) -> Type:
        """The type of the elements of arrays and maps: null needs a pointer there."""
        item = self.response(schema, hint, owner=owner)
        if item.nullable and item.text != "any":
            return Type(f"*{item.text}", f"jsonwalk.Pointer({item.decode})", secret=item.secret)
        return item

    def _response_string(self, schema: Schema, hint: str, owner: Struct | None) -> Type:
        if (only := only_value(schema)) is not None:
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
        if "properties" in schema or kind_of(schema) == "object":
            return self._struct(name, schema, claimed, side)
        if alternatives(schema):
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
            (
                self.names.claim(name + exported(str(value) or "empty")),
                quoted(value) if base == "string" else str(value),
            )
            for value in values
        ]
        model = Enum(name, base, comment(schema.get("description", "")), constants)
        self.models.append(model)
        return model

    def _struct(self, component: str, schema: Schema, name: str, side: Side) -> Struct:
        struct = Struct(name, comment(schema.get("description", "")), [], side)
        self._named[component, side] = struct
        self.models.append(struct)
        try:
            self.fill(struct, schema, component)
        except NotWrittenError as error:
            error.place = error.place or component
            raise
        return struct

    def fill(self, struct: Struct, schema: Schema, component: str = "", names: Names | None = None) -> None:
        """Give ``struct`` the fields of ``schema``."""
        names = names or Names(MEMBERS)
        required = set(schema.get("required", ()))
        for wire, own in schema.get("properties", {}).items():
            name = names.claim(exported(wire))
            place = Place(struct, wire, name, wire in required, component)
            read = self._response_field if struct.side == "response" else self.parameter
            struct.fields.append(read(place, own))
        struct.secret = any(each.type.secret and is_plain(each.type.text) for each in struct.fields)
        struct.holds_secret = any(each.type.secret for each in struct.fields)

    def _response_field(self, place: Place, schema: Schema) -> Field:
        found = self.response(schema, place.hint, owner=place.struct)
        if self._loops(schema, place.component):
            found = Type(f"*{found.text}", f"jsonwalk.Pointer({found.decode})", found.nullable, found.secret)
        mark = ' api:"required"' if place.required else ' api:"nullable"' if found.nullable else ""
        tag = f'json:"{_tag(place.wire)}"{mark}'
        return Field(place.name, place.wire, found, place.required, tuple(self._lines(schema, "\t")), tag)

    def _loops(self, schema: Schema, component: str) -> bool:
        inner, _ = without_null(schema)
        if not component or "$ref" not in inner or "properties" not in self.body(inner):
            return False
        return {component, reference(inner)} <= self._recursive

    def _lines(self, schema: Schema, indent: str) -> list[str]:
        target = self.body(schema)
        lines = comment(
            schema.get("description") or ("" if is_model(target) else target.get("description", "")), indent
        )
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
        names = Names({"Any"})
        by_reference: dict[str, str] = {}
        options = [own for own in alternatives(schema) if not is_null(own)]
        for option in options:
            inner, _ = without_null(option)
            label = names.claim(self._label(inner))
            if "$ref" in inner:
                by_reference[inner["$ref"]] = label
            if side == "response":
                union.variants.append(
                    (label, self.response(inner, self._variant_hint(inner, name, label), owner=owner))
                )
            else:
                hint = self._variant_hint(inner, name, label)
                found, optional = self._parameter_type(inner, hint, owner, required=False)
                if "properties" in self.body(inner) or alternatives(self.body(inner)):
                    found, optional = Type(f"*{found.text}", secret=found.secret), "zero"
                union.variants.append((label, found))
                value = f"r.Of{label}.Value" if optional == "opt" else f"r.Of{label}"
                union.checks.append((label, optional, self.checks(inner, value, '""', depth=2)))
        union.tagged = schema.get("x-union") == "tagged"
        if told := schema.get("discriminator"):
            union.tag = told["propertyName"]
            union.tags = [
                (value, by_reference[target])
                for value, target in told.get("mapping", {}).items()
                if target in by_reference
            ]
        union.secret = any(own.secret for _, own in union.variants)
        return union

    def _variant_hint(self, schema: Schema, name: str, label: str) -> str:
        """The name of an alternative that has no other: components have names of their own."""
        return "" if "$ref" in schema and is_model(self.body(schema)) else name + label

    def _own_name(self, component: str) -> str:
        """The Go name of a component, without the word that distinguishes requests from responses."""
        plain = component.replace("Input", "", 1)
        return exported(plain if plain in self.components else component)

    def _label(self, schema: Schema) -> str:
        if "$ref" in schema and is_model(self.body(schema)):
            return self._own_name(reference(schema))
        schema = self.body(schema)
        if schema.get("format") in ("date", "date-time"):
            return "Date" if schema["format"] == "date" else "Time"
        match kind_of(schema):
            case "array":
                return f"{self._label(schema.get('items', {}))}s"
            case "object":
                return "Map"
            case kind:
                return {"integer": "Int", "number": "Float", "boolean": "Bool", "string": "String"}.get(kind, "Value")

    # Parameters.

    def parameter(self, place: Place, schema: Schema) -> Field:
        """A field of parameters, with its checks added to the struct."""
        struct, name, required = place.struct, place.name, place.required
        found, optional = self._parameter_type(schema, place.hint, struct, required=required)
        if self._loops(schema, place.component):
            found, optional = Type(f"*{found.text}", secret=found.secret), "zero"
        mark = ",omitzero" if not required else ",nullzero" if optional == "zero" else ""
        tag = f'{place.tag}:"{_tag(place.wire)}{mark}"'
        tag += ' json:"-"' if place.tag != "json" else ""
        tag += ' api:"required"' if required else ""
        if self.body(without_null(schema)[0]).get("format") == "date":
            tag += ' format:"date"'
        value = f"r.{name}.Value" if optional == "opt" else f"r.{name}"
        lines = self.checks(schema, value, quoted(place.wire), depth=2 if optional else 1)
        if lines:
            not_null = f" && !param.IsNull(r.{name})" if without_null(schema)[1] else ""
            guard = {"opt": f"r.{name}.Valid()", "zero": f"!param.IsOmitted(r.{name}){not_null}"}.get(optional)
            struct.checks += [f"\tif {guard} {{", *lines, "\t}"] if guard else lines
        return Field(name, place.wire, found, required, tuple(self._lines(schema, "\t")), tag, optional)

    def _parameter_type(self, schema: Schema, hint: str, owner: Struct | None, *, required: bool) -> tuple[Type, str]:
        """The type of a parameter, and how it represents absence: as ``param.Opt``, or by its zero value."""
        inner, nullable = without_null(schema)
        found = self.request(inner, hint, owner)
        simple = found.text in ("string", "int64", "float64", "bool", "time.Time")
        if simple and (nullable or not required):
            return Type(f"param.Opt[{found.text}]", secret=found.secret), "opt"
        return found, "" if required and not nullable else "zero"

    def request(self, schema: Schema, hint: str, owner: Struct | None) -> Type:
        """The type of a value that is always given."""
        if "$ref" in schema:
            name = reference(schema)
            target = self.components[name]
            if not is_model(target):
                return self.request(without_null(target)[0], hint, owner)
            model = self._model(name, "request", hint, owner)
            return Type(model.name, secret=is_secret(model))
        if alternatives(schema):
            union = self._union(schema, "request", self.names.claim(hint), owner)
            return Type(union.name, secret=union.secret)
        match kind_of(schema):
            case "string" if (only := only_value(schema)) is not None:
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
            case "object" if (value := values_of(schema)) is not None:
                item = self._part(value, hint, owner)
                return Type(f"map[string]{item.text}", secret=item.secret)
            case "object":
                return Type("map[string]any")
            case _:
                return Type("any")

    def _part(self, schema: Schema, hint: str, owner: Struct | None) -> Type:
        inner, nullable = without_null(schema)
        item = self.request(inner, hint, owner)
        return Type(f"*{item.text}", secret=item.secret) if nullable and item.text != "any" else item

    def checks(self, schema: Schema, value: str, at: str, *, depth: int) -> list[str]:
        """Statements that check ``value`` against ``schema``; ``at`` is the expression for its path."""
        schema, _ = without_null(schema)
        tabs = "\t" * depth
        body = self.body(schema)
        if alternatives(body) or ("$ref" in schema and "properties" in body):
            return [f"{tabs}c.Under({at}, {value}.check)"]
        match kind_of(body):
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
                return [f"{tabs}check.Number(c, {at}, {value}{limits})"] if limits or kind_of(body) == "number" else []
            case "array":
                return self._array_checks(body, value, at, depth)
            case "object" if (item := values_of(body)) is not None:
                return self._loop(item, value, at, depth, "AtName")
            case _:
                return []

    def _string_checks(self, schema: Schema, value: str, at: str) -> Iterator[str]:
        if (only := only_value(schema)) is not None:
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
        """A loop that checks the elements of an array or a map."""
        tabs, inner = "\t" * depth, depth + (2 if without_null(item)[1] else 1)
        key, each = f"i{depth}", f"v{depth}"
        pointer = without_null(item)[1] and self._is_pointer(item)
        lines = self.checks(item, f"*{each}" if pointer else each, f"check.{step}({at}, {key})", depth=inner)
        if not lines:
            return []
        if inner > depth + 1:
            guard = f"{each} != nil" if pointer else f"!param.IsNull({each})"
            lines = [
                f"{tabs}\tif {guard} {{",
                *(line.replace(f"*{each}.check", f"{each}.check") for line in lines),
                f"{tabs}\t}}",
            ]
        return [f"{tabs}for {key}, {each} := range {value} {{", *lines, f"{tabs}}}"]

    def _is_pointer(self, schema: Schema) -> bool:
        inner, _ = without_null(schema)
        return bool(kind_of(self.body(inner)) or alternatives(self.body(inner)))


_BASES: Final = {"string": "String", "int64": "Int"}
_ADDRESSES: Final = {"ip": "true, true", "ipv4": "true, false", "ipv6": "false, true"}
_LIMITS: Final = {
    "minimum": "AtLeast",
    "exclusiveMinimum": "MoreThan",
    "maximum": "AtMost",
    "exclusiveMaximum": "LessThan",
    "multipleOf": "MultipleOf",
}


def _tag(wire: str) -> str:
    if "," in wire:
        raise NotWrittenError(f"{wire!r} cannot stand in the tag of a field, which ends at the comma")
    return wire.replace("\\", "\\\\").replace('"', '\\"')
