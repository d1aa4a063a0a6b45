"""``SHA256SUMS``, as ``sha256sum --check`` reads it, and its SSH signature."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from release.distributions import sha256
from release.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE_NAME = "SHA256SUMS"
NAMESPACE = "file"
"""What the signature is for; ``ssh-keygen -Y verify -n file`` must be told the same."""


def write(folder: Path, files: Iterable[Path]) -> Path:
    """Write the checksums of ``files`` into ``folder``."""
    sums = folder / FILE_NAME
    lines = sorted(f"{sha256(file)}  {file.name}\n" for file in files)
    sums.write_text("".join(lines), "utf-8", newline="\n")
    return sums


def sign(sums: Path, key: Path) -> Path:
    """Sign the checksums with an SSH key, or with the agent that holds the other half of a public one."""
    command = ["ssh-keygen", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(sums)]
    try:
        # Standard input stays the terminal's: a key may want its passphrase.
        done = subprocess.run(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, check=False)
    except FileNotFoundError as error:
        raise Refusal("ssh-keygen is not on the path; it makes the signature") from error
    if done.returncode != 0:
        raise Refusal(f"signing with {key} failed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
    return sums.with_name(f"{FILE_NAME}.sig")
