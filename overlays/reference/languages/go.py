"""The Go client. ``param.Field`` stands for the ways in which parameters hold a value, as in the public reference."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from codegen.emit_go_names import MEMBERS, METHODS, Names, exported, local, singular
from reference.languages import Entry, Language

if TYPE_CHECKING:
    from codegen.document import JSON
    from reference.endpoints import Endpoint, Field, Type

_SCALARS: Final = {"string": "string", "integer": "int64", "number": "float64", "boolean": "bool"}


class Go(Language):
    """The call on ``boltzapi.Client``."""

    label = "Go"
    syntax = "go"
    types_show_null = True

    def __init__(self, module: str) -> None:
        self._module = module

    def signature(self, endpoint: Endpoint) -> str:
        """Return such as ``client.Admin.APIKeys.New(ctx, body) (*AdminAPIKeyNewResponse, error)``."""
        names = [local(field.name) for field in endpoint.parameters if field.place == "path"]
        arguments = ", ".join(["ctx", *names, *filter(None, [_params_argument(endpoint)])])
        return f"client.{_method(endpoint)}({arguments}) {self._result(endpoint)}"

    def _result(self, endpoint: Endpoint) -> str:
        response = endpoint.page_items or endpoint.response
        if response is None:
            return "error"
        name = type_of(response, f"{_prefix(endpoint)}Response")
        return f"(*{f'CursorPage[{name}]' if endpoint.page_items else name}, error)"

    def parameters(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """Return the arguments: those in the path, and the struct of the others."""
        names = [field for field in endpoint.parameters if field.place == "path"]
        found = [_entry(field, local(field.name), _prefix(endpoint) + exported(field.name)) for field in names]
        argument = _params_argument(endpoint)
        if argument:
            params = f"{_prefix(endpoint)}Params"
            fields = _fields(endpoint)
            inside = tuple(_entry(field, name, params + name, sent=True) for name, field in fields)
            found.append(Entry(name=argument, separator=" ", type=params, children=inside))
        return tuple(found)

    def field(self, field: Field, *, sent: bool) -> tuple[str, str]:
        """Return such as ``ExpiresInDays`` and ``param.Field[int64]``."""
        shown = _entry(field, exported(field.name), exported(field.name), sent=sent)
        return shown.name, shown.type

    def heading(self, name: str, type_: Type, *, alternative: bool = False) -> tuple[str, str, str]:  # noqa: ARG002
        """Return a type as it is declared, which is the same among alternatives."""
        return f"type {exported(name)}", " ", "struct{…}" if type_.fields else type_of(type_, exported(name))

    def returns(self, endpoint: Endpoint) -> tuple[Entry, ...]:
        """Return the struct of the response, or of the items where the response is a page."""
        response = endpoint.page_items or endpoint.response
        if response is None:
            return ()
        name = f"{_prefix(endpoint)}Response"
        if not response.fields:
            return (Entry(name=type_of(response, name), separator="", type="", description=response.description),)
        children = tuple(_entry(field, exported(field.name), name + exported(field.name)) for field in response.fields)
        return (
            Entry(
                name=f"type {name}",
                separator=" ",
                type="struct{…}",
                description=response.description,
                children=children,
            ),
        )

    def example(self, endpoint: Endpoint) -> str:
        """Return a program for a module that requires ours."""
        given = [value_of(field.type, field.example) for field in endpoint.required("path")]
        argument = _params_argument(endpoint)
        required = [(name, field) for name, field in _fields(endpoint) if field.required]
        if argument:
            fields = [f"\t\t{name}: {self._value(endpoint, name, field)}," for name, field in required]
            inside = "\n".join(["{", *fields, "\t}"]) if fields else "{}"
            given.append(f"boltzapi.{_prefix(endpoint)}Params{inside}")
        call = f"client.{_method(endpoint)}({', '.join(['context.TODO()', *given])})"
        imports = ["context", "fmt"] if self._result(endpoint) != "error" else ["context"]
        return "\n".join(
            [
                "package main",
                "",
                "import (",
                *(f'\t"{name}"' for name in imports),
                "",
                f'\t"{self._module}"',
                f'\t"{self._module}/option"',
                ")",
                "",
                "func main() {",
                "\tclient := boltzapi.NewClient(",
                '\t\toption.WithAPIKey("My API Key"),',
                "\t)",
                *_printed(endpoint, call),
                "}",
            ]
        )

    def _value(self, endpoint: Endpoint, own: str, field: Field) -> str:
        name = f"{_prefix(endpoint)}Params{own}"
        if field.type.choices:
            return f"boltzapi.{_constant(name, field.example)}"
        return (
            f"boltzapi.{name}{{}}" if field.type.fields or field.type.variants else value_of(field.type, field.example)
        )


def _fields(endpoint: Endpoint) -> list[tuple[str, Field]]:
    """The fields of the struct of parameters, with their names; those of the body come first, and by their own."""
    fields = sorted(
        (field for field in endpoint.parameters if field.place != "path"), key=lambda field: field.place != "body"
    )
    names = Names(MEMBERS)
    found: list[tuple[str, Field]] = []
    for field in fields:
        name = exported(field.name)
        if field.place != "body" and not names.is_free(name):
            name = exported(field.place) + name
        found.append((names.claim(name), field))
    return found


def _printed(endpoint: Endpoint, call: str) -> list[str]:
    failed = ["\tif err != nil {", "\t\tpanic(err.Error())", "\t}"]
    response = endpoint.response
    if response is None:
        return [f"\terr := {call}", *failed]
    variable = local(singular(endpoint.resource[-1])) if endpoint.function == "create" else "response"
    variable = "page" if endpoint.page_items else variable
    shown = (
        f"{variable}.{exported(response.fields[0].name)}" if response.fields and not endpoint.page_items else variable
    )
    return [f"\t{variable}, err := {call}", *failed, f'\tfmt.Printf("%+v\\n", {shown})']


def _entry(field: Field, name: str, path: str, *, sent: bool = False) -> Entry:
    """A field or an argument, and everything under it; ``path`` names the types that only it has."""
    text = type_of(field.type, path)
    inner = field.type
    while inner.items is not None:
        inner = inner.items
    rules = [*field.type.rules, *(inner.rules if inner is not field.type else ())]
    rules += [("default", json.dumps(default, ensure_ascii=False)) for default in field.type.default]
    if sent:
        text = f"param.Field[{text}]" + ("" if field.required else " optional")
    choices = [
        f"const {_constant(path, value)} {path} = {json.dumps(value, ensure_ascii=False)}" for value in inner.choices
    ]
    return Entry(
        name=name,
        separator=" ",
        type=text,
        description=field.description,
        rules=tuple(rules),
        choices=tuple(choices) if len(choices) > 1 else (),
        children=tuple(_entry(own, exported(own.name), path + exported(own.name), sent=sent) for own in inner.fields),
        deprecated=field.type.deprecated,
    )


def _constant(type_: str, value: JSON) -> str:
    return type_ + exported(str(value))


def type_of(type_: Type, path: str) -> str:
    """Return a type as Go has it; ``path`` is the name of one that has none in the contract."""
    if len(type_.choices) == 1 and isinstance(type_.choices[0], str):
        return exported(type_.choices[0])
    if type_.choices or type_.fields or type_.variants:
        return path
    items = type_of(type_.items, path) if type_.items else "any"
    match type_.kind:
        case "array":
            return f"[]{items}"
        case "object":
            return f"map[string]{items}"
        case _:
            return "Time" if type_.format in ("date-time", "date") else _SCALARS.get(type_.kind, "any")


def value_of(type_: Type, value: JSON) -> str:
    """Return a value of a type without a name as an expression."""
    if type_.format in ("date-time", "date"):
        return "time.Now()"
    if isinstance(value, list):
        inner = type_.items
        shown = ", ".join(value_of(inner, each) for each in value) if inner is not None else ""
        return f"{type_of(type_, 'any')}{{{shown}}}"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, int, float)) else "nil"


def _method(endpoint: Endpoint) -> str:
    return ".".join([*map(exported, endpoint.resource), METHODS.get(endpoint.function) or exported(endpoint.function)])


def _prefix(endpoint: Endpoint) -> str:
    """The prefix of the names of the operation's types: ``AdminAPIKeyNew``."""
    path = "".join(exported(singular(step)) for step in endpoint.resource)
    return path + (METHODS.get(endpoint.function) or exported(endpoint.function))


def _params_argument(endpoint: Endpoint) -> str:
    """The name of the struct of parameters; empty where all stand in the path."""
    outside = any(field.place in ("query", "header") for field in endpoint.parameters)
    inside = bool(endpoint.media_type)
    return "params" if outside and inside else "body" if inside else "query" if outside else ""
