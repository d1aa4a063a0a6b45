"""The normal form as Python needs it: requests strict, responses open, and a name for each type that needs one."""

from __future__ import annotations

import re
from typing import Any, Final, Literal, TypeAlias

from attrs import evolve, field, frozen, mutable

from codegen.naming import pascal_case
from codegen.python_names import ClassNames, is_apart

Node: TypeAlias = dict[str, Any]
"""A part of the document. Its values are of every JSON type, at every depth."""

Direction: TypeAlias = Literal["request", "response"]

UNKNOWN_TAG: Final = ""
"""The tag of the variant that stands for those a newer server may send. No variant of a contract has an empty one."""

PYTHON_STRINGS: Final = {
    "date": "datetime.date",
    "date-time": "datetime.datetime",
    "uuid": "uuid.UUID",
    "byte": "builtins.bytes",
    "decimal": "decimal.Decimal",
}
"""The types of strings by format; what is not here is a plain string."""

# In JSON it is a string like any other.
_BINARY: Final = {"type": "string", "format": "binary"}
_COMPONENTS: Final = "#/components/schemas/"
_NOTES: Final = ("description", "deprecated", "default", "x-default")
_RANGES: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_LIMITS: Final = {
    "string": ("minLength", "maxLength", "pattern"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
    "integer": _RANGES,
    "number": _RANGES,
}
_CONSTRAINTS: Final = frozenset(key for keys in _LIMITS.values() for key in keys)
_TEXTS: Final = {"password": "SecretText", "ip": "IPText", "ipv4": "IPv4Text", "ipv6": "IPv6Text"}
# Beyond these msgspec refuses a bound; limits on larger numbers are left to the server to check.
_INT64: Final = range(-(2**63), 2**63)


# Ends the names of properties that openapi-python-client could not distinguish, such as `+1` and `-1`.
_MARK: Final = " \N{SYMBOL FOR UNIT SEPARATOR}"


def wire_name(key: str) -> str:
    """The name in the contract of the property that is ``key`` in the document."""
    return key.partition(_MARK)[0]


@frozen
class Part:
    """A schema that is being added to the document."""

    node: Node
    nullable: bool = False
    named: bool = False
    """Only a named type can be this."""
    template_data: Node = field(factory=dict[str, Any])
    """The data for the templates of models.py, besides that from datamodel-code-generator."""


@mutable
class Operation:
    """An operation of the document, with the parts that the generators drop."""

    pointer: str
    node: Node
    """As it stands in the document."""
    path: str
    method: str
    structs: dict[str, str] = field(factory=dict[str, str])
    """The classes that check the arguments by location: ``{"query": "ListApiKeysQuery"}``."""

    def parameter(self, location: str, wire: str) -> Node:
        """The parameter called ``wire``."""
        found: Node = next(own for own in self.node["parameters"] if (own["in"], own["name"]) == (location, wire))
        return found

    def has_commas(self, wire: str) -> bool:
        """True if a list in the query is written ``a,b,c``."""
        return self.parameter("query", wire).get("explode", True) is False


class PythonSchemas:
    """Turns a normal form's document into the one that both generators are given."""

    def __init__(self, document: Node) -> None:
        sources: dict[str, Node] = document["components"]["schemas"]
        self.classes = ClassNames()
        self.schemas: dict[str, Node] = {}
        self.template_data: dict[str, Node] = {}
        self.labels: dict[str, str] = {}
        """The prefix of the name of a class's typed dict."""
        self.tagged = {
            reference.removeprefix(_COMPONENTS)
            for source in sources.values() if source.get("x-union") == "tagged"
            for reference in source["discriminator"]["mapping"].values()
        }  # fmt: skip
        """The classes whose tag msgspec writes by itself."""
        self.operations: list[Operation] = []
        self.places: dict[str, str] = {}
        """The pointer to the source of each class."""
        self._pointer = "#"
        self._maps = 0
        self._names = {source: self.classes.claim(pascal_case(source)) for source in sources}
        for source, name in self._names.items():
            node, way = sources[source], _direction(sources[source])
            base = source.removesuffix("Input")
            self.labels[name] = base if way == "request" and base in sources else source
            self._pointer = self.places[name] = _COMPONENTS + source
            self._define(name, self._copy(node, name, way))
        paths = {
            path: {method: self._operation(path, method, own) for method, own in item.items()}
            for path, item in document["paths"].items()
        }
        self.document = {key: document[key] for key in ("openapi", "info")}
        self.document |= {"paths": paths, "components": {"schemas": self.schemas}}

    def resolve(self, node: Node) -> Node:
        """``node``, or the schema that it refers to."""
        while reference := node.get("$ref") or (len(node.get("anyOf", ())) == 1 and node["anyOf"][0]["$ref"]):
            node = self.schemas[reference.removeprefix(_COMPONENTS)]
        return node

    def is_nullable(self, schema: Node) -> bool:
        """True if null is a value of ``schema``."""
        node = self.resolve(schema)
        if "anyOf" in node:
            return any(self.is_nullable(own) for own in node["anyOf"])
        types = node.get("type", ())
        return "null" in ([types] if isinstance(types, str) else types) or node.keys() <= {*_NOTES}

    def _operation(self, path: str, method: str, source: Node) -> Node:
        pointer = self._pointer = "#/paths/{}/{}".format(path.replace("~", "~0").replace("/", "~1"), method)
        label = pascal_case(source["operationId"])
        parameters = [self._parameter(own, label) for own in source.get("parameters", ())]
        node: Node = {**source, "parameters": parameters}
        operation = Operation(pointer, node, path, method)
        self.operations.append(operation)
        for location, suffix in (("path", "Path"), ("query", "Query"), ("header", "Headers")):
            if own := [parameter for parameter in parameters if parameter["in"] == location]:
                operation.structs[location] = self._struct(label + suffix, own)
        if body := source.get("requestBody"):
            node["requestBody"] = {**body, "content": self._content(body["content"], f"{label}Body", "request")}
        several = sum(status[:1] == "2" for status in source["responses"]) > 1
        node["responses"] = {
            status: {
                "description": response.get("description", ""),
                "content": self._content(
                    response.get("content", {}), label + _response_suffix(status, several=several), "response"
                ),
            }
            for status, response in source["responses"].items()
        }
        return node

    def _parameter(self, source: Node, label: str) -> Node:
        name = label + pascal_case(source["name"])
        # A parameter that is null is one that is left out.
        part = evolve(self._inside(source["schema"], name, "request"), nullable=False)
        notes = {key: source[key] for key in _NOTES if key in source}
        return {**source, "schema": {**self._settle(part, name), **notes}}

    def _struct(self, name: str, parameters: list[Node]) -> str:
        name = self.classes.claim(name)
        self.places[name] = self._pointer
        self.schemas[name] = {
            "type": "object",
            "properties": {own["name"]: own["schema"] for own in parameters},
            "required": [own["name"] for own in parameters if own.get("required")],
            "additionalProperties": False,
        }
        return name

    def _content(self, content: Node, name: str, way: Direction) -> Node:
        return {
            media_type: {
                "schema": _BINARY if kind_of(media_type) == "binary" else self._reference(own["schema"], name, way)
            }
            for media_type, own in content.items()
        }

    def _reference(self, schema: Node, name: str, way: Direction) -> Node:
        """The type of a body: a name, or a plain scalar."""
        part = self._copy(schema, name, way)
        scalar = part.node.get("type") in ("string", "integer", "number", "boolean") and not part.nullable
        if scalar and _CONSTRAINTS.isdisjoint(part.node):
            return part.node
        return part.node if "$ref" in part.node and not part.nullable else self._hoist(name, part)

    # Schemas

    def _define(self, name: str, part: Part) -> None:
        self.schemas[name] = self._settle(part, name)
        if part.template_data and not part.nullable:
            self.template_data[name] = part.template_data

    def _hoist(self, name: str, part: Part) -> Node:
        name = self.classes.claim(name)
        self.labels[name] = name
        self.places[name] = self._pointer
        self._define(name, part)
        return {"$ref": _COMPONENTS + name}

    def _inside(self, source: Node, name: str, way: Direction) -> Part:
        """The schema of a field; one that needs a name becomes a component."""
        part = self._copy(source, name, way)
        if not part.named:
            return part
        inner = {key: value for key, value in part.node.items() if key not in _NOTES}
        return Part(_beside(self._hoist(name, evolve(part, node=inner, nullable=False)), part.node), part.nullable)

    def _nested(self, source: Node, name: str, way: Direction) -> Node:
        """The schema of an item or an option, whose constraints need a named type."""
        part = self._inside(source, name, way)
        if not _CONSTRAINTS.isdisjoint(part.node):
            part = Part(self._hoist(name, evolve(part, nullable=False)), part.nullable)
        return self._settle(part, name)

    def _settle(self, part: Part, name: str) -> Node:
        node = part.node
        if not part.nullable or not node:
            return node
        # datamodel-code-generator overlooks a map's size beside null, and a null beside a custom type.
        sized_map = node.get("type") == "object" and not _CONSTRAINTS.isdisjoint(node)
        if isinstance(node.get("type"), str) and not part.named and "customTypePath" not in node and not sized_map:
            return {**node, "type": [node["type"], "null"]}
        notes = _notes(node)
        inner = {key: value for key, value in node.items() if key not in notes}
        if part.named or not _CONSTRAINTS.isdisjoint(inner):
            inner = self._hoist(f"{name}Value", evolve(part, node=inner, nullable=False))
        options = inner["anyOf"] if inner.keys() == {"anyOf"} else [inner]
        return {"anyOf": [*options, {"type": "null"}], **notes}

    def _copy(self, source: Node, name: str, way: Direction) -> Part:
        notes = _notes(source)
        if "$ref" in source:
            return Part(_beside({"$ref": _COMPONENTS + self._names[source["$ref"].removeprefix(_COMPONENTS)]}, notes))
        if options := source.get("oneOf") or source.get("anyOf"):
            return self._union(source, options, name, way)
        types: list[str] = [source["type"]] if isinstance(source.get("type"), str) else source.get("type", [])
        nullable = "null" in types and len(types) > 1
        kind = next((own for own in types if own != "null" or not nullable), None)
        if "enum" in source or "const" in source:
            return evolve(_choice(source, way, notes), nullable=nullable or None in source.get("enum", ()))
        if kind is None:
            return Part(notes)
        part = self._of_type(kind, source, name, way)
        return evolve(part, node={**part.node, **notes}, nullable=nullable)

    def _of_type(self, kind: str, source: Node, name: str, way: Direction) -> Part:
        node: Node = {"type": kind}
        if way == "request":
            node |= _constraints(kind, source)
        match kind:
            case "string":
                return Part(_text(node, "password" if source.get("x-secret") else source.get("format", ""), way))
            case "array":
                node["items"] = self._nested(source.get("items", {}), f"{name}Item", way)
                unique = source.get("uniqueItems") and way == "request"
                return Part(node, named=True, template_data={"unique": True}) if unique else Part(node)
            case "object" if "properties" in source or source.get("additionalProperties") is False:
                return self._record(source, name, way)
            case "object":
                extra = source.get("additionalProperties")
                values = (
                    self._nested(source["additionalProperties"], f"{name}Value", way) if isinstance(extra, dict) else {}
                )
                # openapi-python-client makes a class of each map; an odd title keeps its name apart from ours.
                self._maps += 1
                return Part({**node, "additionalProperties": values or True, "title": f"Inline{self._maps}"})
            case _:
                return Part(node)

    def _record(self, source: Node, name: str, way: Direction) -> Part:
        properties: Node = {}
        for wire, own in source.get("properties", {}).items():
            inner = name + pascal_case(wire)
            key = wire if is_apart(wire, properties) else f"{wire}{_MARK}{len(properties)}"
            properties[key] = self._settle(self._inside(own, inner, way), inner)
        is_open = source.get("x-direction") != "response" and source.get("additionalProperties", False) is not False
        required = [key for key in properties if wire_name(key) in source.get("required", ())]
        node = {"type": "object", "properties": properties, "required": required}
        data = {"open": True} if is_open else {}
        return Part({**node, "additionalProperties": False}, named=True, template_data=data)

    def _union(self, source: Node, options: list[Node], name: str, way: Direction) -> Part:
        notes = _notes(source)
        nullable = {"type": "null"} in options
        options = [own for own in options if own != {"type": "null"}]
        if source.get("x-union") == "tagged":
            return Part({**self._tagged(source, name, way), **notes}, nullable, named=True)
        if len(options) == 1:
            part = self._copy(options[0], name, way)
            return evolve(part, node=_beside(part.node, notes), nullable=True)
        if source.get("x-union") == "structural":
            options = sorted(options, key=lambda own: own.get("$ref") not in _first(source))
            nodes = [self._nested(own, f"{name}Option{number}", way) for number, own in enumerate(options, 1)]
            return Part({"anyOf": nodes, **notes}, nullable, named=True, template_data={"untagged": True})
        nodes = [self._nested(own, f"{name}Option{number}", way) for number, own in enumerate(options, 1)]
        return Part({"anyOf": nodes, **notes}, nullable)

    def _tagged(self, source: Node, name: str, way: Direction) -> Node:
        wire = source["discriminator"]["propertyName"]
        mapping = {
            tag: _COMPONENTS + self._names[reference.removeprefix(_COMPONENTS)]
            for tag, reference in source["discriminator"]["mapping"].items()
        }
        if way == "response":
            words = f"A variant of {name} that came after this code was generated. What it holds is kept as it came."
            unknown = {"type": "object", "properties": {wire: {"const": UNKNOWN_TAG}}, "required": [wire]}
            part = Part({**unknown, "additionalProperties": False, "description": words})
            mapping[UNKNOWN_TAG] = self._hoist(f"Unknown{name}", part)["$ref"]
        options = [{"$ref": reference} for reference in mapping.values()]
        return {"oneOf": options, "discriminator": {"propertyName": wire, "mapping": mapping}}


def kind_of(media_type: str) -> str:
    """How a body of ``media_type`` is written: ``json``, ``form``, ``text`` or ``binary``."""
    name = media_type.partition(";")[0].strip().lower()
    if name == "application/json" or name.endswith("+json") or name == "*/*":
        return "json"
    if name == "application/x-www-form-urlencoded":
        return "form"
    return "text" if name.startswith("text/") or name.endswith(("/xml", "+xml")) else "binary"


def _choice(source: Node, way: Direction, notes: Node) -> Part:
    values: list[object] = [value for value in source.get("enum", [source.get("const")]) if value is not None]
    kinds = list(dict.fromkeys(type(value) for value in values))
    if not values:
        return Part({"type": "null", **notes})
    if "const" in source and kinds == [str]:
        return Part({"const": values[0], **notes})
    if kinds == [bool]:
        return Part({"type": "boolean", **notes})
    if float in kinds:
        return Part({"type": "number", **notes})
    node: Node = {"enum": values}
    if len(kinds) > 1:
        # openapi-python-client wants the values of an enum to be of one type.
        node = {
            "anyOf": [
                {"type": "boolean"} if kind is bool else {"enum": [own for own in values if type(own) is kind]}
                for kind in kinds
            ]
        }
    data: Node = {}
    if way == "response":
        data = {"open_type": " | ".join(sorted((kind.__name__ for kind in kinds), reverse=True)), "known": values}
    return Part({**node, **notes}, named=True, template_data=data)


def _response_suffix(status: str, *, several: bool) -> str:
    if status[:1] == "2":
        return f"Response{status}" if several else "Response"
    return f"Failure{status if status != 'default' else ''}"


def _direction(component: Node) -> Direction:
    return "request" if component.get("x-direction") == "request" else "response"


def _first(source: Node) -> list[str]:
    return list(source.get("discriminator", {}).get("mapping", {}).values())


def _notes(source: Node) -> Node:
    notes = {key: source[key] for key in _NOTES if source.get(key) is not None}
    default = notes.get("default")
    if source.get("format") in PYTHON_STRINGS or isinstance(default, dict | list):
        # openapi-python-client takes no object for a default, and would make a date of a string.
        notes.pop("default", None)
        notes |= {"x-default": default} if isinstance(default, str) else {}
    return notes


def _beside(node: Node, source: Node) -> Node:
    """``node`` with the notes of ``source``."""
    notes = _notes(source)
    # openapi-python-client takes a default beside a reference only in this spelling.
    if "default" in notes and "$ref" in node:
        return {"anyOf": [{"$ref": node["$ref"]}], **_notes(node), **notes}
    return {**node, **notes}


def _text(node: Node, format_: str, way: Direction) -> Node:
    if format_ in PYTHON_STRINGS:
        # openapi-python-client knows some of them by their format, datamodel-code-generator all of them by their path.
        return {"type": "string", "format": format_, "customTypePath": PYTHON_STRINGS[format_]}
    if format_ == "password" or (format_ in _TEXTS and way == "request"):
        return {**node, "format": format_, "customTypePath": f"boltz_api.model.{_TEXTS[format_]}"}
    return node


def _constraints(kind: str, source: Node) -> Node:
    """The constraints that msgspec can check."""
    limits = {key: source[key] for key in _LIMITS.get(kind, ()) if source.get(key) is not None}
    if kind == "integer":
        limits = {key: int(limit) for key, limit in limits.items() if limit == int(limit) and int(limit) in _INT64}
    if "pattern" in limits and not _compiles(limits["pattern"]):
        del limits["pattern"]  # of another dialect: the server's to check
    return limits


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True
