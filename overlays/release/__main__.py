"""``python -m release``: the release steps as commands."""

from __future__ import annotations

import signal
import sys
import time
import tomllib
from argparse import ArgumentParser, Namespace
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion

from codegen.document import Faults
from release import changes, demo, embedded_index, installed, publish
from release.build import Release, build
from release.index import Index, resolve
from release.project import Project, Refusal

if TYPE_CHECKING:
    from collections.abc import Generator

EMBEDDED = Path("build", "index")
DEMO = Path("build", "demo")
"""Git ignores both."""


def main(arguments: list[str] | None = None) -> int:
    """Run one step; return 0 when it is done, 1 when it refused or failed, with the reason on standard error."""
    options = _parser().parse_args(arguments)
    try:
        options.step(options)
    except (Refusal, Faults, InvalidVersion, tomllib.TOMLDecodeError) as refusal:
        print(f"error: {refusal}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.strerror or error}{f': {error.filename}' if error.filename else ''}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 128 + signal.SIGINT
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m release", description=__doc__)
    steps = parser.add_subparsers(required=True, metavar="step")

    def add(name: str, step: object, text: str) -> ArgumentParser:
        command = steps.add_parser(name, help=text, description=text)
        command.set_defaults(step=step)
        return command

    step = add("changes", _changes, "what changed for users since the last release, and the version it demands")
    step.add_argument("--index", metavar="NAME|URL", help="the index whose last release counts (default: the git tags)")
    step.add_argument("--check", action="store_true", help="fail if the version is lower than demanded")
    _add_comparison(step)

    step = add("build", _build, "wheel, sdist, SBOM, provenance and checksums of the commit, built twice and compared")
    _add_build(step)

    step = add("publish", _publish, "build, and send the release to an index; never over a published file")
    _add_build(step)
    step.add_argument(
        "--index", metavar="NAME|URL", help="a PEP 503 index, or one that uv's settings name (default: the embedded)"
    )
    step.add_argument("--upload-url", metavar="URL", help="the URL for uploads, if not beside the index")
    _add_comparison(step)
    step.add_argument("--dry-run", action="store_true", help="go through every check, and upload nothing")
    step.add_argument("--go", type=Path, metavar="FOLDER", help="the folder of a Go module proxy to add the module to")
    step.add_argument("--without-installed", action="store_true", help="do without the record of `nox -s installed`")
    step.add_argument("--public", action="store_true", help="first half of the permission for the public index")
    step.add_argument("--confirm", metavar="NAME==VERSION", help="the second half")

    step = add("installed", _installed, "use and test the wheel in clean environments")
    step.add_argument("--python", action="append", metavar="VERSION|PATH", help="repeatable (default: this one)")
    step.add_argument("--resolution", action="append", choices=installed.RESOLUTIONS, help="repeatable (default: both)")
    step.add_argument("--wheel", type=Path, help="the wheel (default: one built from the work tree)")

    step = add("demo", _demo, "the whole path, from the contract to a revoked key")
    step.add_argument("--go", action="store_true", help="call it from Go, too; takes the dependency group `go`")
    step.add_argument("--folder", type=Path, default=DEMO, help=f"the folder for its results (default: {DEMO})")

    step = add("serve", _serve, "serve the embedded index until interrupted, to install from")
    step.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    return parser


def _add_build(step: ArgumentParser) -> None:
    step.add_argument("--into", type=Path, default=Path("dist"), help="the folder to write into (default: dist)")
    step.add_argument("--sign", type=Path, metavar="KEY", help="sign the checksums with this SSH key")


def _add_comparison(step: ArgumentParser) -> None:
    step.add_argument("--since", metavar="VERSION|REVISION", help="compare with this instead of the last release")
    step.add_argument("--first", action="store_true", help="take this for the first release: compare with nothing")


def _changes(options: Namespace) -> None:
    root = Path.cwd()
    index = resolve(options.index, root) if options.index is not None else None
    report = changes.compare(root, index, since=options.since, first=options.first)
    print(report)
    if options.check:
        report.refuse_too_low()


def _build(options: Namespace) -> Release:
    release = build(Path.cwd(), options.into, sign=options.sign)
    print(f"{release.project.name} {release.project.version} from {release.commit.sha[:12]}, the same bytes twice:")
    for name in release.digests:
        print(f"  {release.folder / name}")
    return release


def _publish(options: Namespace) -> None:
    root, project = Path.cwd(), Project.read(Path.cwd())
    with _index(options) as index:
        publish.refuse_public(root, index, public=options.public, confirmation=options.confirm)
        # On the embedded index a release is rehearsed; anywhere else it is final.
        final = options.index is not None
        project.refuse_unannounced(final=final)
        if final and not options.without_installed:
            installed.refuse_unchecked(root)
        release = _build(options)
        report = changes.compare(root, index, since=options.since, first=options.first, publishing=True)
        print(report)
        report.refuse_too_low()
        publish.upload(release, index, dry_run=options.dry_run)
        if not options.dry_run:
            modules = options.go or (None if final else embedded_index.modules_of(EMBEDDED))
            publish.store_module(release, modules)


@contextmanager
def _index(options: Namespace) -> Generator[Index]:
    if options.index is not None:
        yield resolve(options.index, Path.cwd(), options.upload_url)
        return
    print(f"a rehearsal on the embedded index in {EMBEDDED}; remove that folder to start over")
    with embedded_index.serve(EMBEDDED) as index:
        yield index


def _installed(options: Namespace) -> None:
    pythons, resolutions = options.python or [sys.executable], options.resolution or installed.RESOLUTIONS
    installed.check(Path.cwd(), pythons, resolutions, options.wheel)


def _demo(options: Namespace) -> None:
    demo.run(Path.cwd(), options.folder.absolute(), go=options.go)


def _serve(options: Namespace) -> None:
    with embedded_index.serve(EMBEDDED, port=options.port) as index:
        print(f"serving {EMBEDDED}; for example: uv pip install --index {index.simple} boltz-api-keys", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print("stopped")


if __name__ == "__main__":
    sys.exit(main())
