"""``resources/``, rendered by our templates from what openapi-python-client parsed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field
from openapi_python_client import Project

from codegen.emit_models import TEMPLATES
from codegen.endpoints import RefusedError
from codegen.naming import pascal_case, snake_case
from codegen.prose import docstring
from codegen.python_methods import quoted
from codegen.python_names import CLIENT_ATTRIBUTES, METHODS_HIDE, RESOURCE_ATTRIBUTES, ClassNames, legal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codegen.endpoints import Endpoints
    from codegen.python_methods import Method
    from codegen.python_schemas import Node

# The names that a resource's module may import, by module.
_IMPORTS: Final = {
    "": ("builtins", "datetime", "decimal", "uuid"),
    "collections.abc": ("Mapping", "Sequence"),
    "functools": ("cached_property",),
    "typing": ("TYPE_CHECKING", "Any", "Final", "Literal", "Unpack"),
    "msgspec": ("UNSET", "UnsetType"),
    "boltz_api.pagination": ("AsyncPaginator", "SyncCursorPage"),
    "boltz_api.request": (
        *("APIKeyHeader", "BasicCredentials", "BearerToken", "CallOptions", "Omit", "Operation", "Pagination"),
        *("Request", "given"),
    ),
    "boltz_api.resource": (
        *("AsyncResource", "SyncResource", "async_raw", "async_raw_list", "async_streamed", "async_streamed_list"),
        *("raw", "streamed"),
    ),
}


@define
class Resource:
    """The operations under one tag, and the resources below."""

    path: tuple[str, ...]
    """The attributes that lead from a client to it."""
    tag: str = ""
    title: str = ""
    description: str = ""
    methods: list[Method] = field(factory=list["Method"])
    children: dict[str, Resource] = field(factory=dict[str, "Resource"])
    class_name: str = ""

    @property
    def attribute(self) -> str:
        """The name of the attribute by which it is reached."""
        return self.path[-1]

    @property
    def module(self) -> str:
        """The name of its module, below the package of all resources."""
        return ".".join(self.path)

    @property
    def file(self) -> str:
        """The path of its module's file, below that of the package of all resources."""
        return "/".join(self.path) + ("/__init__.py" if self.children else ".py")

    def walk(self) -> Iterator[Resource]:
        """The resource itself and all below it."""
        yield self
        for child in self.children.values():
            yield from child.walk()


class Security:
    """How the client authenticates, and which operations differ."""

    def __init__(self, document: Node) -> None:
        self._schemes: Node = document["components"]["securitySchemes"]
        self._usual: list[Node] = document["security"]
        self.own = self._way(self._usual)

    def add_to(self, method: Method) -> None:
        """Note how the operation is authenticated, if not as the client usually is."""
        way = self._way(method.operation.node.get("security", self._usual))
        method.authenticated = way != "None"
        method.security = "" if way in ("None", self.own) else way

    def _way(self, requirements: Sequence[Node]) -> str:
        for name in requirements[0] if requirements else ():
            match self._schemes[name]:
                case {"type": "apiKey", "name": header}:
                    return f"APIKeyHeader({quoted(header)})"
                case {"scheme": "basic"}:
                    return "BasicCredentials()"
                case _:
                    return "BearerToken()"
        return "None"


def resources_of(methods: Sequence[Method], document: Node) -> Resource:
    """The tree of resources, with the client at its root."""
    notes: dict[str, Node] = {own["name"]: own for own in document["tags"]}
    root = Resource(())
    for method in methods:
        (tag,) = method.operation.node["tags"]
        resource = root
        for segment in tag.split("."):
            name = legal(snake_case(segment), RESOURCE_ATTRIBUTES if resource.path else CLIENT_ATTRIBUTES)
            resource = resource.children.setdefault(name, Resource((*resource.path, name), title=segment))
        if resource.tag and resource.tag != tag:
            message = f"the tags {tag!r} and {resource.tag!r} are the same in Python"
            raise RefusedError([(f"{method.operation.pointer}/tags", message)])
        note = notes.get(tag, {})
        resource.tag, resource.title = tag, note.get("x-displayName") or resource.title
        resource.description = (note.get("description") or "").strip()
        method.function = legal(method.function, RESOURCE_ATTRIBUTES | METHODS_HIDE)
        method.resource = resource.module
        resource.methods.append(method)
    names = ClassNames()
    for resource in root.walk():
        if resource.path:
            resource.class_name = names.claim(pascal_case(resource.title) + "Resource")
    return root


def resources_sources(
    endpoints: Endpoints, root: Resource, document: Node, security: str, package: str
) -> dict[str, str]:
    """The source of every file in ``resources/`` and of the package's ``__init__.py``, by file name."""
    project = Project(openapi=endpoints.data, config=endpoints.config, custom_template_path=TEMPLATES / "resources")
    given: dict[str, Any] = {"package": package, "root": root, "docstring": docstring}
    project.env.globals.update(given)
    project.env.filters["quoted"] = quoted
    resources = [own for own in root.walk() if own.path]
    init = project.env.get_template("package_init.py.jinja").render(
        server=document["servers"][0]["url"].rstrip("/"), security=security, resources=resources
    )
    sources = {"__init__.py": init, "resources/__init__.py": project.env.get_template("api_init.py.jinja").render()}
    template = project.env.get_template("endpoint_init.py.jinja")
    for resource in resources:
        body = template.render(resource=resource)
        head = [resource.title, resource.description if resource.description != resource.title else ""]
        documentation = docstring("\n\n".join(filter(None, head)), 0)
        sources[f"resources/{resource.file}"] = f"{documentation}\n\n{_imports(body, package)}\n\n{body}"
    return sources


def _imports(body: str, package: str) -> str:
    """The imports that ``body`` needs. The formatter removes no imports from an ``__init__.py``."""
    words = set(re.findall(r"\w+", body))
    lines = ["from __future__ import annotations", *(f"import {name}" for name in _IMPORTS[""] if name in words)]
    for module, names in [*_IMPORTS.items(), (package, ("models", "params"))]:
        if module and (used := [name for name in names if name in words]):
            lines.append(f"from {module} import {', '.join(used)}")
    return "\n".join(lines)
