"""Responses on standard output, in the chosen format."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

import click

from boltz_api.cli.key_state import derived
from boltz_api.cli.streams import COUNT, Format, say, shown_by_terminal, write
from boltz_api.redact import printable

if TYPE_CHECKING:
    import jmespath.parser

Object: TypeAlias = Mapping[str, object]

PROGRESS_AFTER: Final = 1.0
PROGRESS_EVERY: Final = 0.2
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings of a cell that a spreadsheet would run as a formula."""


@dataclass(frozen=True)
class Answer:
    """A response of the API: decoded, and as it was sent."""

    value: object
    raw: bytes = b""

    @property
    def fields(self) -> Object:
        """The fields of a response that is an object."""
        return cast("Object", self.value)


@dataclass(frozen=True)
class Page(Answer):
    """A page of a listing."""

    items_field: str = "data"
    more_field: str = "has_more"
    has_more: bool = False
    """True if the server has more of the listing."""

    @property
    def items(self) -> Sequence[Object]:
        """The items on the page."""
        return cast("Sequence[Object]", self.fields[self.items_field])


def json_text(value: object, indent: int | None = None) -> str:
    """Return ``value`` as JSON. Characters that steer a terminal or reorder text are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=None if indent else (",", ":"))
    return "\n".join(map(printable, text.split("\n"))) + "\n"


def yaml_text(value: object) -> str:
    """Return ``value`` as YAML in block style, its fields in the order of the response."""
    from yaml import safe_dump

    text: str = safe_dump(value, sort_keys=False, allow_unicode=True, width=float("inf"))
    if not text.replace("\n", "").isprintable():
        text = safe_dump(value, sort_keys=False, allow_unicode=False, width=float("inf"))
    return text.removesuffix("...\n")


def bare_text(value: object) -> str:
    """Return text without quotes, for use in a script; anything else as JSON on one line."""
    if not isinstance(value, str):
        return json_text(value)
    return f"{printable(value) if shown_by_terminal() else value}\n"


def csv_text(rows: Iterable[Object], columns: Sequence[str], *, heading: bool) -> str:
    """Return rows as CSV: a list's items stand with spaces between them, null is empty."""
    import csv
    import io

    def cell(value: object) -> str:
        match value:
            case None:
                return ""
            case str():
                return printable(f"'{value}" if value.startswith(_FORMULA) else value)
            case list():
                return " ".join(map(cell, cast("list[object]", value)))
            case _:
                return json_text(value).strip()

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if heading:
        writer.writerow(columns)
    now = datetime.now(UTC)
    writer.writerows([cell(derived(row, name, now)) for name in columns] for row in rows)
    return text.getvalue()


class Output:
    """Standard output for the response of one command.

    Whatever is wrong with the format, the query or the columns, or missing to write it, comes up when it is made,
    before anything is sent.
    """

    def __init__(self, form: Format = "auto", query: str | None = None, columns: tuple[str, ...] = ()) -> None:
        self._query = query
        self._columns = columns
        self._auto = form == "auto"
        self._headed = False
        if form == "auto" and query is None and (columns or shown_by_terminal()):
            form = "table"
        self.format: Format = "json" if form == "auto" else form
        if columns and (self.format not in ("table", "csv") or query):
            raise click.UsageError("--columns is for --format table and csv; for others, use --query.")
        if self._query is not None:
            _compiled(self._query)
        if self.format == "table":
            from boltz_api.cli.tables import Printer

            self._printer = Printer()
        elif self.format == "yaml":
            try:
                yaml_text({})
            except ModuleNotFoundError as error:
                raise click.UsageError("YAML needs PyYAML: pip install 'boltz-api-keys[cli,yaml]'") from error

    @property
    def streams(self) -> bool:
        """True if pages are written as they come, rather than as one document at the end."""
        return self._query is None and self.format in ("jsonl", "csv", "raw")

    @property
    def shows_more(self) -> bool:
        """True if the format itself says that there is more of a listing."""
        return self._query is None and self.format in ("json", "yaml", "raw")

    def show(self, answer: Answer) -> str:
        """Write one response. Return the text, so that a caller can check whether a secret was part of it."""
        if self._query is not None:
            return self._found(answer.value)
        match self.format:
            case "raw":
                return write(_as_sent(answer))
            case "table" if isinstance(answer.value, dict):
                return write(self._printer.record(answer.fields, self._columns))
            case "csv" if isinstance(answer.value, dict):
                row = _flattened(answer.fields)
                return write(csv_text([row], self._columns or list(row), heading=True))
            case _:
                return write(self._document(answer.value))

    def pages(self, pages: Iterable[Page]) -> None:
        """Write the pages of a listing: as they come, or as one document, of which a failure leaves the part so far."""
        if self.streams:
            for page in progress(pages, streaming=True):
                self._page(page)
            return
        last: Page | None = None
        items: list[Object] = []
        try:
            for page in progress(pages, streaming=False):
                last = page
                items += page.items
        except BaseException:
            if last is not None:
                more = {last.more_field: True} if last.more_field in last.fields else {}
                self._whole(last, {**last.fields, **more}, items)
            raise
        if last is not None:
            self._whole(last, last.fields, items)

    def line_by_line(self) -> None:
        """Prefer a format that has a line for each result, unless one was asked for."""
        if self._auto and self.format == "json" and self._query is None:
            self.format = "jsonl"

    def results(self, results: Iterable[Object]) -> None:
        """Write the outcome for each of several keys. An outcome that cannot be written does not stop the others.

        Raises:
            click.ClickException: One could not be written.

        """
        failed: list[OSError] = []

        def kept() -> Iterator[Page]:
            for result in results:
                yield Page({"data": [result]}, json_text(result).strip().encode())

        found = kept()
        while True:
            try:
                if self.format != "table":
                    self.pages(found)
                else:
                    for page in found:
                        for row in page.items:
                            write(printable(f"{row['id']}  {row['result']}: {row['detail']}") + "\n")
                break
            except OSError as error:
                failed.append(error)
        if failed:
            raise click.ClickException(f"not every result could be written: {failed[0].strerror}") from failed[0]

    def _page(self, page: Page) -> None:
        if self.format == "jsonl":
            write("".join(map(json_text, page.items)))
        elif self.format == "raw":
            write(_as_sent(page))
        elif page.items:
            # The columns of the first item hold for all.
            self._columns = self._columns or tuple(page.items[0])
            write(csv_text(page.items, self._columns, heading=not self._headed))
            self._headed = True

    def _whole(self, page: Page, envelope: Object, items: Sequence[Object]) -> None:
        value = {**envelope, page.items_field: items}
        if self._query is not None:
            self._found(value)
        elif self.format == "table":
            write(self._printer.rows(items, self._columns))
            if not items:
                say("There are none.")
        else:
            write(self._document(value))

    def _document(self, value: object) -> str:
        if self.format == "yaml":
            return yaml_text(value)
        if self.format == "json":
            return json_text(value, indent=2)
        return json_text(value) if self.format == "jsonl" else bare_text(value)

    def _found(self, value: object) -> str:
        assert self._query is not None
        try:
            found: Any = _compiled(self._query).search(value)
        except ValueError as error:
            raise click.ClickException(f"--query: {_complaint(error)}") from error
        if found in (None, [], {}):
            say(f"--query {self._query!r} found nothing.")
        if self.format in ("json", "yaml"):
            return write(self._document(found))
        items = cast("list[object]", found) if isinstance(found, list) else [found]
        if self.format == "csv" and items and all(isinstance(item, list) for item in items):
            lists = cast("list[list[object]]", items)
            columns = [str(at) for at in range(max(map(len, lists)))]
            return write(csv_text((dict(zip(columns, item, strict=False)) for item in lists), columns, heading=False))
        if self.format in ("table", "csv") and items and all(isinstance(item, dict) for item in items):
            rows = cast("list[Object]", items)
            if self.format == "table":
                return write(self._printer.rows(rows))
            return write(csv_text(rows, list(dict.fromkeys(name for row in rows for name in row)), heading=True))
        return write("".join(map(json_text if self.format == "jsonl" else bare_text, items)))


def _compiled(query: str) -> jmespath.parser.ParsedResult:
    import jmespath

    try:
        return jmespath.compile(query)
    except (ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0].rstrip(":")
        raise click.UsageError(f"--query: {query[:100]!r} is no JMESPath expression: {reason}.") from error


def _complaint(error: ValueError) -> str:
    """Return JMESPath's message without the value in it, which may be a whole list, or hold a secret."""
    from jmespath.exceptions import JMESPathTypeError

    if isinstance(error, JMESPathTypeError):
        expected = " or ".join(map(str, error.expected_types))
        return f"{error.function_name}() takes {expected}, and got {error.actual_type}."
    return str(error).partition("\n")[0]


def _as_sent(answer: Answer) -> str:
    text = answer.raw.decode("utf-8", "surrogateescape") + "\n"
    return printable(text, keep="\n\t") if shown_by_terminal() else text


def _flattened(fields: Object) -> Object:
    """Return fields with those of an object among them in its place, so that a created key is one row."""
    row: dict[str, object] = {}
    for name, value in fields.items():
        row |= cast("dict[str, object]", value) if isinstance(value, dict) else {name: value}
    return row


def progress(pages: Iterable[Page], *, streaming: bool) -> Iterator[Page]:
    """Yield pages; count their items on standard error where that is a terminal and nothing else is written to it.

    What is streamed into a pipe may come out on the same terminal, so only a file leaves room for a count. The count is
    gone before a page, or the whole, is written.
    """
    counted = sys.stderr is not None and sys.stderr.isatty() and not (streaming and not _into_file())
    count, begin, last = 0, time.monotonic(), 0.0
    try:
        for page in pages:
            if streaming:
                COUNT.erase()
            yield page
            count += len(page.items)
            now = time.monotonic()
            if counted and page.has_more and now - begin >= PROGRESS_AFTER and now - last >= PROGRESS_EVERY:
                last = now
                COUNT.show(f"{count:,} so far ...")
    finally:
        COUNT.erase()


def _into_file() -> bool:
    try:
        return stat.S_ISREG(os.fstat(sys.stdout.fileno()).st_mode)
    except (OSError, ValueError, AttributeError):
        return False
