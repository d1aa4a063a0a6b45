"""The results of the last benchmark run that is kept, as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.processes import FLOOR, OURS, PUBLIC_CLIENT, SCRIPT
from benchmarks.table import figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.results import Result, Run

CHARTS: Final = {
    "calls": "Time of each call, as a multiple of a bare loop without a client",
    "startup": "Time from nothing to ready, of each client",
    "memory": "Peak memory of each client",
}
SHORT: Final = ("import", "first_answer", "list_5000", "decode", "create", "memory_list_5000")
_COLUMNS: Final = (OURS.name, PUBLIC_CLIENT.name, SCRIPT.name, FLOOR.name)


def table(run: Run, *names: str) -> str:
    """Return a table of the results with these names, or of all that compare clients."""
    wanted = [result for result in run.results if (result.name in names if names else OURS.name in result.rows)]
    return "\n".join([*_lines(wanted), "", _footer(run)])


def _lines(results: list[Result]) -> Iterator[str]:
    yield f"| Measured | {' | '.join(_COLUMNS)} |"
    yield f"|---|{'---:|' * len(_COLUMNS)}"
    for result in results:
        yield f"| {result.title}, {result.unit} | {' | '.join(_cell(result, name) for name in _COLUMNS)} |"


def _cell(result: Result, name: str) -> str:
    """The median and, in brackets, how many times the floor's that is; a tilde where it spread too far."""
    if name not in result.rows:
        return ""
    series = result.rows[name]
    ratio = result.ratio(name, FLOOR.name) if name != FLOOR.name else None
    multiple = f" ({figure(ratio.value)}\u00a0×)" if ratio else ""
    return f"{'' if series.steady else '~'}{figure(series.median)}{multiple}"


def _footer(run: Run) -> str:
    return (
        f"{run.started[:10]}, {run.machine.cpu}, {run.machine.python}. Medians; in brackets, multiples of a bare "
        f"{FLOOR.name} loop. A tilde marks what spread too widely to be quoted alone."
    )
