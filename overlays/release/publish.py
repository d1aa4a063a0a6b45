"""Publishing: nothing stale, nothing under too low a version, nothing over a file that is already there."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from attrs import frozen
from uv import find_uv_bin

from release.distributions import sha256
from release.project import Project
from release.published import Shelf, look_up
from release.refusal import Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from release.build import Release
    from release.credentials import Credentials
    from release.report import Question
    from release.target import Target


@frozen
class Plan:
    """What publishing a release to an index would do."""

    release: Release
    shelf: Shelf
    new: tuple[Path, ...]
    there: tuple[Path, ...]
    """The files that the index holds already, with the same bytes."""


def plan(release: Release, target: Target, credentials: Credentials | None) -> Plan:
    """Compare a release with what the index holds; refuse to replace anything."""
    shelf = look_up(target, release.project.name, credentials)
    files = release.distributions.files
    there = tuple(file for file in files if _is_there(file, shelf))
    new = tuple(file for file in files if file not in there)
    return Plan(release=release, shelf=shelf, new=new, there=there)


def refuse_unannounced(project: Project, *, final: bool) -> None:
    """Refuse a version that the changelog does not tell of; a final one must have its date."""
    entry = project.entry(project.version)
    if entry is None:
        raise Refusal(f"CHANGELOG.md has no entry for {project.version}; say there what changes for users")
    if final and not entry.dated:
        raise Refusal(f"the entry for {project.version} in CHANGELOG.md has no date yet; give it the release's")


@frozen
class Permission:
    """The leave to publish to the public index, which must be given twice: by the flag, and by name and version."""

    public: bool = False
    confirmation: str | None = None

    def refuse_public(self, root: Path, target: Target) -> None:
        """Refuse the public index for the project in ``root`` without the leave."""
        project = Project.read(root)
        wanted = f"{project.name}=={project.version}"
        if target.public and not (self.public and self.confirmation == wanted):
            raise Refusal(
                f"{target.name} is the public index and {project.name} is an internal package; "
                f"to publish it to the world after all, say both --public and --confirm {wanted}"
            )


def publish(
    release: Release,
    target: Target,
    credentials: Credentials | None,
    question: Question,
    *,
    dry_run: bool = False,
) -> None:
    """Publish ``release``, and say what is done.

    Args:
        release: What ``build`` gave.
        target: The index.
        credentials: Who publishes; ``None`` where the index asks nobody.
        question: What the release is measured against: its version must be as high as the changes demand.
        dry_run: Go through every check, and upload nothing.

    """
    todo = plan(release, target, credentials)
    for file in todo.there:
        print(f"{target.name} has {file.name} already, with the same bytes")
    if not todo.new:
        print("nothing to do")
        return
    report = question.answer(release.root, todo.shelf, publishing=True)
    print(report)
    report.refuse_too_low()
    for file in todo.new:
        print(f"{'would upload' if dry_run else 'uploading'} {file.name} to {target.upload}")
    if not dry_run:
        upload(todo)
        print(f"{release.project.name} {release.project.version} is in {target.simple}")


def upload(plan: Plan) -> None:
    """Send the new files, and see that the index then holds exactly what was built.

    An upload that broke off is repeated by running this again: what arrived is recognised by its digest.
    """
    if not plan.new:
        return
    target, credentials = plan.shelf.target, plan.shelf.credentials
    done = subprocess.run(
        [
            find_uv_bin(), "publish", "--trusted-publishing", "never", "--publish-url", target.upload,
            "--check-url", target.simple, *map(str, plan.release.distributions.files),
        ],
        env=_environment(credentials),
        stdin=subprocess.DEVNULL,  # uv would ask for a name and a password
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Refusal(explain(done.stderr, target))
    shelf = look_up(target, plan.release.project.name, credentials)
    missing = [file.name for file in plan.release.distributions.files if not _is_there(file, shelf)]
    if missing:
        raise Refusal(f"{target.name} accepted {' and '.join(missing)} but does not list it; is --index right?")


# What uv says, and what it means; the first that fits is told.
_MEANINGS: tuple[tuple[str, str], ...] = (
    (r"Missing credentials", "{index} wants credentials; set UV_PUBLISH_USERNAME and UV_PUBLISH_PASSWORD"),
    (r"status code 40[13]\b", "{index} refuses these credentials"),
    (r"do not match for `(?P<what>[^`]+)`", "{index} holds {what} with other bytes; raise the version"),
    (r"`(?P<what>[^`]+)`(?s:.*)status code 409\b", "{index} holds {what} with other bytes; raise the version"),
    (r"status code (?:507|413)\b", "{index} has no room for the upload; nothing was stored"),
    (r"status code (?P<what>\d{3} [A-Za-z ]+)", "{index} refuses the upload: {what}"),
    (r"(?s:.*)cause: (?P<what>[^\n]+)", "{index} cannot be reached: {what}"),
    (r"error: (?P<what>[^\n]+)", "{index}: {what}"),
)


def explain(output: str, target: Target) -> str:
    """One sentence for why uv could not publish, from what it printed."""
    for pattern, sentence in _MEANINGS:
        found = re.search(pattern, output)
        if found:
            what = found.groupdict().get("what") or ""
            return sentence.format(index=f"the index {target.name}", what=what.rpartition("/")[2].strip())
    return f"publishing to {target.name} failed without a reason given"


def _is_there(file: Path, shelf: Shelf) -> bool:
    held = shelf.find(file.name)
    if held is None:
        return False
    if (held.sha256 or shelf.digest(held)) != sha256(file):
        raise Refusal(
            f"the index {shelf.target.name} holds {file.name} with other bytes; "
            "a published file is never replaced, so raise the version"
        )
    return True


def _environment(credentials: Credentials | None) -> dict[str, str]:
    # uv would take a target or other credentials from here as well.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UV_PUBLISH_")}
    return environment | (credentials.environment() if credentials else {})
