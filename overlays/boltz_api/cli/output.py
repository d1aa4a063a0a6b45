"""Answers on standard output, in the form that was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias, cast

import click
from attrs import frozen

from boltz_api.cli import formats, transform

if TYPE_CHECKING:
    from boltz_api.cli.settings import Format, Settings
    from boltz_api.cli.table import Table

Object: TypeAlias = Mapping[str, object]


@frozen
class Answer:
    """What the API sent: decoded, and as it came."""

    value: object
    raw: bytes

    @property
    def fields(self) -> Object:
        """The fields of an answer that is an object."""
        return cast("Object", self.value)

    @property
    def items(self) -> Sequence[Object]:
        """What is on a page."""
        return cast("Sequence[Object]", self.fields["data"])


class Output:
    """Standard output for one command's answer."""

    def __init__(self, settings: Settings, *, findings: bool = False) -> None:
        """Choose the form. With ``findings``, a table has a column for those of an audit.

        Whatever is wrong with the form or the path, or missing to write it, comes up here, before anything is sent.
        """
        self._find = transform.compiled(settings.transform) if settings.transform else None
        self._path = settings.transform
        self._looked = self._found = False
        self.form: Format = settings.format
        if self.form == "auto":
            self.form = "table" if sys.stdout.isatty() and self._find is None else "json"
        if self.form == "table":
            self._table = _table(findings)
        elif self.form == "yaml":
            formats.yaml({})

    def show(self, answer: Answer) -> str:
        """One answer. Returns what was written, so that a caller can tell whether a secret was part of it."""
        if self._find is not None:
            return self._transformed([answer.value], yaml=formats.yaml) + self._end_of_search()
        if self.form == "table":
            if isinstance(answer.value, dict):
                return self._table.record(answer.fields)
            return self.text(formats.bare(answer.value))
        return self.text(_one(self.form, answer))

    def pages(self, pages: Iterable[Answer]) -> None:
        """Pages of a list as one, written as they come in: memory does not grow with their number."""
        if self._find is not None:
            for page in pages:
                self._transformed(page.items, yaml=_yaml_item)
            self._end_of_search()
        elif self.form == "table":
            for page in pages:
                self._table.rows(page.items)
            if self._table.empty:
                click.echo("There are none.", err=True)
        elif self.form in ("jsonl", "raw"):
            for page in pages:
                self.text("".join(map(formats.compact, page.items)) if self.form == "jsonl" else _one("raw", page))
        else:
            self._envelope(pages, formats.GrowingYaml() if self.form == "yaml" else formats.GrowingJson())

    def text(self, text: str) -> str:
        """Write text as it is, in UTF-8 whatever the terminal's locale: this is data."""
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
        return text

    def _envelope(self, pages: Iterable[Answer], growing: formats.Growing) -> None:
        fields: dict[str, object] = {}
        try:
            for page in pages:
                fields = {name: value for name, value in page.fields.items() if name != "data"}
                self.text("".join(map(growing.item, page.items)))
        except BrokenPipeError:
            raise
        except BaseException:
            # What was written stays of use: whole JSON, and the cursor from which to go on.
            if fields:
                self.text(growing.end(fields | {"has_more": True}))
            raise
        self.text(growing.end(fields))

    def _transformed(self, values: Iterable[object], *, yaml: Callable[[object], str]) -> str:
        assert self._find is not None
        found = [self._find(value) for value in values]
        self._looked = self._looked or bool(found)
        self._found = self._found or any(item is not transform.MISSING for item in found)
        shown = [None if item is transform.MISSING else item for item in found]
        if self.form == "table" and all(isinstance(item, dict) for item in shown):
            return self._table.rows(cast("list[Object]", shown))
        write = {"json": formats.pretty, "jsonl": formats.compact, "yaml": yaml}.get(self.form, formats.bare)
        return self.text("".join(map(write, shown)))

    def _end_of_search(self) -> str:
        if self._looked and not self._found:
            click.echo(f"--transform {self._path!r} found nothing.", err=True)
        return ""


def _table(findings: bool) -> Table:
    from boltz_api.cli.table import Table

    return Table(sys.stdout, findings=findings)


def _one(form: Format, answer: Answer) -> str:
    if form == "raw":
        return answer.raw.decode("utf-8", "surrogateescape") + "\n"
    write = {"json": formats.pretty, "jsonl": formats.compact, "yaml": formats.yaml}[form]
    return write(answer.value)


def _yaml_item(value: object) -> str:
    return formats.yaml([value])
