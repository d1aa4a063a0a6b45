"""A run as charts: what README and the documentation show. They are drawn from results.json and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.processes import FLOOR, OURS, PUBLIC_CLIENT, SCRIPT
from benchmarks.results import HERE, Result, Run
from benchmarks.svg import Bar, Chart, Group
from benchmarks.table import figure

FOLDER = HERE / "charts"
CONTESTANTS = (OURS.name, FLOOR.name, SCRIPT.name, PUBLIC_CLIENT.name)


def draw(run: Run, folder: Path = FOLDER) -> list[Path]:
    """Write every chart that the run has figures for."""
    folder.mkdir(exist_ok=True)
    drawn: list[Path] = []
    for name, svg in charts(run).items():
        drawn.append(folder / f"{name}.svg")
        drawn[-1].write_text(svg, encoding="utf-8")
    return drawn


def charts(run: Run) -> dict[str, str]:
    """Every chart that the run has figures for, by name, as SVG."""
    caption = f"{run.started[:10]}, {run.machine.cpu}, {run.machine.python.partition(' (')[0]}. Lines: 95 % intervals."
    found = {result.name: result for result in run.results}

    def chosen(*names: str) -> list[Result]:
        return [found[name] for name in names if name in found]

    wanted = {
        "calls": Chart(
            title="Time, as a multiple of a bare httpx + msgspec loop",
            subtitle="Over loopback, the same bytes to each. Logarithmic; further to the left is faster.",
            caption=caption,
            series=CONTESTANTS,
            groups=ratios(
                chosen(
                    "list_5000", "list_5000_async", "decode", "create", "revoke", "create_64_async", "first_answer_tls"
                )
            ),
            logarithmic=True,
            mark=1.0,
            mark_name=f"as fast as {FLOOR.name}",
        ),
        "startup": Chart(
            title="From nothing to ready, in milliseconds",
            subtitle="Each in a new process. Shorter is better.",
            caption=caption,
            series=CONTESTANTS,
            groups=figures(chosen("import", "first_answer_tls", "cli_help"), " ms"),
        ),
        "memory": Chart(
            title="Peak memory of the process, in MiB",
            subtitle="Python itself included. Shorter is better.",
            caption=caption,
            series=CONTESTANTS,
            groups=figures(chosen("memory_import", "memory_list_5000", "memory_list_100000"), " MiB"),
        ),
        "generation": Chart(
            title="Generating the package, by the size of the contract, in milliseconds",
            subtitle="The whole command, formatting and checks included. Shorter is better.",
            caption=caption,
            series=CONTESTANTS,
            groups=[group for result in chosen("generate") for group in rows(result, " ms")],
        ),
        "sandbox": Chart(
            title="The sandbox: a page of 100, by where it lies in a long list, in milliseconds",
            subtitle=", ".join(result.title for result in chosen("sandbox_page_in_memory")),
            caption=caption,
            series=CONTESTANTS,
            groups=[group for result in chosen("sandbox_page_in_memory") for group in rows(result, " ms")],
        ),
    }
    return {name: chart.render() for name, chart in wanted.items() if chart.groups}


def ratios(results: Sequence[Result]) -> list[Group]:
    """Each contestant as a multiple of the floor."""
    return [
        Group(
            result.title,
            [
                Bar(name, ratio.value, ratio.low, ratio.high, f"{figure(ratio.value)} ×")
                for name in CONTESTANTS
                if name != FLOOR.name and (ratio := result.ratio(name, FLOOR.name))
            ],
        )
        for result in results
    ]


def figures(results: Sequence[Result], unit: str) -> list[Group]:
    """Each contestant in the unit."""
    return [
        Group(
            result.title.removesuffix(": peak memory"),
            [
                Bar(name, found.value, found.low, found.high, figure(found.value) + unit)
                for name in CONTESTANTS
                if name in result.rows and (found := result.rows[name].interval)
            ],
        )
        for result in results
    ]


def rows(result: Result, unit: str) -> list[Group]:
    """Each row of a result by itself."""
    return [
        Group(name, [Bar(OURS.name, found.value, found.low, found.high, figure(found.value) + unit)])
        for name, found in ((name, series.interval) for name, series in result.rows.items())
    ]
