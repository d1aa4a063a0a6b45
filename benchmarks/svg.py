"""Bars as SVG, readable on a light page and on a dark one: a picture brings its background and both sets of colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

import attrs

WIDTH, MARGIN, VALUES = 760, 24, 120
LETTER = 7
"""How wide a letter of a label is at most, on average: nobody knows which font will be there."""
BAR, GAP, BETWEEN = 15, 3, 14
TOP = 92

STYLE = """\
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--ink) }
.title { font-size: 17px; font-weight: 600 }
.faint { fill: var(--faint); font-size: 12px }
.page { fill: var(--page); stroke: var(--line) }
.line { stroke: var(--line) }
.whisker { stroke: var(--ink); stroke-width: 1.2 }
.s0 { fill: var(--s0) } .s1 { fill: var(--s1) } .s2 { fill: var(--s2) } .s3 { fill: var(--s3) } .s4 { fill: var(--s4) }
svg { --page: #ffffff; --ink: #1f2328; --faint: #59636e; --line: #d1d9e0;
  --s0: #0969da; --s1: #8c959f; --s2: #c69026; --s3: #cf5b37; --s4: #5e9c76 }
@media (prefers-color-scheme: dark) {
  svg { --page: #0d1117; --ink: #e6edf3; --faint: #9198a1; --line: #3d444d;
    --s0: #58a6ff; --s1: #7d8590; --s2: #d9a949; --s3: #f0845d; --s4: #7cc096 }
}"""


@attrs.frozen
class Bar:
    """One bar, from where its axis starts to a value, with the interval in which the value lies."""

    series: str
    value: float
    low: float
    high: float
    text: str


@attrs.frozen
class Group:
    """Bars that belong together, under one name."""

    name: str
    bars: Sequence[Bar]


@attrs.frozen
class Chart:
    """Groups of bars on one axis."""

    title: str
    subtitle: str
    caption: str
    series: Sequence[str]
    """Every series there is, so that each keeps its colour from chart to chart; the legend shows those with bars."""
    groups: Sequence[Group]
    logarithmic: bool = False
    mark: float | None = None
    """A value that bars start from, to the left and to the right; left out, they start at the axis."""
    mark_name: str = ""

    def render(self) -> str:
        """The chart as an SVG document."""
        body, bottom = self._bars()
        height = bottom + (52 if self.mark_name else 34)
        size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
                f'<title id="title">{escape(self.title)}</title>',
                f'<desc id="desc">{escape(self.description)}</desc>',
                f"<style>\n{STYLE}\n</style>",
                f'<rect class="page" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="6"/>',
                _text(MARGIN, 34, self.title, "title"),
                _text(MARGIN, 54, self.subtitle, "faint"),
                *self._legend(),
                *self._axis(bottom),
                *body,
                _text(MARGIN, height - 14, self.caption, "faint"),
                "</svg>\n",
            )
        )

    @property
    def description(self) -> str:
        """The chart in words, for those who do not see it."""
        return "; ".join(
            f"{group.name}: " + ", ".join(f"{bar.series} {bar.text}" for bar in group.bars) for group in self.groups
        )

    def _legend(self) -> list[str]:
        shown = {bar.series for group in self.groups for bar in group.bars}
        if len(shown) < 2:
            return []
        drawn, x = list[str](), MARGIN
        for name in (name for name in self.series if name in shown):
            drawn += [
                f'<rect class="{self._colour(name)}" x="{x}" y="66" width="11" height="11" rx="2"/>',
                _text(x + 16, 76, name),
            ]
            x += 16 + 8 * len(name) + 14
        return drawn

    def _bars(self) -> tuple[list[str], int]:
        drawn, y = list[str](), TOP
        base = self._start if self.mark is None else self._x(self.mark)
        for group in self.groups:
            drawn.append(_text(MARGIN, y + 12, group.name))
            for bar in group.bars:
                end, low, high = (self._x(value) for value in (bar.value, bar.low, bar.high))
                middle = y + BAR / 2
                place = f'x="{min(base, end):.1f}" y="{y}" width="{max(abs(end - base), 1):.1f}" height="{BAR}"'
                drawn += [
                    f'<rect class="{self._colour(bar.series)}" {place} rx="2"/>',
                    f'<line class="whisker" x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}"/>',
                    _text(max(base, end, high) + 6, y + 12, bar.text),
                ]
                y += BAR + GAP
            y += BETWEEN
        return drawn, y

    def _axis(self, bottom: int) -> list[str]:
        x = f"{self._start if self.mark is None else self._x(self.mark):.1f}"
        line = f'<line class="line" x1="{x}" x2="{x}" y1="{TOP - 6}" y2="{bottom - BETWEEN + 4}"/>'
        return [line, _text(float(x) + 6, bottom + 2, self.mark_name, "faint")] if self.mark_name else [line]

    @property
    def _start(self) -> int:
        return MARGIN + LETTER * max(len(group.name) for group in self.groups) + GAP

    def _colour(self, series: str) -> str:
        return f"s{list(self.series).index(series)}"

    def _x(self, value: float) -> float:
        """Where a value stands; a logarithmic axis starts a little below the smallest value."""
        values = [bar.value for group in self.groups for bar in group.bars]
        room = WIDTH - MARGIN - VALUES - self._start
        if not self.logarithmic:
            return self._start + value / max(values) * room
        least = min(values) / 1.6
        return self._start + max(0.0, math.log(value / least)) / math.log(max(values) / least) * room


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{x:g}" y="{y:g}">{escape(words)}</text>'
