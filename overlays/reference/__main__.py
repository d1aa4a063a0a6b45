"""``python -m reference build|write|check``: the site, and the parts of the repository that the tools write."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from codegen.normal_form import Faults, load
from reference import written
from reference.endpoints import Reference
from reference.pages import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


TABLE: Final = Path("docs", "assets", "command-line.svg")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m reference", description=__doc__)
    parser.add_argument("--contract", type=Path, default=Path("openapi.yaml"), metavar="PATH")
    parser.add_argument("--project", type=Path, default=Path(), metavar="FOLDER", help="where README.md and docs/ are")
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="write the site")
    build.add_argument("--site", type=Path, default=Path("site"), metavar="FOLDER", help="where to (default: site)")
    commands.add_parser(
        "write", help="refresh api.md, the picture of the table, and the blocks of README and guides that say so"
    )
    commands.add_parser("check", help="fail if `write` would change anything")
    options = parser.parse_args(arguments)
    try:
        writer = Writer(Reference(load(options.contract).document))
        match options.command:
            case "build":
                return _build(writer, options.project, options.site)
            case "write":
                return _write(writer, options.project)
            case _:
                return _check(writer, options.project)
    except Faults as error:
        print(error, file=sys.stderr)
        return 1


def _build(writer: Writer, project: Path, target: Path) -> int:
    # Only this command needs the site generator.
    from reference.site import BrokenSiteError, Site

    try:
        Site(project, writer).build(target)
    except BrokenSiteError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{target}: {sum(1 for _ in target.rglob('*.html'))} pages")
    return 0


def _write(writer: Writer, project: Path) -> int:
    # Needs the command line and the sandbox, which `check` does without.
    from reference import terminal

    for path, text in _files(writer, project):
        path.write_text(text, encoding="utf-8")
    table, shown = project / TABLE, terminal.picture()
    if not (table.exists() and terminal.same(table.read_text(encoding="utf-8"), shown)):
        table.write_text(shown, encoding="utf-8")
    return 0


def _check(writer: Writer, project: Path) -> int:
    stale = [path for path, text in _files(writer, project) if not path.exists() or path.read_text("utf-8") != text]
    for path in stale:
        print(f"{path}: is not what the contract and the code give (run: nox -s docs)", file=sys.stderr)
    return 1 if stale else 0


def _files(writer: Writer, project: Path) -> Iterator[tuple[Path, str]]:
    """Every file that the tools write, whole or in part."""
    yield project / "api.md", writer.api()
    for page in (project / "README.md", *sorted((project / "docs").glob("*.md"))):
        yield page, written.refreshed(page.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
