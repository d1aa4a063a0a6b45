"""``python -m release``: the release steps as commands."""

from __future__ import annotations

import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.contract import ContractError
from codegen.redocly import RedoclyError
from release import credentials, demo, embedded_index, installed, target
from release.build import Release, build
from release.project import Project
from release.publish import Permission, publish, refuse_unannounced
from release.published import look_up
from release.refusal import Refusal
from release.report import Question

if TYPE_CHECKING:
    from collections.abc import Generator

EMBEDDED = Path("build", "index")
DEMO = Path("build", "demo")
"""Git ignores both."""


def main(arguments: list[str] | None = None) -> int:
    """Run one step; 0 when it is done, 1 when it refused or failed, with the reason on standard error."""
    options = _parser().parse_args(arguments)
    try:
        options.step(options)
    except (Refusal, ContractError, RedoclyError) as refusal:
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

    step = steps.add_parser("changes", help="what changed for users since the last release, and the version it demands")
    step.add_argument("--index", metavar="NAME|URL", help="the index whose last release counts (default: the git tags)")
    step.add_argument("--check", action="store_true", help="fail if the version is lower than demanded")
    _say_what_to_compare(step)
    step.set_defaults(step=_changes)

    step = steps.add_parser("build", help="wheel, sdist, SBOM and checksums of the commit, built twice and compared")
    _say_what_to_build(step)
    step.set_defaults(step=_build)

    step = steps.add_parser("publish", help="build, and send the release to an index; never over a published file")
    _say_what_to_build(step)
    step.add_argument(
        "--index", metavar="NAME|URL", help="a PEP 503 index, or one that uv's settings name (default: the embedded)"
    )
    step.add_argument("--upload-url", metavar="URL", help="where the index takes uploads, if not beside it")
    _say_what_to_compare(step)
    step.add_argument("--dry-run", action="store_true", help="say all that would be done, and upload nothing")
    step.add_argument("--public", action="store_true", help="first half of the leave to publish to the public index")
    step.add_argument("--confirm", metavar="NAME==VERSION", help="the second half")
    step.set_defaults(step=_publish)

    step = steps.add_parser("installed", help="use and test the wheel in clean environments")
    step.add_argument("--python", action="append", metavar="VERSION|PATH", help="repeatable (default: this one)")
    step.add_argument("--resolution", action="append", choices=installed.RESOLUTIONS, help="repeatable (default: both)")
    step.add_argument("--wheel", type=Path, help="the wheel (default: one built from the work tree)")
    step.set_defaults(step=_installed)

    step = steps.add_parser("demo", help="the whole story, from the contract to a revoked key")
    step.add_argument("--folder", type=Path, default=DEMO, help=f"what it leaves behind (default: {DEMO})")
    step.set_defaults(step=_demo)

    step = steps.add_parser("serve", help="serve the embedded index until interrupted, to install from")
    step.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    step.set_defaults(step=_serve)
    return parser


def _say_what_to_build(step: ArgumentParser) -> None:
    step.add_argument("--into", type=Path, default=Path("dist"), help="the folder to write into (default: dist)")
    step.add_argument("--sign", type=Path, metavar="KEY", help="sign the checksums with this SSH key")


def _say_what_to_compare(step: ArgumentParser) -> None:
    step.add_argument("--since", metavar="VERSION|REVISION", help="compare with this instead of the last release")
    step.add_argument("--first", action="store_true", help="take this for the first release: compare with nothing")
    step.add_argument("--without-redocly", action="store_true", help="do without the second look by `redocly diff`")


def _question(options: Namespace) -> Question:
    return Question(since=options.since, first=options.first, second_look=not options.without_redocly)


def _changes(options: Namespace) -> None:
    root = Path.cwd()
    shelf = None
    if options.index is not None:
        to = target.resolve(options.index, root)
        shelf = look_up(to, Project.read(root).name, credentials.find(to.upload))
    report = _question(options).answer(root, shelf)
    print(report)
    if options.check:
        report.refuse_too_low()


def _build(options: Namespace) -> Release:
    release = build(Path.cwd(), options.into, sign=options.sign)
    print(f"{release.project.name} {release.project.version} from {release.commit.sha[:12]}, the same bytes twice:")
    for file in release.files:
        print(f"  {file}")
    return release


def _publish(options: Namespace) -> None:
    with _index(options) as (to, who):
        permission = Permission(public=options.public, confirmation=options.confirm)
        permission.refuse_public(Path.cwd(), to)
        # On the embedded index a release is rehearsed; anywhere else it is final.
        refuse_unannounced(Project.read(Path.cwd()), final=options.index is not None)
        release = _build(options)
        publish(release, to, who, _question(options), dry_run=options.dry_run)


@contextmanager
def _index(options: Namespace) -> Generator[tuple[target.Target, credentials.Credentials | None]]:
    if options.index is not None:
        to = target.resolve(options.index, Path.cwd(), options.upload_url)
        yield to, credentials.find(to.upload)
        return
    print(f"a rehearsal on the embedded index in {EMBEDDED}; remove that folder to start over")
    with embedded_index.serve(EMBEDDED) as index:
        yield index.target, index.publisher


def _installed(options: Namespace) -> None:
    pythons, resolutions = options.python or [sys.executable], options.resolution or installed.RESOLUTIONS
    installed.check(Path.cwd(), pythons, resolutions, options.wheel)


def _demo(options: Namespace) -> None:
    demo.Demo(Path.cwd(), demo.empty(options.folder.absolute())).run()


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
