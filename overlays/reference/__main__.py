"""``python -m reference build|write|check``: the site, and api.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from codegen.contract import Contract, ContractError
from reference.endpoint import read
from reference.pages import Writer


def main() -> int:
    """Run one command; the exit code says whether all was well."""
    parser = argparse.ArgumentParser(prog="python -m reference", description=__doc__)
    parser.add_argument("--contract", type=Path, default=Path("openapi.yaml"))
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("build", help="write the site")
    build.add_argument("--site", type=Path, default=Path("site"), help="the folder to write (default: site)")
    for name, what in (("write", "write api.md"), ("check", "fail unless api.md is what the contract gives")):
        commands.add_parser(name, help=what).add_argument("--api", type=Path, default=Path("api.md"))
    options = parser.parse_args()
    try:
        writer = Writer(read(Contract.read(options.contract)))
        if options.command == "build":
            return _build(writer, options.site)
        return _write(writer, options.api) if options.command == "write" else _check(writer, options.api)
    except ContractError as error:
        print(error, file=sys.stderr)
        return 1


def _build(writer: Writer, target: Path) -> int:
    # Only this command needs the site generator.
    from reference.site import BrokenSiteError, Site

    try:
        Site(Path.cwd(), writer).build(target)
    except BrokenSiteError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{target}: {sum(1 for _ in target.rglob('*.html'))} pages")
    return 0


def _write(writer: Writer, path: Path) -> int:
    path.write_text(writer.api(), encoding="utf-8")
    return 0


def _check(writer: Writer, path: Path) -> int:
    if path.exists() and path.read_text(encoding="utf-8") == writer.api():
        return 0
    print(f"{path}: is not what the contract gives; mend it with `nox -s docs`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
