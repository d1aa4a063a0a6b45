"""A run as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.results import Result, Run
from benchmarks.samples import STEADY

WIDTHS = (24, 12, 9, 24, 0)


def block(result: Result) -> Iterator[str]:
    """One result: a line for each row."""
    yield f"{result.title}, {result.unit}"
    for row, series in result.rows.items():
        ratio = result.ratio(row, result.reference) if result.reference else None
        spread = f"±{series.spread:.1%}" if len(series.samples) > 1 else ""
        yield _line(
            (
                f"  {row}",
                figure(series.median),
                spread + ("" if series.steady else " ~"),
                "1" if row == result.reference else str(ratio) if ratio else "",
                judged(result) if result.goal and result.goal.subject == row else "",
            )
        )


def judged(result: Result) -> str:
    """The goal, whether it holds, and the reason where it cannot."""
    assert result.goal is not None
    reason = f" ({result.goal.reason})" if result.goal.reason and result.verdict != "met" else ""
    return f"{result.goal}: {result.verdict or 'too few samples to say'}{reason}"


def footer(run: Run) -> Iterator[str]:
    """Where and when, and what the marks mean."""
    machine = run.machine
    yield f"{run.started}, {run.seconds:.0f} s. {machine.cpu}, {machine.cores} cores. {machine.python}."
    yield f"Load before {machine.load_before}, after {machine.load_after}."
    outside = sum(series.outliers for result in run.results for series in result.rows.values())
    taken = sum(len(series.samples) for result in run.results for series in result.rows.values())
    yield f"~ spreads wider than ±{STEADY:.0%}: too noisy to quote. Outliers (all kept): {outside} of {taken} samples."
    if run.quick:
        yield "A quick run, to see that everything works: its figures are not for quoting, and are not kept."


def figure(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _line(cells: tuple[str, ...]) -> str:
    return " ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()
