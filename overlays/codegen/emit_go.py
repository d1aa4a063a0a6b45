"""The Go module: the hand-written runtime, and what is generated from a contract's normal form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import define, evolve, field, frozen
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from codegen.document import Fault, Faults
from codegen.emit_go_models import Enum, Field, NotWrittenError, Place, Struct, Type
from codegen.emit_go_names import (
    KEYWORDS,
    LOCALS,
    MEMBERS,
    METHODS,
    SERVICE,
    Names,
    aligned,
    comment,
    exported,
    local,
    quoted,
    raw_quoted,
    singular,
)
from codegen.emit_go_types import Types
from codegen.project import HERE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from codegen.emit_go_models import Model, Schema
    from codegen.normal_form import NormalForm

RUNTIME: Final = Path(__file__).resolve().parents[1] / "go"
"""The hand-written part: ``runtime`` belongs to every contract, ``keys`` to the one that has API keys."""

RUNTIME_PATH: Final = "go.boltz.bio/boltzapi"
"""The module's path in the imports of the hand-written part."""

LANGUAGE: Final = "1.24"

# Exported names of the hand-written part of the root package.
_TAKEN: Final = re.compile(r"^(?:func|type|var|const) (?:\(\w+ [^)]*\) )?([A-Z]\w*)|^\t([A-Z]\w*) +=", re.MULTILINE)
_MISSING: Final = re.compile(r"\{([^{}]+)\}")
_HEADER: Final = "// Code generated from the contract by nox -s generate; DO NOT EDIT.\n\n"


@define
class Service:
    """The operations under one tag, and the services below it."""

    name: str
    type: str
    file: str
    title: str = ""
    lines: list[str] = field(factory=list[str])
    methods: list[Method] = field(factory=list["Method"])
    services: dict[str, Service] = field(factory=dict[str, "Service"])
    names: Names = field(factory=lambda: Names(SERVICE))

    @property
    def members(self) -> list[tuple[str, str]]:
        """The fields of its struct, and their types."""
        return [("Options", "[]option.RequestOption"), *((own.name, own.type) for own in self.services.values())]

    @property
    def values(self) -> list[tuple[str, str]]:
        """The same fields with their values."""
        return [("Options:", "opts"), *((f"{own.name}:", f"New{own.type}(opts...)") for own in self.services.values())]


@frozen
class Method:
    """One operation."""

    name: str
    variable: str
    node: Schema
    verb: str
    lines: list[str]
    arguments: list[tuple[str, str]]
    """The arguments: those in the path, and the parameters, as names and types."""
    path: str
    checks: list[str]
    params: Params | None
    result: Type | None
    kind: str
    """The form of the response: ``json``, ``page``, ``raw`` or ``none``."""
    operation: list[tuple[str, str]]
    """The members of the operation's own variable."""

    @property
    def head(self) -> str:
        """The method's parameters."""
        own = ", ".join(f"{name} {kind}" for name, kind in self.arguments)
        return f"ctx context.Context, {own + ', ' if own else ''}opts ...option.RequestOption"

    @property
    def passed(self) -> str:
        """The arguments of ``head``, as passed on in a call."""
        return "".join(f", {name}" for name, _ in self.arguments)

    @property
    def request(self) -> list[tuple[str, str]]:
        """The members of the request."""
        members = [("Operation:", self.variable), ("Path:", self.path)]
        params = self.params
        if params is not None:
            name = params.argument
            members += [("Query:", f"{name}.query()")] if params.struct.query else []
            members += [("Header:", f"{name}.header()")] if params.struct.header else []
            members += [("Body:", name)] if params.has_body else []
            members += [("ContentType:", quoted(params.content_type))] if params.content_type else []
            members += [("BodyOptional:", "true")] if params.has_body and params.optional else []
        checked = "verify" if self.checks else f"{params.argument}.check" if params is not None else ""
        members += [("Check:", checked)] if checked else []
        return [*members, ("Client:", "r.Options"), ("Options:", "opts")]

    @property
    def pages(self) -> list[tuple[str, str]]:
        """The members of the variable that describes a listing's pagination."""
        pages, required = self.node["x-pagination"], self.required
        members = [("Items:", quoted(pages["items"])), ("More:", quoted(pages["more"]))]
        for way, cursor, key in (("Forward", "Last", "forward"), ("Backward", "First", "backward")):
            if key in pages:
                members += [
                    (f"{way}:", quoted(pages[key]["parameter"])),
                    (f"{cursor}:", quoted(pages[key]["cursor"])),
                ]
        return [*members, ("Required:", f"[]string{{{', '.join(map(quoted, required))}}}")]

    required: tuple[str, ...] = ()
    """The members that every page has."""


@define
class Params:
    """The parameters of an operation that do not stand in its path."""

    struct: Struct
    argument: str
    has_body: bool = False
    content_type: str = ""
    optional: bool = False
    """The body may be left out."""


def module_files(form: NormalForm, path: str) -> dict[str, str]:
    """Every file of the module that is imported as ``path``."""
    files = {
        source.relative_to(folder).as_posix(): source.read_text(encoding="utf-8").replace(
            f'"{RUNTIME_PATH}', f'"{path}'
        )
        for folder in [RUNTIME / "runtime", *([RUNTIME / "keys"] if _has_keys(form.document) else [])]
        for source in sorted(folder.rglob("*.go"))
        if not source.name.endswith("_test.go")
    }
    taken = {
        one or other
        for name, text in files.items()
        if "/" not in name
        for one, other in _TAKEN.findall(text)
    }  # fmt: skip
    stems = [name.removesuffix(".go") for name in files if "/" not in name]
    files["go.mod"] = f"module {path}\n\ngo {LANGUAGE}\n"
    return files | _Emitter(form.document, path, taken, stems).files()


def write_module(form: NormalForm, folder: Path, path: str | None = None) -> None:
    """Write the module into ``folder``, which is empty. Its path is a setting of this project."""
    try:
        files = module_files(form, path or str(HERE.settings("boltz-go")["module"]))
    except NotWrittenError as error:
        raise Faults([Fault(form.place_of(error.place), f"Go: {error}")]) from None
    files["LICENSE"] = (HERE.root / "LICENSE").read_text(encoding="utf-8")
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")


def _has_keys(document: Schema) -> bool:
    """True if the contract has the operations that find, get, candidates and rotate are made of."""
    found = {
        (node["tags"][0], node["operationId"]) for item in document["paths"].values() for node in item.values()
    }  # fmt: skip
    return {("admin.api_keys", f"{verb}_api_key{end}") for verb, end in _KEY_CALLS} <= found


_KEY_CALLS: Final = (("create", ""), ("list", "s"), ("revoke", ""))


class _Emitter:
    def __init__(self, document: Schema, path: str, taken: Iterable[str], stems: Iterable[str]) -> None:
        self.document = document
        self.path = path
        self.names = Names([*taken, "Client", "NewClient", "DefaultClientOptions"])
        self.types = Types(document, self.names)
        self.variables = Names(KEYWORDS | LOCALS | {"contract"})
        self.root = Service("", "", "client.go")
        self.stems = Names(["client", "models", *stems])
        self.templates = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates") / "go"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,  # noqa: S701  # it writes Go, no HTML
        )
        # Jinja infers the type of its filters from those that it brings.
        filters = cast("dict[str, Callable[..., object]]", self.templates.filters)
        filters |= {"assigned": _assigned, "quoted": quoted, "raw": raw_quoted, "aligned": aligned}

    def files(self) -> dict[str, str]:
        paths: Mapping[str, Mapping[str, Schema]] = self.document["paths"]
        operations = [(path, verb, node) for path, item in paths.items() for verb, node in item.items()]
        for _, _, node in operations:
            if response := node.get("x-response"):
                self.types.count(_item_of(self.types, node) or response, "response")
            for own in node["parameters"]:
                self.types.count(own["schema"], "request")
            if body := node.get("requestBody"):
                self._count_body(next(iter(body["content"].values()))["schema"])
        for _, _, node in operations:
            self._service(node["tags"][0])  # names of services come first
        for path, verb, node in operations:
            try:
                self._method(path, verb, node)
            except NotWrittenError as error:
                error.place = error.place or node["operationId"]
                raise
        files = {
            "client.go": self._render(
                "client.go.jinja", root=self.root, server=self._server(), security=self._security()
            ),
            "models.go": self._render("models.go.jinja", models=self.types.models, patterns=self.types.patterns),
        }
        if self.types.constants:
            constants = sorted(self.types.constants.items())
            files["shared/constant/constant.go"] = self._render("constant.go.jinja", constants=constants)
        for service in self._services(self.root):
            files[service.file] = self._render("service.go.jinja", service=service)
        return files

    def _count_body(self, schema: Schema) -> None:
        """A body's own fields are fields of the parameters, so only what those refer to is named."""
        target = self.types.body(schema)
        self.types.count(target if "properties" in target else schema, "request")

    def _render(self, template: str, **values: Any) -> str:
        text = self.templates.get_template(template).render(path=self.path, **values)
        return _HEADER + _with_imports(text, self.path)

    # The services.

    def _services(self, service: Service) -> list[Service]:
        found: list[Service] = []
        for inner in service.services.values():
            found += [inner, *self._services(inner)]
        return found

    def _service(self, tag: str) -> Service:
        service = self.root
        prefix = ""
        tags = {each["name"]: each for each in self.document["tags"]}
        steps = tag.split(".")
        for depth, step in enumerate(steps):
            prefix += exported(singular(step))
            if step not in service.services:
                about = tags.get(".".join(steps[: depth + 1]), {})
                name = service.names.claim(exported(step))
                inner = Service(name, self.names.claim(f"{prefix}Service"), f"{self.stems.claim(prefix.lower())}.go")
                inner.title = about.get("x-displayName", step)
                inner.lines = comment(about.get("description", ""))
                service.services[step] = inner
            service = service.services[step]
        return service

    def _server(self) -> str:
        return str(self.document["servers"][0]["url"])

    def _security(self) -> list[tuple[str, str]]:
        asked = self.document["security"]
        if not asked:
            return []
        scheme = self.document["components"]["securitySchemes"][next(iter(asked[0]))]
        if scheme["type"] == "apiKey":
            return [("KeyHeader:", quoted(scheme["name"]))]
        kind = {"bearer": "Bearer ", "basic": "Basic "}[scheme["scheme"]]
        return [("KeyHeader:", quoted("Authorization")), ("KeyScheme:", quoted(kind))]

    # The operations.

    def _method(self, path: str, verb: str, node: Schema) -> None:
        tag = node["tags"][0]
        service = self._service(tag)
        name = service.names.claim(METHODS.get(node["x-method"]) or exported(node["x-method"]))
        prefix = service.type.removesuffix("Service") + name
        parameters = node["parameters"]
        arguments, checks, in_path = self._path_arguments(path, parameters, prefix)
        params = self._params(node, prefix, parameters)
        if params is not None:
            own = Names([argument for argument, _ in arguments])
            params.argument = own.claim(params.argument)
        result, kind = self._result(node, verb, prefix)
        method = Method(
            name=name,
            variable=self.variables.claim(local(node["operationId"])),
            node=node,
            verb=verb.upper(),
            lines=_documentation(node, name),
            arguments=arguments + ([(params.argument, params.struct.name)] if params else []),
            path=in_path,
            checks=checks,
            params=params,
            result=result,
            kind=kind,
            operation=self._operation(node, verb, result),
            required=tuple(self.types.body(node["x-response"]).get("required", ())) if kind == "page" else (),
        )
        service.methods.append(method)

    def _operation(self, node: Schema, verb: str, result: Type | None) -> list[tuple[str, str]]:
        flags = {
            "Repeatable": node["x-repeatable"],
            "Public": not node["security"],
            "MayBeEmpty": bool(node.get("x-optional")),
            "Secret": result is not None and result.secret,
        }
        return [
            ("Contract:", "contract"),
            ("Name:", quoted(node["operationId"])),
            ("Method:", quoted(verb.upper())),
            *((f"{flag}:", "true") for flag, on in flags.items() if on),
        ]

    def _path_arguments(
        self, path: str, parameters: list[Schema], prefix: str
    ) -> tuple[list[tuple[str, str]], list[str], str]:
        known = {own["name"]: own for own in parameters if own["in"] == "path"}
        names = Names()
        arguments: list[tuple[str, str]] = []
        checks: list[str] = []
        pieces: list[str] = []
        for at, piece in enumerate(_MISSING.split(path.lstrip("/"))):
            if at % 2 == 0:
                if piece:
                    pieces.append(quoted(piece))
                continue
            schema = known[piece]["schema"]
            name = names.claim(local(piece))
            found = self.types.request(schema, prefix + exported(piece), None)
            arguments.append((name, found.text))
            text = name if found.text == "string" else f"requestconfig.Text({name}, {quoted(schema.get('format', ''))})"
            checks += self.types.checks(schema, name, quoted(piece), depth=1)
            checks.append(f"\tcheck.Segment(c, {quoted(piece)}, {text})")
            pieces.append(f"url.PathEscape({text})")
        return arguments, [line for line in checks if ", 0, check.Unlimited)" not in line], " + ".join(pieces) or '""'

    def _params(self, node: Schema, prefix: str, parameters: list[Schema]) -> Params | None:
        body = node.get("requestBody")
        others = [own for own in parameters if own["in"] != "path"]
        if not body and not others:
            return None
        struct = Struct(self.names.claim(f"{prefix}Params"), [], [], "request")
        params = Params(struct, "params" if body and others else "body" if body else "query")
        fields = Names(MEMBERS)
        if body:
            self._body(params, body, fields)
        else:
            struct.marshal = ""
        for own in others:
            self._parameter(params, own, fields)
        self.types.models.append(struct)
        return params

    def _body(self, params: Params, body: Schema, fields: Names) -> None:
        struct = params.struct
        media, content = next(iter(body["content"].items()))
        params.optional = not body["required"]
        params.has_body = True
        params.content_type = "" if media == "application/json" else media
        schema = content["schema"]
        target = self.types.body(schema)
        is_form = media == "application/x-www-form-urlencoded" and "properties" in target
        if not is_form and not re.match(r"application/(.*\+)?json\b", media):
            name = fields.claim("Body")
            note = tuple(comment(f"Body is sent as it is, as {media}.", "\t"))
            struct.fields.append(Field(name, "body", Type("[]byte"), required=True, lines=note, tag='json:"-"'))
            struct.marshal = f"r.{name}, nil"
        elif "properties" in target:
            struct.lines = comment(target.get("description", ""))
            self.types.fill(struct, target, "", fields)
            if is_form:
                joined = [name for name, own in content.get("encoding", {}).items() if own.get("explode") is False]
                struct.marshal = f"param.MarshalForm({', '.join(['r', *map(quoted, joined)])})"
        else:
            name = fields.claim("Body")
            place = Place(struct, "body", name, required=True, tag="body")
            own = self.types.parameter(place, schema)
            struct.fields.append(own)
            # A nullable value is null if it is left out.
            nullable = f"!param.IsOmitted(r.{name})" if own.optional == "zero" else "true"
            struct.marshal = f"param.MarshalValue(r, r.{name}, {nullable})"

    def _parameter(self, params: Params, own: Schema, fields: Names) -> None:
        struct = params.struct
        wire, place = own["name"], own["in"]
        plain = exported(wire)
        name = fields.claim(plain if fields.is_free(plain) else exported(place) + plain)
        schema = {**own["schema"], **({"description": own["description"]} if "description" in own else {})}
        if own.get("deprecated"):
            schema["deprecated"] = True
        found = self.types.parameter(Place(struct, wire, name, bool(own["required"]), tag=place), schema)
        struct.fields.append(found)
        inner = self.types.body(schema)
        text = f"r.{name}{'.Value' if found.optional == 'opt' else ''}"
        if found.type.text not in ("string", "param.Opt[string]"):
            text = f"requestconfig.Text({text}, {quoted(inner.get('format', ''))})"
        lines: list[str] = []
        target = "v" if place == "query" else "h"
        if inner.get("type") == "array" or "array" in (inner.get("type") or ()):
            if own.get("explode", True) and place == "query":
                item = "each"
                if found.type.text != "[]string":
                    item = f"requestconfig.Text(each, {quoted(inner.get('items', {}).get('format', ''))})"
                lines = [f"for _, each := range r.{name} {{", f"\t{target}.Add({quoted(wire)}, {item})", "}"]
            else:
                lines = [
                    f"if r.{name} != nil {{",
                    f"\t{target}.Set({quoted(wire)}, requestconfig.Texts(r.{name}))",
                    "}",
                ]
        else:
            guard = {"opt": f"r.{name}.Valid()", "zero": f"!param.IsOmitted(r.{name})"}.get(found.optional)
            statement = f"{target}.Set({quoted(wire)}, {text})"
            lines = [f"if {guard} {{", f"\t{statement}", "}"] if guard else [statement]
        (struct.query if place == "query" else struct.header).extend(f"\t{line}" for line in lines)

    def _result(self, node: Schema, verb: str, prefix: str) -> tuple[Type | None, str]:
        schema = node.get("x-response")
        if schema is None or verb == "head":
            return None, "none"
        media = next(
            media
            for status, response in node["responses"].items()
            if status.startswith("2") or status == "default"
            for media in response.get("content", {})
        )
        if not re.match(r"application/(.*\+)?json\b", media):
            is_bytes = schema.get("format") == "binary"
            return Type("[]byte" if is_bytes else "string", secret=bool(schema.get("x-secret"))), "raw"
        hint = f"{prefix}Response"
        item = _item_of(self.types, node)
        if item is not None:
            return self._alias(hint, self.types.response(item, hint)), "page"
        found = self._alias(hint, self.types.response(schema, hint))
        if found.nullable and found.text != "any":
            return Type(found.text, f"jsonwalk.OrNull({found.decode})", secret=found.secret), "json"
        return found, "json"

    def _alias(self, hint: str, found: Type) -> Type:
        """``found`` by a name that says which operation returns it, if it has another one."""
        models = {model.name: model for model in self.types.models}
        bare = re.sub(r"^(?:\[\]|map\[string\]|\*)+", "", found.text)
        model = models.get(bare)
        if model is None or model.name == hint:
            return found
        for name in [model.name, *_owned(model, models)]:
            own = models[name]
            alias = self.names.claim(hint + name.removeprefix(model.name))
            own.aliases.append(alias)
            if isinstance(own, Enum):
                own.alias_values.append(
                    [(self.names.claim(alias + constant.removeprefix(name)), constant) for constant, _ in own.values]
                )
        return evolve(found, text=found.text.removesuffix(bare) + model.aliases[-1])


def _assigned(values: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, f"= {value}") for name, value in values]


def _owned(model: Model, models: Mapping[str, Model]) -> list[str]:
    found: list[str] = []
    for name in model.owned if isinstance(model, Struct) else []:
        found += [name, *_owned(models[name], models)]
    return found


def _item_of(types: Types, node: Schema) -> Schema | None:
    """The schema of a listing's items; ``None`` for any other operation."""
    pages = node.get("x-pagination")
    if pages is None:
        return None
    items: Schema = types.body(types.body(node["x-response"])["properties"][pages["items"]])
    item: Schema = items["items"]
    return item


def _documentation(node: Schema, name: str) -> list[str]:
    summary, words = node.get("summary", ""), node.get("description", "")
    text = summary if words in ("", summary) else words if not summary else f"{summary}\n\n{words}"
    lines = comment(text or f"{name} calls {node['operationId']}.")
    return [*lines, "//", "// Deprecated: the contract says so."] if node.get("deprecated") else lines


_IMPORTS: Final = {
    "context": "context",
    "fmt": "fmt",
    "http": "net/http",
    "json": "encoding/json",
    "regexp": "regexp",
    "slices": "slices",
    "slog": "log/slog",
    "sync": "sync",
    "time": "time",
    "url": "net/url",
    "check": "{}/internal/check",
    "constant": "{}/shared/constant",
    "jsonwalk": "{}/internal/jsonwalk",
    "option": "{}/option",
    "pagination": "{}/packages/pagination",
    "param": "{}/packages/param",
    "redact": "{}/internal/redact",
    "requestconfig": "{}/internal/requestconfig",
    "respjson": "{}/packages/respjson",
}
_CODE: Final = re.compile(r'//[^\n]*|"(?:\\.|[^"\\])*"|`[^`]*`')
_QUALIFIED: Final = re.compile(r"(?<![\w.])([a-z]+)\.[A-Z]")


def _with_imports(text: str, path: str) -> str:
    """``text`` with the imports that it uses, in the place of its ``imports`` line."""
    used = {name for name in _QUALIFIED.findall(_CODE.sub("", text)) if name in _IMPORTS}
    paths = sorted(_IMPORTS[name].format(path) for name in used)
    groups = [[one for one in paths if not one.startswith(path)], [one for one in paths if one.startswith(path)]]
    lines = "\n\n".join("\n".join(f'\t"{one}"' for one in group) for group in groups if group)
    return text.replace("imports\n", f"import (\n{lines}\n)\n" if lines else "", 1)
