"""The picture of the architecture: boxes named here, arrows told from the imports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from attrs import frozen

from codegen.project import HERE
from reference.imports import imports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path

PACKAGES: Final[tuple[Path, ...]] = (
    HERE.generated,
    HERE.client,
    HERE.pipeline,
    HERE.pipeline.parent / "release",
    HERE.pipeline.parent / "reference",
)
# The package itself only forwards names to where they are; who imports it imports those.
DOOR: Final = "boltz_api"


@frozen
class Box:
    """Modules that belong together."""

    name: str
    about: str
    members: tuple[str, ...]
    """Modules, each with all that is in it."""
    column: int
    row: int
    """From the bottom; arrows point down."""


BOXES: Final = (
    Box("generated", "operations, models: pure data", ("boltz_api_generated",), 0, 0),
    Box(
        "core",
        "every decision: prepare, judge, page",
        (*("boltz_api.core", "boltz_api.errors", "boltz_api.settings", "boltz_api.logs", "boltz_api.sentinels"),),
        0,
        1,
    ),
    Box("transport", "sends and sleeps, sync and async", ("boltz_api.transport",), 0, 2),
    Box(
        "resources",
        "bind operations to a client",
        (
            *("boltz_api.resources", "boltz_api.pagination", "boltz_api.walking"),
            "boltz_api.prefetching",
            "boltz_api.raw",
        ),
        0,
        3,
    ),
    Box("client", "Boltz, AsyncBoltz", ("boltz_api.client",), 0, 4),
    Box("types", "the names that users know", ("boltz_api.types",), 1, 0),
    Box("sandbox", "the service, for tests", ("boltz_api.sandbox",), 1, 2),
    Box("keys", "find, rotate, recover: flows", ("boltz_api.keys",), 1, 1),
    Box("cli", "the command boltz-api", ("boltz_api.cli",), 1, 3),
    Box("codegen", "the pipeline: contract to generated", ("codegen",), 2, 1),
    Box("release", "changes, build, publish, demo", ("release",), 2, 2),
    Box("reference", "these pages", ("reference",), 2, 3),
)

WIDTH: Final = 240
HEIGHT: Final = 58
GAP_X: Final = 56
GAP_Y: Final = 46
MARGIN: Final = 32
STYLE: Final = """\
svg { --page: #ffffff; --ink: #1f2328; --faint: #4b5563; --box: #f6f8fa; --edge: #8b949e; --package: #eef2ff;
  --package-edge: #6b7fd7; --line: #d1d9e0; --arrow: #7d8590 }
@media (prefers-color-scheme: dark) {
  svg { --page: #0d1117; --ink: #e6edf3; --faint: #9da7b1; --box: #161b22; --edge: #484f58; --package: #1b2140;
    --package-edge: #6b7fd7; --line: #30363d; --arrow: #8b949e }
}
text { font-family: system-ui, -apple-system, "Segoe UI", sans-serif; fill: var(--ink) }
.page { fill: var(--page); stroke: var(--line) }
.name { font-size: 15px; font-weight: 600 }
.about { font-size: 12px; fill: var(--faint) }
.box { fill: var(--box); stroke: var(--edge) }
.package { fill: var(--package); stroke: var(--package-edge) }
.arrow { fill: none; stroke: var(--arrow); stroke-width: 1.4 }
.head { fill: var(--arrow) }
.later { stroke-dasharray: 5 4 }"""
HEAD: Final = """\
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path class="head" d="M0 0 8 4 0 8z"/></marker></defs>"""


def box_of(module: str) -> Box | None:
    """The box that ``module`` is in; none for the door."""
    if module == DOOR:
        return None
    found = [box for box in BOXES for member in box.members if f"{module}.".startswith(f"{member}.")]
    if len(found) != 1:
        raise LookupError(f"{module} belongs to {len(found)} boxes of the picture; name it in one of BOXES")
    return found[0]


def arrows(*, at_once: bool) -> set[tuple[str, str]]:
    """Which box imports which, when it is loaded, or at all."""
    found: set[tuple[str, str]] = set()
    for one in imports(PACKAGES):
        importer, imported = box_of(one.importer), box_of(one.imported)
        if importer and imported and importer is not imported and (one.at_once or not at_once):
            found.add((importer.name, imported.name))
    return found


def drawn() -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The arrows of the picture: solid and dashed. One that follows from others is left out."""
    solid = reduced(arrows(at_once=True))
    reached = closure(solid)
    later = {arrow for arrow in arrows(at_once=False) if arrow not in reached}
    return solid, reduced(later, beyond=reached)


def closure(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Every pair between which ``edges`` lead, in any number of steps."""
    reached = set(edges)
    while more := {(a, d) for a, b in reached for c, d in edges if b == c} - reached:
        reached |= more
    return reached


def reduced(edges: set[tuple[str, str]], beyond: AbstractSet[tuple[str, str]] = frozenset()) -> set[tuple[str, str]]:
    """``edges`` without those that follow from others, or from what is reached ``beyond`` them."""
    known = edges | beyond
    reached = closure(known)
    return {
        (a, b) for a, b in edges if not any(a != c != b and (a, c) in known and (c, b) in reached for _, c in known)
    }


def picture() -> str:
    """The picture as SVG."""
    columns, rows = max(box.column for box in BOXES) + 1, max(box.row for box in BOXES) + 1
    width = 2 * MARGIN + columns * WIDTH + (columns - 1) * GAP_X
    height = 2 * MARGIN + rows * HEIGHT + (rows - 1) * GAP_Y
    solid, later = drawn()
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
            '<title id="title">Who imports whom</title>',
            f'<desc id="desc">{escape(_in_words(solid))}</desc>',
            f"<style>\n{STYLE}\n</style>",
            HEAD,
            f'<rect class="page" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="6"/>',
            *(_arrow(a, b, rows, "arrow") for a, b in sorted(solid)),
            *(_arrow(a, b, rows, "arrow later") for a, b in sorted(later)),
            *(line for box in BOXES for line in _drawn_box(box, rows)),
            "</svg>\n",
        ]
    )


def _in_words(solid: set[tuple[str, str]]) -> str:
    below: dict[str, list[str]] = {}
    for a, b in sorted(solid):
        below.setdefault(a, []).append(b)
    return " ".join(f"{a} imports {' and '.join(found)}." for a, found in below.items())


def _corner(box: Box, rows: int) -> tuple[int, int]:
    return MARGIN + box.column * (WIDTH + GAP_X), MARGIN + (rows - 1 - box.row) * (HEIGHT + GAP_Y)


def _drawn_box(box: Box, rows: int) -> Iterator[str]:
    x, y = _corner(box, rows)
    kind = "package" if box.members[0].startswith("boltz_api") else "box"
    yield f'<rect class="{kind}" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
    yield f'<text class="name" x="{x + WIDTH // 2}" y="{y + 25}" text-anchor="middle">{escape(box.name)}</text>'
    yield f'<text class="about" x="{x + WIDTH // 2}" y="{y + 44}" text-anchor="middle">{escape(box.about)}</text>'


def _arrow(importer: str, imported: str, rows: int, kind: str) -> str:
    named = {box.name: box for box in BOXES}
    (x1, y1), (x2, y2) = _corner(named[importer], rows), _corner(named[imported], rows)
    if x1 == x2:
        middle = x1 + WIDTH // 2
        if abs(y1 - y2) <= HEIGHT + GAP_Y:
            start, end = (y1 + HEIGHT, y2) if y1 < y2 else (y1, y2 + HEIGHT)
            return f'<path class="{kind}" d="M{middle} {start}V{end}" marker-end="url(#head)"/>'
        # Past the boxes between, on the side that faces outward.
        edge, side = (x1, x1 - GAP_X // 3) if x1 == MARGIN else (x1 + WIDTH, x1 + WIDTH + GAP_X // 3)
        line = f"M{edge} {y1 + HEIGHT // 2}H{side}V{y2 + HEIGHT // 2}H{edge}"
        return f'<path class="{kind}" d="{line}" marker-end="url(#head)"/>'
    right = x1 < x2
    # Beside the arrows that go the other way.
    port = HEIGHT // 4 if right else HEIGHT // 2
    start, end = (x1 + WIDTH, x2) if right else (x1, x2 + WIDTH)
    middle = (start + end) // 2
    line = f"M{start} {y1 + port}C{middle} {y1 + port} {middle} {y2 + port} {end} {y2 + port}"
    return f'<path class="{kind}" d="{line}" marker-end="url(#head)"/>'
