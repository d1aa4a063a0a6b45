"""Responses as tables for people, drawn by rich."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeAlias, TypeGuard, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from boltz_api.cli.key_state import State, state, when
from boltz_api.redact import printable

Row: TypeAlias = Mapping[str, object]

QUIET: Final = "bright_black"
STYLES: Final[Mapping[State, str]] = {"active": "green", "expiring": "yellow", "expired": "red", "revoked": QUIET}
GAP: Final = 2
LEAST: Final = 20
"""The smallest terminal width that is used; some terminals report zero columns."""
DEFAULT_WIDTH: Final = 80
UNLIMITED: Final = 10_000


@dataclass(frozen=True)
class Column:
    """A column of a table: a title, and the text that it shows of a row."""

    title: str
    cell: Callable[[Row, datetime], Text]
    least: int | None = None
    """The width down to which its text is cut where there is little room; ``None``: it is never cut."""


def field(name: str, style: str = "") -> Callable[[Row, datetime], Text]:
    """Return a function that shows a field as it is."""

    def cell(row: Row, _now: datetime) -> Text:
        value = row.get(name)
        return Text("-", QUIET) if value in (None, [], {}) else Text(printable(flat(value)), style)

    return cell


def flat(value: object) -> str:
    """Return a value on one line."""
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ", ".join(map(flat, cast("list[object]", value)))
        case dict():
            return ", ".join(f"{key}: {flat(item)}" for key, item in cast("dict[str, object]", value).items())
        case None:
            return "-"
        case _:
            return str(value)


def _state(row: Row, now: datetime) -> Text:
    return Text(state(row, now), STYLES[state(row, now)])


def _expiry(row: Row, now: datetime) -> Text:
    current = state(row, now)
    style = STYLES[current] if current in ("expiring", "expired") else ""
    return Text(printable(when(row.get("expires_at"), now)), style)


def _time(name: str) -> Callable[[Row, datetime], Text]:
    return lambda row, now: Text(printable(when(row.get(name), now)), "" if row.get(name) else QUIET)


KEY_COLUMNS: Final[Mapping[str, Column]] = {
    "id": Column("ID", field("id")),
    "name": Column("NAME", field("name", "bold"), least=12),
    "key_type": Column("TYPE", field("key_type")),
    "mode": Column("MODE", lambda row, _: Text("live") if row.get("livemode") else Text("test", "cyan")),
    "workspace_id": Column("WORKSPACE", field("workspace_id"), least=9),
    "allowed_ips": Column(
        "ADDRESSES", lambda row, now: field("allowed_ips")(row if row.get("allowed_ips") else ALL, now)
    ),
    "key_prefix": Column("PREFIX", field("key_prefix")),
    "created_at": Column("CREATED", _time("created_at")),
    "state": Column("STATE", _state),
    "expires_at": Column("EXPIRES", _expiry),
    "last_used_at": Column("LAST USED", _time("last_used_at")),
    "findings": Column("FINDINGS", field("findings", "yellow")),
}
ALL: Final[Row] = {"allowed_ips": ["all"]}
LINE: Final = ("id", "name", "key_type", "mode", "workspace_id", "state", "expires_at", "last_used_at")
"""A key on one line."""
FOLDED: Final = (("name", "id"), ("state", "key_type"), ("expires_at", "mode"), ("last_used_at", "workspace_id"))
"""A key on two lines, where one has no room."""
RECORD: Final = tuple(name for name in KEY_COLUMNS if name != "findings")
"""A key by itself, a line a field."""


def is_key(value: object) -> TypeGuard[Row]:
    """Return whether a value is an API key, the fields of which are shown in words."""
    return isinstance(value, Mapping) and {"id", "key_prefix", "is_active", "expires_at"} <= value.keys()


def columns_for(rows: Sequence[Row], names: Sequence[str]) -> list[Column]:
    """Return the columns called ``names``; without names, those of a key, or one a field."""
    keys = all(map(is_key, rows))
    if not names and keys:
        names = (*LINE, "findings") if any("findings" in row for row in rows) else LINE
    known = KEY_COLUMNS if keys else {}
    every = names or dict.fromkeys(name for row in rows for name in row)
    return [
        known.get(name) or Column(name.replace("_", " ").upper(), field(name), None if name == "id" else 4)
        for name in every
    ]


class Printer:
    """Lays out rows and records for standard output, as wide as the terminal; in a pipe, as wide as it takes."""

    def __init__(self, *, now: datetime | None = None, width: int | None = None) -> None:
        self._fixed = now
        if width is None:
            terminal = sys.stdout is not None and sys.stdout.isatty()
            width = Console().width if terminal else UNLIMITED
        width = width if width >= LEAST else DEFAULT_WIDTH
        self._console = Console(highlight=False, markup=False, emoji=False, width=width)

    @property
    def _now(self) -> datetime:
        # Not from before the request: the server's times would lie in the future.
        return self._fixed or datetime.now(UTC)

    def rows(self, rows: Sequence[Row], names: Sequence[str] = ()) -> str:
        """Lay out rows below their headings: a line each, or two, or a record each, whatever fits."""
        if not rows:
            return ""
        columns = columns_for(rows, names)
        layouts: list[list[tuple[Column, ...]]] = [[(column,) for column in columns]]
        if not names and all(map(is_key, rows)):
            layouts.append([tuple(KEY_COLUMNS[name] for name in group) for group in FOLDED])
            if "findings" in rows[0]:
                layouts[-1][0] += (KEY_COLUMNS["findings"],)
        for groups in layouts:
            widths = self._widths(rows, groups)
            if widths:
                return self._table(rows, groups, widths)
        return "\n".join(self._fields(row, columns) for row in rows)

    def record(self, row: Row, names: Sequence[str] = ()) -> str:
        """Lay out one row, a line a field; nothing is cut, and a key inside it comes after the other fields."""
        if is_key(row) or names:
            return self._fields(row, columns_for([row], names or RECORD))
        nested = [value for value in row.values() if is_key(value)]
        plain = {name: value for name, value in row.items() if value not in nested}
        width = max(len(KEY_COLUMNS[name].title) for name in RECORD) if nested else 0
        return "".join([self._fields(plain, columns_for([plain], ()), width), *map(self.record, nested)])

    def _fields(self, row: Row, columns: Sequence[Column], width: int = 0) -> str:
        width = max([width, *(len(column.title) for column in columns)])
        titles = (f"{column.title.capitalize().replace('Id', 'ID'):{width}}  " for column in columns)
        return self._rendered(
            *(Text(title, QUIET) + column.cell(row, self._now) for title, column in zip(titles, columns, strict=True))
        )

    def _widths(self, rows: Sequence[Row], groups: Sequence[tuple[Column, ...]]) -> list[int] | None:
        """Return a width for each group of columns, or ``None`` if the rows do not fit."""

        def width(column: Column, most: int | None) -> int:
            cells = (Text(column.title), *(column.cell(row, self._now) for row in rows))
            return max(min(cell.cell_len, most or cell.cell_len) for cell in cells)

        widths = [max(width(column, None) for column in group) for group in groups]
        least = [max(width(column, column.least) for column in group) for group in groups]
        room = self._console.width - GAP * (len(groups) - 1)
        if sum(least) > room:
            return None
        while sum(widths) > room:
            widest = max((at for at in range(len(widths)) if widths[at] > least[at]), key=widths.__getitem__)
            widths[widest] -= 1
        return widths

    def _table(self, rows: Sequence[Row], groups: Sequence[tuple[Column, ...]], widths: Sequence[int]) -> str:
        table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
        for group, width in zip(groups, widths, strict=True):
            table.add_column(
                "\n".join(column.title for column in group), width=width, no_wrap=True, overflow="ellipsis"
            )
        for row in rows:
            table.add_row(*(self._stacked(row, group) for group in groups))
        return self._rendered(table)

    def _stacked(self, row: Row, group: Sequence[Column]) -> Text:
        first, *rest = (column.cell(row, self._now) for column in group)
        return Text("\n").join([first, *(Text.assemble(text, style="dim") for text in rest)])

    def _rendered(self, *parts: Table | Text) -> str:
        with self._console.capture() as capture:
            for part in parts:
                self._console.print(part, soft_wrap=isinstance(part, Text))
        return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())
