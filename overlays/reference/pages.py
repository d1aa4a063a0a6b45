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
from reference.notation.command_line import CommandLine
from reference.notation.http import Http
from reference.notation.python import PYTHON, Python, answer_name
from reference.notation.wire import WIRE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codegen.contract import JSON
    from reference.endpoint import Endpoint, Failure, Reference, Resource
    from reference.entry import Entry
    from reference.language import Language

_CODE: Final = re.compile(r"(`[^`]*`)")
_NAME: Final = re.compile(r"(?<![\w*/(])[\w*]*_[\w*]*(?!\w)")
_FENCED: Final = re.compile(r"(^ *```\w+\n.*?^ *```$)", re.MULTILINE | re.DOTALL)
_GAP: Final = re.compile(r"\n{3,}")
_SLUG: Final = re.compile(r"[^a-z0-9]+")


@frozen(kw_only=True)
class Page:
    """One page of the reference."""

    path: str
    """Where it stands among the pages, without an ending: ``admin/api-keys/create``."""
    title: str
    summary: str
    source: str = field(repr=False)
    """Markdown for the site generator, with the HTML of the trees in it."""
    plain: str = field(repr=False)
    """The same in plain Markdown."""
    parameters: tuple[tuple[str, Entry], ...] = ()
    """Those of its endpoint, in Python, each with the anchor where it stands."""


def slug(text: str) -> str:
    """``text`` as part of an address."""
    return _SLUG.sub("-", text.lower()).strip("-")


def prose(text: str) -> str:
    """The contract's prose as Markdown that marks names as code: ``sk_bc_*_test_`` holds no emphasis."""
    parts = _CODE.split(text)
    # Every other part is a code span already.
    return "".join(part if at % 2 else _NAME.sub(r"`\g<0>`", part) for at, part in enumerate(parts))


def prose_html(text: str) -> Markup:
    """The contract's prose as HTML. The contract is ours: what HTML stands in it is meant."""
    from markdown_it import MarkdownIt  # api.md is written and checked without it

    return Markup(MarkdownIt().render(prose(text)).replace("\n", " "))  # noqa: S704  # see above


def _as_json(value: JSON) -> Markup:
    # For a fenced block, where nothing may be escaped.
    return Markup(json.dumps(value, indent=2, ensure_ascii=False))  # noqa: S704


def _file(endpoint: Endpoint) -> str:
    return slug(endpoint.action)


def _path_line(endpoint: Endpoint) -> str:
    return f"{endpoint.method.upper()} {endpoint.path}"


def exception(failure: Failure) -> str:
    """What the Python client raises for ``failure``."""
    return (status_error_type(int(failure.status)) if failure.status.isdecimal() else APIStatusError).__name__


@cache
def templates() -> Environment:
    """Every template, with the filters they use."""
    environment = Environment(
        loader=PackageLoader("reference"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html.jinja",)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        slug=slug,
        prose=prose,
        prose_html=prose_html,
        json=_as_json,
        exception=exception,
        file=_file,
        path_line=_path_line,
    )
    return environment


@frozen
class Writer:
    """Writes the pages of one contract's reference."""

    reference: Reference

    @property
    def languages(self) -> tuple[Language, ...]:
        """The tabs of an endpoint's page, in their order."""
        http = Http(self.reference.server, self.reference.key_header)
        return (http, Python(), Python(is_async=True), CommandLine())

    def pages(self) -> Iterator[Page]:
        """Every page of the reference, in the order of the contract."""
        for resource in self.reference.resources:
            folder = "/".join(map(slug, resource.path))
            models = tuple(_models_of(resource))
            yield Page(
                path=f"{folder}/index",
                title=resource.title,
                summary="The endpoints and their models.",
                source=self._render("resource.md.jinja", resource=resource, models=models),
                plain=self._render("resource.plain.jinja", resource=resource, models=models),
            )
            for endpoint in resource.endpoints:
                yield Page(
                    path=f"{folder}/{_file(endpoint)}",
                    title=endpoint.title,
                    summary=_path_line(endpoint),
                    source=self._render("endpoint.md.jinja", endpoint=endpoint, languages=self.languages),
                    plain=self._render("endpoint.plain.jinja", endpoint=endpoint, languages=self.languages),
                    parameters=tuple(_parameters_of(endpoint)),
                )
        named = [(schema.component or "", schema) for schema in self.reference.components]
        models_by_language = (
            ("HTTP", tuple(WIRE.named(name, schema) for name, schema in named)),
            ("Python", tuple(PYTHON.named(name, schema) for name, schema in named)),
        )
        yield Page(
            path="models",
            title="Models",
            summary="Every type that the contract names.",
            source=self._render("models.md.jinja", models=models_by_language),
            plain=self._render("models.plain.jinja", models=models_by_language),
        )

    def api(self) -> str:
        """The Python reference as one Markdown file."""
        return self._render("api.md.jinja", python=Python())

    def _render(self, template: str, **values: object) -> str:
        text = templates().get_template(template).render(values, reference=self.reference)
        parts = _FENCED.split(text.strip())
        # Every other part is a code block, whose empty lines are its own.
        return "".join(part if at % 2 else _GAP.sub("\n\n", part) for at, part in enumerate(parts)) + "\n"


def _parameters_of(endpoint: Endpoint) -> Iterator[tuple[str, Entry]]:
    python = Python()
    for parameter in python.parameters(endpoint):
        yield f"{slug(python.label)}-parameters-{slug(parameter.name)}", parameter


def _models_of(resource: Resource) -> Iterator[Entry]:
    for endpoint in resource.endpoints:
        shown = endpoint.page or endpoint.answer
        if shown is not None and shown.fields:
            yield WIRE.named(answer_name(endpoint), shown)
