"""Blocks of README and guides that the tools write, from ``<!-- written: errors -->`` to ``<!-- end -->``.

``python -m reference write`` refreshes the blocks, so that a guide shows what a tool really prints; ``check`` fails if
one is out of date.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from typing import TYPE_CHECKING, Final

from codegen.project import HERE
from reference import architecture, contract_changes, public_client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# With the names before it, as much as a page shows without scrolling sideways.
_TREE_TEXT: Final = 48
_BLOCK: Final = re.compile(r"(<!-- written: (?P<call>[^>]+?) -->\n)(?P<body>.*?)(<!-- end -->)", re.DOTALL)


def refreshed(text: str) -> str:
    """Return ``text`` with every such block as the tools write it now."""
    return _BLOCK.sub(lambda block: f"{block[1]}{_body(block['call'])}\n{block[4]}", text)


def _body(call: str) -> str:
    name, *arguments = call.split()
    if name not in _WRITERS:
        raise LookupError(f"written: {call}: expected one of {', '.join(_WRITERS)}")
    return _WRITERS[name](*arguments)


def _fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```"


def _errors() -> str:
    """The tree of the client's errors, each with the first sentence of its docstring."""
    from boltz_api.errors import BoltzError

    lines = list(_branch(BoltzError, "", ""))
    width = max(len(head) for head, _ in lines) + 2
    return _fenced("text", "\n".join(f"{head:<{width}}{about}".rstrip() for head, about in lines))


def _branch(kind: type[Exception], indent: str, own: str) -> Iterator[tuple[str, str]]:
    text = " ".join((inspect.getdoc(kind) or "").partition("\n\n")[0].split()).replace("``", "")
    first = text.partition(". ")[0].partition(";")[0].rstrip(".")
    below = sorted(kind.__subclasses__(), key=lambda child: inspect.getsourcelines(child)[1])
    about, *more = textwrap.wrap(first, _TREE_TEXT)
    yield own + kind.__name__, about
    yield from ((indent + ("│" if below else ""), line) for line in more)
    for child in below:
        last = child is below[-1]
        yield from _branch(child, indent + ("    " if last else "│   "), indent + ("└── " if last else "├── "))


def _exits() -> str:
    from boltz_api.cli.options import EXIT_CODES

    return "\n".join(
        ["| Exit code | Meaning |", "|---|---|", *(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES)]
    )


def _architecture() -> str:
    return _fenced("mermaid", architecture.mermaid())


def _contract(edit: str) -> str:
    return _fenced("diff", contract_changes.edit_diff(edit))


def _announcement(edit: str) -> str:
    return _fenced("text", contract_changes.announcement(edit))


def _generated(edit: str, *files: str) -> str:
    return _fenced("diff", "\n".join(contract_changes.generated_diff(edit, file) for file in files))


def _comparison(extent: str) -> str:
    # The benchmarks stand beside the packages, in the folder that this runs in.
    from benchmarks.charts import FOLDER, charts
    from benchmarks.results import RESULTS, read
    from reference import comparison

    if not RESULTS.exists():
        return "No run is kept yet: `python -m nox -s bench` measures; the table of what it finds belongs here."
    run, short = read(RESULTS), extent == "short"
    drawn = charts(run)
    folder = f"{'' if short else '../'}{FOLDER.relative_to(HERE.root).as_posix()}"
    pictures = [f"![{about}]({folder}/{name}.svg)" for name, about in comparison.CHARTS.items() if name in drawn]
    return "\n\n".join(
        [comparison.table(run, *(comparison.SHORT if short else ())), *(pictures[:1] if short else pictures)]
    )


def _public_client() -> str:
    return public_client.table(public_client.documented())


def _rules() -> str:
    from reference import scoreboard

    return scoreboard.rules()


def _scoreboard() -> str:
    from reference import scoreboard

    return scoreboard.table()


_WRITERS: Final[dict[str, Callable[..., str]]] = {
    "announcement": _announcement,
    "architecture": _architecture,
    "comparison": _comparison,
    "contract": _contract,
    "errors": _errors,
    "exits": _exits,
    "generated": _generated,
    "public-client": _public_client,
    "rules": _rules,
    "scoreboard": _scoreboard,
}
