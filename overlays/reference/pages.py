"""The reference as text: pages for the site, the same pages as plain Markdown, and api.md."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Final

from attrs import field, frozen
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from boltz_api.errors import APIStatusError, status_error_type
from codegen.project import HERE
from reference.languages.command_line import CommandLine
from reference.languages.go import Go
from reference.languages.http import HTTP
from reference.languages.python import AsyncPython, Python, response_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.document import JSON
    from reference.endpoints import Endpoint, Reference, Resource
    from reference.languages import Entry, Language

_CODE: Final = re.compile(r"(`[^`]*`)")
_NAME: Final = re.compile(r"(?<![\w*/(])[\w*]*_[\w*]*(?!\w)")
_FENCED: Final = re.compile(r"(^ *```\w+\n.*?^ *```$)", re.MULTILINE | re.DOTALL)
_GAP: Final = re.compile(r"\n{3,}")


@frozen(kw_only=True)
class Page:
    """One page of the site."""

    path: str
    """Its place among the pages, without an ending: ``admin/api-keys/create``."""
    title: str
    summary: str
    source: str = field(repr=False)
    """Markdown for the site generator, with the HTML of the trees in it."""
    plain: str = field(repr=False)
    """The same in plain Markdown."""
    parameters: tuple[tuple[str, Entry], ...] = ()
    """Those of its endpoint, in Python, each with its anchor on the page."""


class Writer:
    """Writes the pages of one contract's reference."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self.http = HTTP(reference.server, reference.key_header)
        self.python = Python()
        self.languages: tuple[Language, ...] = (
            self.http,
            self.python,
            AsyncPython(),
            Go(HERE.settings("boltz-go")["module"]),
            CommandLine(reference.server, reference.key_header),
        )
        """The tabs of an endpoint's page, in their order."""

    def pages(self) -> Iterator[Page]:
        """Every page of the reference, in the order of the contract."""
        for resource in self.reference.resources:
            folder = "/".join(map(slug, resource.path))
            models = tuple(self._models_of(resource))
            yield self._page("resource", f"{folder}/index", resource.title, "The endpoints and their models.",
                             resource=resource, models=models)  # fmt: skip
            for endpoint in resource.endpoints:
                yield self._page(
                    "endpoint", f"{folder}/{slug(endpoint.function)}", endpoint.title, self.http.signature(endpoint),
                    parameters=tuple(self._parameters_of(endpoint)), endpoint=endpoint, languages=self.languages,
                )  # fmt: skip
        types = self.reference.components
        models_by_language = [
            (language.label, [language.named(type_.name, type_) for type_ in types])
            for language in (self.http, self.python)
        ]
        yield self._page("models", "models", "Models", "Every type that the contract names.", models=models_by_language)

    def api(self) -> str:
        """The Python reference as one Markdown file."""
        return self._render("api.md.jinja", python=self.python)

    def _page(
        self, template: str, path: str, title: str, summary: str,
        parameters: tuple[tuple[str, Entry], ...] = (), **values: object,
    ) -> Page:  # fmt: skip
        source, plain = (self._render(f"{template}.{kind}.jinja", **values) for kind in ("md", "plain"))
        return Page(path=path, title=title, summary=summary, source=source, plain=plain, parameters=parameters)

    def _render(self, template: str, **values: object) -> str:
        text = templates().get_template(template).render(values, reference=self.reference)
        parts = _FENCED.split(text.strip())
        # Every other part is a code block, whose empty lines are its own.
        return "".join(part if at % 2 else _GAP.sub("\n\n", part) for at, part in enumerate(parts)) + "\n"

    def _parameters_of(self, endpoint: Endpoint) -> Iterator[tuple[str, Entry]]:
        for parameter in self.python.parameters(endpoint):
            yield f"{slug(self.python.label)}-parameters-{slug(parameter.name)}", parameter

    def _models_of(self, resource: Resource) -> Iterator[Entry]:
        for endpoint in resource.endpoints:
            shown = endpoint.page_items or endpoint.response
            if shown is not None and shown.fields:
                yield self.http.named(response_name(endpoint), shown)


def slug(text: str) -> str:
    """Return ``text`` as part of an address."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def prose(text: str) -> str:
    """Return the contract's prose as Markdown that marks names as code: ``sk_bc_*_test_`` holds no emphasis."""
    parts = _CODE.split(text)
    # Every other part is a code span already.
    return "".join(part if at % 2 else _NAME.sub(r"`\g<0>`", part) for at, part in enumerate(parts))


def prose_html(text: str) -> Markup:
    """Return the contract's prose as HTML. The contract is ours: what HTML stands in it is meant."""
    from markdown_it import MarkdownIt  # api.md is written and checked without it

    return Markup(MarkdownIt().render(prose(text)).replace("\n", " "))  # noqa: S704  # see above


def exception(status: str) -> str:
    """Return the name of the exception that the Python client raises for a status."""
    return (status_error_type(int(status)) if status.isdecimal() else APIStatusError).__name__


def _as_json(value: JSON) -> Markup:
    # For a fenced block, where nothing may be escaped.
    return Markup(json.dumps(value, indent=2, ensure_ascii=False))  # noqa: S704


@cache
def templates() -> Environment:
    """Return the templates, with the filters that they use."""
    environment = Environment(
        loader=PackageLoader("reference"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html.jinja",)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(slug=slug, prose=prose, prose_html=prose_html, json=_as_json, exception=exception)
    return environment
