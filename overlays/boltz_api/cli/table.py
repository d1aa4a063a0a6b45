"""Answers as tables for people: as wide as the terminal and no wider, and printed as the rows come in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from boltz_api.cli import columns
from boltz_api.cli.columns import Column, Row

if TYPE_CHECKING:
    from typing import TextIO

GAP: Final = 2
INDENT: Final = 2

Line: TypeAlias = tuple[tuple[Column, ...], tuple[int, ...]]
"""Columns and their widths."""


class Table:
    """A table whose columns keep the widths that its first rows gave them."""

    def __init__(self, file: TextIO, *, now: datetime | None = None, findings: bool = False) -> None:
        """Print to ``file``; times are told from ``now``; with ``findings``, show those of an audit."""
        self._file = file
        self._console = Console(file=file, highlight=False, markup=False, emoji=False)
        self._now = now or datetime.now(UTC)
        self._extra = (columns.FINDINGS,) if findings else ()
        self._lines: list[Line] = []

    @property
    def empty(self) -> bool:
        """Whether no row has been printed."""
        return not self._lines

    def rows(self, rows: Sequence[Row]) -> str:
        """Print rows, and before the first the headings; returns their text."""
        printed: list[Text] = []
        if rows and not self._lines:
            self._lines = self._layout(rows)
            printed += self._row([[Text(column.title, "bold") for column in line] for line, _ in self._lines])
        for row in rows:
            printed += self._row([[column.cell(row, self._now) for column in line] for line, _ in self._lines])
        return self._print(printed)

    def record(self, row: Row) -> str:
        """Print one row, a line a field; returns the text."""
        return self._print(self._record(row))

    def _record(self, row: Row) -> list[Text]:
        nested = [value for value in row.values() if columns.is_key(value)]
        plain = {name: value for name, value in row.items() if value not in nested}
        fields = columns.KEY_RECORD if columns.is_key(row) else columns.of_fields([plain])
        titles = [column.title.capitalize().replace("Id", "ID") for column in fields]
        width = max(map(len, [*titles, "Workspace"]))
        lines = [
            Text(f"{title:{width}}  ", columns.QUIET) + column.cell(row, self._now)
            for title, column in zip(titles, fields, strict=True)
        ]
        return lines + [line for key in nested for line in self._record(key)]

    def _layout(self, rows: Sequence[Row]) -> list[Line]:
        if not all(map(columns.is_key, rows)):
            wide = columns.of_fields(rows)
            return [(wide, self._widths(wide, rows)[0])]
        wide = (*columns.KEY, *self._extra)
        widths, fits = self._widths(wide, rows)
        if fits:
            return [(wide, widths)]
        above = (*columns.KEY_ABOVE, *self._extra)
        return [
            (above, self._widths(above, rows)[0]),
            (columns.KEY_BELOW, self._widths(columns.KEY_BELOW, rows, INDENT)[0]),
        ]

    def _widths(self, line: tuple[Column, ...], rows: Sequence[Row], indent: int = 0) -> tuple[tuple[int, ...], bool]:
        """The widths of columns beside one another, and whether they fit: what may be cut is cut, widest first."""
        widths = [
            max(column.least, cell_len(column.title), *(column.cell(row, self._now).cell_len for row in rows))
            for column in line
        ]
        floors = [width if column.whole else column.least for column, width in zip(line, widths, strict=True)]
        room = self._console.width - indent - GAP * (len(line) - 1)
        while sum(widths) > max(room, sum(floors)):
            at = max((at for at, width in enumerate(widths) if width > floors[at]), key=widths.__getitem__)
            widths[at] -= 1
        return tuple(widths), sum(widths) <= room

    def _row(self, cells: list[list[Text]]) -> list[Text]:
        """The lines of one row."""
        printed: list[Text] = []
        for number, ((columns_, widths), texts) in enumerate(zip(self._lines, cells, strict=True)):
            line = Text(" " * INDENT if number else "")
            for column, width, text in zip(columns_, widths, texts, strict=True):
                shown = text.copy()
                if not column.whole:
                    shown.truncate(width, overflow="ellipsis")
                line.append_text(shown).append(" " * (max(width - shown.cell_len, 0) + GAP))
            line.rstrip()
            if number:
                line.stylize("dim")
            printed.append(line)
        return printed

    def _print(self, lines: list[Text]) -> str:
        if lines:
            self._console.print(Text("\n").join(lines), soft_wrap=True)  # at once: printing has a price by the call
            self._file.flush()  # where it fails, a key that is shown once can still be shown elsewhere
        return "\n".join(line.plain for line in lines)
