"""Publishing by ``uv publish``: never stale code, too low a version, or other bytes over a published file."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

from uv import find_uv_bin

from release.index import HOW_TO_GIVE_CREDENTIALS
from release.project import Project, Refusal

if TYPE_CHECKING:
    from pathlib import Path

    from release.build import Release
    from release.index import Index


def refuse_public(root: Path, index: Index, *, public: bool, confirmation: str | None) -> None:
    """Refuse the public index without permission, which must be given twice: by the flag, and by name and version."""
    project = Project.read(root)
    wanted = f"{project.name}=={project.version}"
    if index.public and not (public and confirmation == wanted):
        raise Refusal(
            f"{index.name} is the public index and {project.name} is an internal package; "
            f"to publish it to the world after all, give both --public and --confirm {wanted}"
        )


def upload(release: Release, index: Index, *, dry_run: bool = False) -> None:
    """Upload the distributions, and see that the index then lists them.

    uv skips a file that the index holds with the same bytes, and refuses one that it holds with others. So an upload
    that broke off is completed by repeating it.
    """
    release.refuse_tampered()
    # uv would take another index or other credentials from these variables.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UV_PUBLISH_")}
    command = [find_uv_bin(), "publish", "--no-config", "--trusted-publishing", "never", "--publish-url", index.upload]
    done = subprocess.run(
        [*command, *(["--dry-run"] if dry_run else []), *map(str, release.distributions)],
        env=environment | index.variables(),
        stdin=subprocess.DEVNULL,  # uv would ask for a name and a password
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Refusal(explain(done.stderr, index))
    print(done.stderr.strip())
    if dry_run:
        print("a dry run: nothing was uploaded")
        return
    listed = {file.name for file in index.files(release.project.name)}
    missing = [file.name for file in release.distributions if file.name not in listed]
    if missing:
        raise Refusal(f"{index.name} accepted {' and '.join(missing)} but does not list it; is --index right?")
    print(f"{release.project.name} {release.project.version} is in {index.simple}")


def store_module(release: Release, folder: Path | None) -> None:
    """Add the Go module to the folder of a module proxy; without one, say where its files are."""
    module = release.go_module
    if folder is None:
        where = f"{module.path} {module.version} is in {release.folder}"
        print(f"the Go module {where}; --go FOLDER adds it to a module proxy")
        return
    module.store(folder)
    print(f"{module.path} {module.version} is in {folder}")


_HINTS = {
    "Missing credentials": HOW_TO_GIVE_CREDENTIALS,
    "do not match": "a published file is never replaced, so raise the version",
    "409 Conflict": "a published file is never replaced, so raise the version",
}


def explain(output: str, index: Index) -> str:
    """One sentence for why uv could not publish: its error and the causes, without the server's page."""
    # uv breaks long lines.
    found = re.findall(r"^(?:error|\s*cause): (.+?)(?=^\s*(?:cause|hint): |\Z)", output, re.MULTILINE | re.DOTALL)
    reasons = [" ".join(reason.split()).partition(". Server says:")[0] for reason in found]
    hint = next((f"; {hint}" for words, hint in _HINTS.items() if words in output), "")
    return f"publishing to {index.name} failed: {': '.join(reasons) or 'uv gives no reason'}{hint}"
